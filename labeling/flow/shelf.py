"""Lists of articles and one article as it reads, a page at a time by key: no page counts a million rows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Generic, TypeVar

from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Now

from labeling.flow.rule import Decision, Rule, Undecided
from labeling.flow.rule_words import STEPS
from labeling.flow.settle import posteriors
from labeling.models import Annotation, Label, Lease, Project, Sentence, Source, Verdict

ROWS = 50
SENTENCES = 200
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Shelf(Generic[Row]):
    """One page of rows, newest first. `older` is the key to go on from, None at the end."""

    rows: list[Row]
    older: int | None
    newest: bool


def pages_by_key(rows: "QuerySet[Row]", *, before: int | None, size: int = ROWS) -> Shelf[Row]:
    """The `size` rows with the highest keys below `before`."""
    found = list((rows.filter(pk__lt=before) if before else rows).order_by("-pk")[: size + 1])
    return Shelf(rows=found[:size], older=found[size - 1].pk if len(found) > size else None, newest=before is None)


def articles(project: Project, *, before: int | None) -> Shelf[Source]:
    """Sources of the project, newest first, without their texts."""
    return pages_by_key(Source.objects.filter(project=project).defer("text"), before=before)


@dataclass(frozen=True, slots=True)
class ReadSentence:
    """A sentence with the answers that count, by label, and what it settles on.

    `step` is the step of the rule that settles it, or why it is open; empty where nobody has answered. `in_hand`: how
    many people have it; `articles`: in how many its text stands.
    """

    sentence: Sentence
    answers: list[tuple[Label, int]]
    unsure: int
    verdict: Label | None
    settled: Label | None
    step: str
    in_hand: int
    articles: int

    @property
    def why(self) -> str:
        """Why it is settled or open, in words; nothing where nobody has answered or it is out of the pool."""
        return str(STEPS.get(self.step, "")) if self.sentence.in_pool else ""

    @property
    def disputed(self) -> bool:
        return self.verdict is None and len(self.answers) > 1


@dataclass(frozen=True, slots=True)
class Reading:
    """One page of an article: paragraphs of sentences. `after` is the number to go on from, None at the end."""

    paragraphs: list[list[ReadSentence]]
    after: int | None


def read(source: Source, *, project: Project, after: int | None) -> Reading:
    """The article's sentences past `after` as it reads now, with what people said of them, in seven queries at most."""
    rows = source.sentences.live()
    if after is not None:
        rows = rows.filter(number__gt=after)
    found = list(rows.select_related("twin_of").order_by("number")[: SENTENCES + 1])
    shown = told(found[:SENTENCES], project)
    paragraphs = [list(group) for _paragraph, group in groupby(shown, key=lambda one: one.sentence.paragraph)]
    return Reading(paragraphs, after=found[SENTENCES - 1].number if len(found) > SENTENCES else None)


def told(sentences: Sequence[Sentence], project: Project) -> list[ReadSentence]:
    """The sentences with what people said of them, in six queries at most."""
    ids = [one.pk for one in sentences]
    labels = {label.pk: label for label in project.labels.all()}
    said: dict[int, Counter[int | None]] = {}
    given = Annotation.objects.given().filter(sentence_id__in=ids, surplus=False)
    for sentence_id, label_id in given.values_list("sentence_id", "label_id"):
        said.setdefault(sentence_id, Counter())[label_id] += 1
    verdicts = dict(Verdict.objects.filter(sentence_id__in=ids).values_list("sentence_id", "label_id"))
    held = Lease.objects.filter(sentence_id__in=ids, held=True, until__gt=Now()).values_list("sentence_id", flat=True)
    in_hand, articles = Counter(held), occurrences(project, ids)
    decided = _decided(project, said, verdicts)
    return [
        _one(
            one,
            said.get(one.pk, Counter()),
            verdicts.get(one.pk),
            decided.get(one.pk),
            labels,
            (in_hand[one.pk], articles.get(one.pk, 1)),
        )
        for one in sentences
    ]


def _decided(
    project: Project, said: "dict[int, Counter[int | None]]", verdicts: dict[int, int]
) -> dict[int, Decision | Undecided]:
    """What the rule says of each sentence with an answer or a verdict; one query where people differ, else none."""
    rule = Rule.of(project)
    votes = {pk: {label: n for label, n in one.items() if label is not None} for pk, one in said.items()}
    apart = [pk for pk, one in votes.items() if len(one) > 1 and pk not in verdicts]
    likely = posteriors(project, rule, apart) if apart else {}
    known = sorted({*votes, *verdicts})
    return {pk: rule.decide(votes.get(pk, {}), verdicts.get(pk), likely.get(pk)) for pk in known}


def occurrences(project: Project, ids: Iterable[int]) -> dict[int, int]:
    """In how many articles the text of each of these sentences stands; one query. Boilerplate is not counted."""
    counted = Sentence.objects.live().filter(boilerplate=False)
    same = counted.filter(project=OuterRef("project"), text_hash=OuterRef("text_hash")).order_by()
    number = same.values("text_hash").annotate(n=Count("source", distinct=True)).values("n")
    return dict(counted.filter(project=project, pk__in=list(ids)).order_by().values_list("pk", Subquery(number)))


def _one(
    sentence: Sentence,
    said: "Counter[int | None]",
    verdict: int | None,
    decided: Decision | Undecided | None,
    labels: dict[int, Label],
    counts: tuple[int, int],
) -> ReadSentence:
    settled = decided.label_id if decided else None
    return ReadSentence(
        sentence,
        answers=[(labels[key], count) for key, count in said.most_common() if key is not None],
        unsure=said[None],
        verdict=labels[verdict] if verdict is not None else None,
        settled=labels[settled] if settled is not None else None,
        step=decided.step if decided else "",
        in_hand=counts[0],
        articles=counts[1],
    )
