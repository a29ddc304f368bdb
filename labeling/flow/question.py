"""Questions: an adjudicator sends a disputed sentence back to the people who answered it, and each replies once."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from labeling import dialect
from labeling.acts import Act
from labeling.errors import AlreadyHere, Refused
from labeling.flow import annotate
from labeling.flow.archive import require_open
from labeling.flow.awaited import still_open, yet_to_reply
from labeling.models import Annotation, Event, Membership, Project, Question, Repeat, Reply, Sentence, Verb, Verdict

MAX_TEXT = 2_000
# So many questions stand on one page.
ROWS = 20


def ask(*, by: User, sentence: Sentence, text: str) -> Question:
    """Ask those who answered `sentence` to look at it again; until the question closes its dispute waits.

    Guarantees: row and Event are one transaction; a sentence has one open question. Raises Refused where the text is
    empty or too long, where the sentence is decided or out of the pool, where `by` answered it, where a question about
    it is open, where nobody is left to reply, or where the project is archived.
    """
    text = _fitting(text)
    if not text:
        raise Refused(_("Write the question first."))
    return dialect.undeterred(lambda: _ask(by, sentence, text))


def _ask(by: User, sentence: Sentence, text: str) -> Question:
    with dialect.writing():
        # Who asks at the same moment waits here, and then finds the question.
        Sentence.objects.hold([sentence.pk])
        row = Sentence.objects.select_related("project").get(pk=sentence.pk)
        _require_askable(row, by)
        asked = Question.objects.create(project_id=row.project_id, sentence=row, asked_by=by, text=text)
        people = [person for _pk, person in yet_to_reply(Question.objects.filter(pk=asked.pk))]
        if not people:
            raise Refused(_("Nobody who answered this sentence can be asked any more. Decide it without them."))
        _tell(by, asked, Verb.ASKED, after={"question": asked.pk, "text": text, "asked": people})
    return asked


def _require_askable(row: Sentence, by: User) -> None:
    require_open(row.project)
    if not row.in_pool:
        raise Refused(_("This sentence is not in the pool any more, so nothing is asked about it."))
    if Verdict.objects.filter(sentence=row).exists():
        raise Refused(_("This sentence is decided already, so nothing is asked about it."))
    if Annotation.objects.given().filter(sentence=row, annotator=by).exists():
        raise Refused(_("You answered this sentence yourself, so somebody else must ask about it."))
    if Question.objects.filter(sentence=row, closed_at__isnull=True).exists():
        raise Refused(_("A question about this sentence is open already. Wait for the replies, or take it back."))


def reply(*, by: Membership, question: Question, text: str = "", act: Act | None = None) -> Reply:
    """Say why an answer was what it was. With `act` the answer is amended, as on the annotate page; without it stays.

    Guarantees: the reply, the amended answer and their Events are one transaction; a person replies once; whoever is
    the last to reply closes the question, once. Raises AlreadyHere where `by` has replied, Refused where the question
    is closed, where `by` was not asked or has undone their answer, where the act is refused, where the text is too
    long, or where the project is archived.
    """
    text = _fitting(text)
    return dialect.undeterred(lambda: _reply(by, question, text, act))


def _reply(by: Membership, question: Question, text: str, act: Act | None) -> Reply:
    with dialect.writing():
        # The membership first, as where answers are kept; then the question: its last reply is one.
        if Membership.objects.select_for_update(no_key=True).filter(pk=by.pk).first() is None:
            raise Refused(_("This person is not in the project any more."))
        row = _held(question)
        _require_asked(row, by)
        before = annotate.said(_own(row, by))
        if act is not None:
            _amend(by, row, act)
        kept = Reply.objects.create(question=row, annotator_id=by.user_id, text=text)
        after = {"question": row.pk, "text": text, "changed": act is not None, **annotate.said(_own(row, by))}
        _tell(by.user, row, Verb.REPLIED, before=before, after=after)
        _close_answered(Question.objects.filter(pk=row.pk))
    return kept


def _held(question: Question) -> Question:
    """The question as it is now, until the transaction ends. Raises Refused where its project is archived."""
    rows = Question.objects.select_for_update(of=("self",), no_key=True).select_related("project")
    row = rows.get(pk=question.pk)
    require_open(row.project)
    return row


def _require_asked(row: Question, by: Membership) -> None:
    if Reply.objects.filter(question=row, annotator_id=by.user_id).exists():
        raise AlreadyHere(_("You have replied to this question already; that reply stands."))
    if row.closed_at is not None:
        raise Refused(_("This question is closed: no reply is wanted any more."))
    if not yet_to_reply(Question.objects.filter(pk=row.pk), by.user_id).exists():
        raise Refused(_("You have no answer to this sentence any more, so no reply is wanted."))


def _own(row: Question, by: Membership) -> Annotation:
    rows = Annotation.objects.given().select_related("label", "second_label")
    return rows.get(sentence_id=row.sentence_id, annotator_id=by.user_id)


def _amend(by: Membership, row: Question, act: Act) -> None:
    if act.kind != "answer" or act.sentence != row.sentence_id:
        raise Refused(_("An act must name its sentence."))
    # Who is asked openly is no longer asked in silence: else this answer would be taken for that one.
    Repeat.objects.filter(sentence_id=row.sentence_id, annotator_id=by.user_id, answered_at__isnull=True).delete()
    (receipt,) = annotate.submit(by=by, acts=[act])
    if not receipt.saved:
        raise Refused(receipt.reason)


def take_back(*, by: User, question: Question) -> Question:
    """Close a question without waiting for more replies; those that came stay, and the dispute waits no longer.

    Raises Refused where it is closed already, or where the project is archived.
    """
    with dialect.writing():
        row = _held(question)
        if row.closed_at is not None:
            raise Refused(_("This question is closed already."))
        Question.objects.filter(pk=row.pk).update(closed_at=Now())
        _tell(by, row, Verb.ASKED, before={"question": row.pk, "text": row.text}, after={"taken_back": True})
        row.refresh_from_db(fields=["closed_at"])
    return row


def end(sentence: Sentence) -> None:
    """Close what is open about `sentence`; called in the transaction that decides it."""
    Question.objects.filter(sentence=sentence, closed_at__isnull=True).update(closed_at=Now())


def follow(project: Project | None = None) -> int:
    """Close the questions that nobody is left to reply to, or whose sentence was decided or left the pool meanwhile.

    Of one project or of all; returns how many. The sweep calls this, and the adjudicators' page before it shows its
    queue. No Event: it follows from those of the deeds that it follows.
    """
    return _close_answered(Question.objects.filter(project=project) if project else Question.objects.all())


def _close_answered(questions: "QuerySet[Question]") -> int:
    rows = questions.filter(closed_at__isnull=True)
    gone = Q(sentence__in_pool=False) | Q(sentence__verdict__isnull=False)
    # Looked up first: on SQLite an UPDATE that changes nothing keeps writers waiting all the same.
    answered = rows.filter(gone | ~Q(pk__in=yet_to_reply(rows).values("pk")))
    ended = list(answered.order_by("pk").values_list("pk", flat=True))
    return Question.objects.filter(pk__in=ended, closed_at__isnull=True).update(closed_at=Now()) if ended else 0


@dataclass(frozen=True, slots=True)
class Replied:
    """One reply (its `annotator` with it); `was` and `now` are the labels' keys, None for unsure."""

    reply: Reply
    changed: bool
    was: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its replies, oldest first; `waiting`: the keys of the users who have yet to reply."""

    question: Question
    replies: list[Replied]
    waiting: list[int]


def open_questions(project: Project) -> list[Asked]:
    """The questions that wait for replies, oldest first, ROWS at most; in four queries."""
    return _asked(still_open(project).order_by("pk")[:ROWS])


def asked_about(sentence: Sentence) -> list[Asked]:
    """All that was asked about `sentence`, oldest first, open and closed; in four queries."""
    return _asked(Question.objects.filter(sentence=sentence).order_by("pk"))


def _asked(rows: "QuerySet[Question]") -> list[Asked]:
    questions = list(rows.select_related("sentence", "asked_by"))
    ids = [one.pk for one in questions]
    replies = list(Reply.objects.filter(question__in=ids).select_related("annotator").order_by("pk"))
    told = Event.objects.filter(verb=Verb.REPLIED, sentence__in=[one.sentence_id for one in questions])
    history = {(one.after.get("question"), one.who_id): one for one in told}
    left = list(yet_to_reply(Question.objects.filter(pk__in=ids, closed_at__isnull=True)))
    found = {one.pk: Asked(one, [], [person for about, person in left if about == one.pk]) for one in questions}
    for each in replies:
        found[each.question_id].replies.append(_replied(each, history.get((each.question_id, each.annotator_id))))
    return list(found.values())


def _replied(said: Reply, event: Event | None) -> Replied:
    before, after = (event.before, event.after) if event else ({}, {})
    return Replied(said, bool(after.get("changed")), before.get("label"), after.get("label"))


def _fitting(text: str) -> str:
    if len(text.strip()) > MAX_TEXT:
        raise Refused(_("At most %(n)d characters are kept; shorten the text.") % {"n": MAX_TEXT})
    return text.strip()


def _tell(by: User, row: Question, verb: Verb, *, before: dict[str, object] | None = None, after: object) -> None:
    event = {"project_id": row.project_id, "sentence_id": row.sentence_id, "before": before or {}, "after": after}
    Event.objects.create(who=by, verb=verb, **event)
