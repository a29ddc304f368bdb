"""The sentences on which people disagree, for an adjudicator to settle: how many, which wait, what was decided."""

from collections import Counter
from dataclasses import dataclass, fields

from django.contrib.auth.models import User
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from labeling.flow import route
from labeling.flow.progress import midnight
from labeling.flow.shelf import Shelf, pages_by_key
from labeling.models import Annotation, Dispute, Lease, Project, Question, Sentence, Verdict

ROWS = 20
# So many of today's decisions stand on the page itself; the list has them all.
LATELY = 10


def _asked() -> Exists:
    return Exists(Question.objects.filter(sentence=OuterRef("sentence"), closed_at__isnull=True))


def mine(by: User) -> Q:
    """Disputes whose sentence `by` answered, or has in hand to answer."""
    answered = Annotation.objects.given().filter(sentence=OuterRef("sentence"), annotator=by)
    held = Lease.objects.filter(sentence=OuterRef("sentence"), annotator=by, held=True, until__gt=Now())
    return Q(Exists(answered)) | Q(Exists(held))


def answered(*, by: User, sentence: Sentence) -> bool:
    return Annotation.objects.given().filter(sentence=sentence, annotator=by).exists()


def to_answer(*, by: User, sentence: Sentence) -> bool:
    """Whether `by` has the sentence in hand on the labelling page."""
    return Lease.objects.filter(sentence=sentence, annotator=by, held=True, until__gt=Now()).exists()


def offered(project: Project, *, by: User) -> "QuerySet[Dispute]":
    """Those among them that `by` may settle: not what they answered themselves, or have in hand to answer."""
    return route.ready(project).exclude(mine(by))


@dataclass(frozen=True, slots=True)
class Standing:
    """How many disputes there are, by what becomes of them next; each is counted once.

    `ready`: this person may settle them now; `elsewhere`: another adjudicator has them in hand; `mine`: this person
    answered them; `answer` and `reply`: they wait for another answer, or for a reply to a question.
    """

    ready: int
    elsewhere: int
    mine: int
    answer: int
    reply: int

    @property
    def waiting(self) -> int:
        return self.answer + self.reply

    @property
    def total(self) -> int:
        return self.ready + self.elsewhere + self.mine + self.waiting


def standing(project: Project, *, by: User) -> Standing:
    """The queue as `by` sees it, in one query."""
    open_now = Q(pk__in=route.ready(project).order_by().values("pk"))
    told = Dispute.objects.filter(project=project).annotate(
        open=_truth(open_now), asked=_asked(), own=_truth(mine(by)), held=_truth(_held_by_another(by))
    )
    counts: Counter[str] = Counter()
    groups = told.order_by().values_list("open", "asked", "own", "held").annotate(n=Count("pk"))
    for is_open, asked, own, held, n in groups:
        if is_open:
            counts["mine" if own else "elsewhere" if held else "ready"] += n
        else:
            counts["reply" if asked else "answer"] += n
    return Standing(**{one.name: counts[one.name] for one in fields(Standing)})


def _truth(rule: Q) -> "ExpressionWrapper[Q]":
    return ExpressionWrapper(rule, output_field=BooleanField())


def _held_by_another(by: User) -> Q:
    return Q(adjudicator__isnull=False, until__gt=Now()) & ~Q(adjudicator=by)


def waiting(project: Project, *, by: User, before: int | None) -> Shelf[Dispute]:
    """Disputes that wait, newest first, each with `asked` (for a reply) and `own` (`by` answered it); one query."""
    rows = Dispute.objects.filter(project=project).exclude(pk__in=route.ready(project).order_by().values("pk"))
    rows = rows.annotate(asked=_asked(), own=_truth(mine(by))).select_related("sentence")
    return pages_by_key(rows, before=before, size=ROWS)


def decided(project: Project, *, before: int | None) -> Shelf[Verdict]:
    """Decisions, those first made last on top; one query."""
    rows = Verdict.objects.filter(project=project).select_related("sentence", "label", "decided_by")
    return pages_by_key(rows, before=before, size=ROWS)


@dataclass(frozen=True, slots=True)
class Today:
    """What was decided since midnight, newest first and LATELY at most; `n` is how many that were, `mine` by whom it
    is asked."""

    rows: list[Verdict]
    n: int
    mine: int


def today(project: Project, *, by: User) -> Today:
    """In two queries, one where there is nothing."""
    rows = Verdict.objects.filter(project=project, decided_at__gte=midnight())
    counts = rows.aggregate(n=Count("pk"), mine=Count("pk", filter=Q(decided_by=by)))
    shown = rows.select_related("sentence", "label", "decided_by").order_by("-decided_at", "-pk")[:LATELY]
    return Today(list(shown) if counts["n"] else [], **counts)
