"""How far a project and a person have got, cheap enough to ask at every answer."""

from datetime import UTC, datetime

from django.core.cache import cache
from django.utils import timezone

from labeling import dialect
from labeling.models import Annotation, Membership, Project

# A count over many answers is taken at most this often; the page itself counts what it sends.
SECONDS = 10


def answered(project_id: int) -> int:
    """Sentences of the project with at least one answer that stands; up to ten seconds old."""
    return int(cache.get_or_set(f"answered:{project_id}", lambda: _answered(project_id), SECONDS) or 0)


def _answered(project_id: int) -> int:
    told = Annotation.objects.given().filter(project_id=project_id)
    return told.values("sentence").distinct().count()


def today(member: Membership) -> int:
    """Answers of one person since midnight where the server lives."""
    mine = (
        "SELECT COUNT(*) FROM labeling_annotation"
        " WHERE project_id = %s AND annotator_id = %s AND answered_at >= %s AND state = 'given'"
    )
    return int(dialect.rows(mine, (member.project_id, member.user_id, dialect.moment(midnight())))[0][0])


def midnight() -> datetime:
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return start.astimezone(UTC)


def for_page(member: Membership) -> dict[str, object]:
    """The quiet figures in the corner of the annotate page; `ranking_age` in seconds."""
    project = Project.objects.filter(pk=member.project_id)
    total, version, ranked_at = project.values_list("n_pool", "version__number", "version__trained_at").get()
    return {
        "mine_today": today(member),
        "answered": answered(member.project_id),
        "total": total,
        "version": version,
        "ranking_age": int((timezone.now() - ranked_at).total_seconds()) if ranked_at else None,
    }
