"""How far a project and a person have got, cheap enough to ask at every answer."""

from datetime import UTC, datetime

from django.core.cache import cache
from django.utils import timezone

from labeling import dialect
from labeling.models import Annotation, Membership

# A count over many answers is taken at most this often; the page itself counts what it sends.
SECONDS = 10


def answered(project_id: int) -> int:
    """Sentences of the project with at least one answer that stands; up to ten seconds old."""
    return int(cache.get_or_set(f"answered:{project_id}", lambda: _answered(project_id), SECONDS) or 0)


def _answered(project_id: int) -> int:
    told = Annotation.objects.given().filter(project_id=project_id)
    return told.values("sentence").distinct().count()


def midnight() -> datetime:
    """When today began where the server lives."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return start.astimezone(UTC)


def for_page(member: Membership) -> dict[str, object]:
    """The quiet figures in the corner of the annotate page; `ranking_age` in seconds."""
    (figures,) = dialect.rows(
        f"SELECT p.n_pool, v.number, {dialect.age('v.trained_at')}, (SELECT COUNT(*) FROM labeling_annotation a"
        " WHERE a.project_id = p.id AND a.annotator_id = %s AND a.answered_at >= %s AND a.state = 'given')"
        " FROM labeling_project p LEFT JOIN labeling_modelversion v ON v.id = p.version_id WHERE p.id = %s",
        (member.user_id, dialect.moment(midnight()), member.project_id),
    )
    total, version, age, mine_today = figures
    return {
        "mine_today": mine_today,
        "answered": answered(member.project_id),
        "total": total,
        "version": version,
        "ranking_age": None if age is None else int(age),
    }
