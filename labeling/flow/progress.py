"""How far a project and a person have got, cheap enough to ask at every answer."""

from datetime import UTC, datetime
from typing import NamedTuple

from django.core.cache import cache
from django.utils import timezone

from labeling import dialect
from labeling.models import Membership

# A count over many answers is taken at most this often; the page itself counts what it sends.
SECONDS = 10
# Answered sentences that left the pool since. Found by acts of owners, which are few: joining all answers costs more.
_LEFT = """SELECT e.sentence_id FROM labeling_event e JOIN labeling_sentence s ON s.id = e.sentence_id
    WHERE e.project_id = %s AND e.verb IN ('took out', 'split', 'merged') AND NOT s.in_pool"""


class Counted(NamedTuple):
    """Sentences of the pool with an answer that counts, and all such answers: they stand, and none is surplus.

    `disputed`: the sentences on which people differ and nobody has decided, as `flow.route` keeps them.
    """

    sentences: int
    answers: int
    disputed: int


def counted(project_id: int) -> Counted:
    """Up to ten seconds old."""
    return cache.get_or_set(f"counted:{project_id}", lambda: _counted(project_id), SECONDS) or Counted(0, 0, 0)


def answered(project_id: int) -> int:
    """Sentences of the project with at least one answer that counts; up to ten seconds old."""
    return counted(project_id).sentences


def _counted(project_id: int) -> Counted:
    (found,) = dialect.rows(
        "SELECT COUNT(DISTINCT a.sentence_id), COUNT(*),"
        " (SELECT COUNT(*) FROM labeling_dispute d WHERE d.project_id = %s)"
        f" FROM labeling_annotation a WHERE a.project_id = %s AND a.state = 'given' AND NOT a.surplus"
        f" AND a.sentence_id NOT IN ({_LEFT})",
        (project_id, project_id, project_id),
    )
    return Counted(*(int(one) for one in found))


def midnight() -> datetime:
    """When today began where the server lives."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return start.astimezone(UTC)


def for_page(member: Membership) -> dict[str, object]:
    """The quiet figures in the corner of the annotate page; `ranking_age` in seconds."""
    (figures,) = dialect.rows(
        f"SELECT p.n_pool, v.number, {dialect.age('v.trained_at')}, (SELECT COUNT(*) FROM labeling_annotation a"
        " WHERE a.project_id = p.id AND a.annotator_id = %s AND a.answered_at >= %s AND a.state = 'given')"
        # A repeat is a sentence answered like any other: the person's own count must not tell it from one.
        " + (SELECT COUNT(*) FROM labeling_repeat r"
        " WHERE r.project_id = p.id AND r.annotator_id = %s AND r.answered_at >= %s)"
        " FROM labeling_project p LEFT JOIN labeling_modelversion v ON v.id = p.version_id WHERE p.id = %s",
        (*(member.user_id, dialect.moment(midnight())) * 2, member.project_id),
    )
    total, version, age, mine_today = figures
    return {
        "mine_today": mine_today,
        "answered": answered(member.project_id),
        "total": total,
        "version": version,
        "ranking_age": None if age is None else int(age),
    }
