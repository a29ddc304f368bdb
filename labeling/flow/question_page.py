"""What a person sees of the questions to them: each sentence in its context, and their own answer to it alone."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from labeling.flow import awaited, question
from labeling.models import Annotation, Membership, Question, Reply, Sentence, Unit


@dataclass(frozen=True, slots=True)
class ToMe:
    """A question that waits for a reply, what stands around its sentence, and what this person had answered."""

    question: Question
    answer: Annotation
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Replied:
    """A reply of this person, and how their answer stands now; None where they have undone it."""

    reply: Reply
    answer: Annotation | None


@dataclass(frozen=True, slots=True)
class Questions:
    """`waiting`, oldest first; `replied`, newest first: the last ones. Of each question.ROWS at most."""

    waiting: list[ToMe]
    replied: list[Replied]


def questions(member: Membership) -> Questions:
    """The questions to `member`, in four queries."""
    rows = awaited.mine(member).select_related("sentence__source", "asked_by").defer("sentence__source__text")
    waiting = list(rows[: question.ROWS])
    said = Reply.objects.filter(annotator=member.user_id, question__project=member.project_id).order_by("-pk")
    replied = list(said.select_related("question__sentence", "question__asked_by")[: question.ROWS])
    ids = [one.sentence_id for one in waiting] + [one.question.sentence_id for one in replied]
    answers = {one.sentence_id: one for one in _own(member, ids)}
    near = _neighbours([one.sentence for one in waiting])
    return Questions(
        # An answer that was undone since the first look has nothing to be kept or changed.
        [ToMe(one, answers[one.sentence_id], *near[one.sentence_id]) for one in waiting if one.sentence_id in answers],
        [Replied(one, answers.get(one.question.sentence_id)) for one in replied],
    )


def _own(member: Membership, sentences: Iterable[int]) -> Iterable[Annotation]:
    given = Annotation.objects.given().filter(annotator=member.user_id, sentence__in=list(sentences))
    return given.select_related("label", "second_label")


def _neighbours(sentences: Iterable[Sentence]) -> dict[int, tuple[str, str]]:
    """What stands before and after each; nothing in a list of sentences, which are no context of each other."""
    told: defaultdict[int, tuple[str, str]] = defaultdict(lambda: ("", ""))
    read = [one for one in sentences if one.source.unit == Unit.ARTICLE]
    beside = Q(pk__in=())
    for one in read:
        beside |= Q(source=one.source_id, number__in=(one.number - 1, one.number + 1))
    rows = Sentence.objects.live().filter(beside).values_list("source", "number", "text")
    texts = {(source, number): text for source, number, text in rows}
    for one in read:
        before, after = (texts.get((one.source_id, one.number + step), "") for step in (-1, 1))
        told[one.pk] = before, after
    return told
