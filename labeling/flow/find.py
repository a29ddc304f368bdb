"""Guided learning: an owner finds sentences by words and has them labelled next (Attenberg & Provost 2010).

People know where a rare label hides long before a model does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from labeling import dialect
from labeling.errors import Refused
from labeling.flow.archive import hold
from labeling.models import Event, Project, Sentence, Verb

SHOWN = 50
# So many may wait at once: what an owner chose should come soon, and leave the rest of the queue to the model.
AT_ONCE = 200
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Found:
    """The first sentences that hold all the words; `more`: there are others."""

    sentences: list[Sentence]
    more: bool


def find(*, project: Project, words: str) -> Found:
    """Open sentences of the pool that hold every one of `words`, newest first.

    Without regard to case, parts of words too. Nothing where there are no words. Sentences of the audit sample are left
    out: what is asked for by words must not weigh in it.
    """
    wanted = words.split()[:MOST_WORDS]
    if not wanted:
        return Found([], more=False)
    rows = _open(project).filter(sought_at__isnull=True, reviews=0)
    for word in wanted:
        like = f"%{dialect.literally(word)}%"
        rows = rows.filter(RawSQL(dialect.holds("text"), [like], BooleanField()))  # noqa: S611 - the word is a value
    # In the order of the rows: where few hold the words all are read, of a million in 0.3 s on SQLite (0.01 s where
    # many do), of 100,000 in 0.07 s on PostgreSQL. In the order of the queue it took SQLite six times as long.
    found = list(rows.order_by("-pk")[: SHOWN + 1])
    return Found(found[:SHOWN], more=len(found) > SHOWN)


def sought(project: Project) -> list[Sentence]:
    """What was asked for and is not yet lent out or answered, in the order of serving."""
    return list(_sought(project).order_by("sought_at", "pk"))


@transaction.atomic
def ask_first(*, project: Project, by: User, sentence_ids: Iterable[int]) -> int:
    """Have these sentences labelled before all others; returns how many will be.

    Guarantees: those of another project, of the audit sample, closed ones and those asked for before are left as they
    are. Raises Refused where more than AT_ONCE would wait, and for an archived project.
    """
    wanted = sorted(set(sentence_ids))
    hold(project.pk)
    Sentence.objects.hold(wanted)
    rows = _open(project).filter(pk__in=wanted, sought_at__isnull=True)
    n = rows.count()
    if _sought(project).count() + n > AT_ONCE:
        said = _("At most %(n)d sentences can be asked for at once. Choose fewer, or take some back first.")
        raise Refused(said % {"n": AT_ONCE})
    return _mark(project, by, rows, sought=True)


@transaction.atomic
def take_back(*, project: Project, by: User) -> int:
    """Let what was asked for and is still waiting stand where the ranking puts it; returns how many there were."""
    return _mark(project, by, _sought(project), sought=False)


def _mark(project: Project, by: User, rows: "QuerySet[Sentence]", *, sought: bool) -> int:
    ids: Sequence[int] = list(rows.order_by("pk").values_list("pk", flat=True))
    if ids:
        Sentence.objects.filter(pk__in=ids).update(sought_at=Now() if sought else None)
        Event.objects.create(project=project, who=by, verb=Verb.SOUGHT, after={"sentences": ids, "first": sought})
    return len(ids)


def _open(project: Project) -> "QuerySet[Sentence]":
    return Sentence.objects.with_free_slots().filter(project=project, audit_place__isnull=True)


def _sought(project: Project) -> "QuerySet[Sentence]":
    return _open(project).filter(sought_at__isnull=False)
