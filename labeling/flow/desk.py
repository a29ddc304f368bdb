"""Which dispute is in which adjudicator's hand: worst first, for a quarter of an hour, renewed while they work.

Right on any database: a claim is a conditional UPDATE on the database's clock. Where the database can skip locked rows,
adjudicators do not wait for each other.
"""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from labeling import dialect
from labeling.flow import adjudicate_queue
from labeling.models import Dispute, Project, Sentence

CLAIM = timedelta(minutes=15)
_TRIES = 5


def take(*, by: User, project: Project) -> int | None:
    """The key of the sentence that `by` settles next: what they have in hand, else the worst that is offered to them.

    Guarantees: two people who take at the same time never get the same sentence; nobody gets what they answered
    themselves; what they gave back, or let lapse, comes again after all else. None where nothing is left, and in an
    archived project.
    """
    if project.archived_at is not None:
        return None
    for _ in range(_TRIES):
        found = dialect.undeterred(lambda: _take(by, project))
        if found is not None:
            return found
        if not _free(adjudicate_queue.offered(project, by=by), by).exists():
            break
    return None


def _take(by: User, project: Project) -> int | None:
    with dialect.writing():
        held = Dispute.objects.filter(project=project, adjudicator=by, until__gt=Now())
        row = held.exclude(adjudicate_queue.mine(by)).first() or _worst(by, project)
        return row.sentence_id if row is not None and _claim(by, row.sentence_id) else None


def _worst(by: User, project: Project) -> Dispute | None:
    rows = _free(adjudicate_queue.offered(project, by=by), by).order_by("-priority", "sentence_id")
    rows = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
    # What they had before comes last: looked for by itself, so that the index leads to the first row at once.
    return rows.exclude(adjudicator=by).first() or rows.filter(adjudicator=by).first()


def _free(rows: "QuerySet[Dispute]", by: User) -> "QuerySet[Dispute]":
    """Those that no other adjudicator has in hand."""
    return rows.filter(Q(adjudicator__isnull=True) | Q(adjudicator=by) | Q(until__lte=Now()))


def _claim(by: User, sentence_id: int) -> bool:
    rows = _free(Dispute.objects.filter(sentence_id=sentence_id), by)
    return bool(rows.update(adjudicator=by, until=Now() + CLAIM))


def claim(*, by: User, sentence: Sentence) -> bool:
    """Have the dispute in hand for another while; False where another adjudicator has it.

    A sentence without a dispute is in nobody's hand: True.
    """
    return _claim(by, sentence.pk) or not Dispute.objects.filter(sentence=sentence).exists()


def leave(*, by: User, sentence: Sentence) -> None:
    """Give the dispute back; what somebody else has in hand stays there."""
    Dispute.objects.filter(sentence=sentence, adjudicator=by).update(until=Now())


def in_other_hands(*, by: User, sentence: Sentence) -> bool:
    """Whether another adjudicator has the dispute in hand."""
    rows = Dispute.objects.filter(sentence=sentence, adjudicator__isnull=False, until__gt=Now())
    return rows.exclude(adjudicator=by).exists()
