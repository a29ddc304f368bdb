"""How far a project and a person have got, cheap enough to ask at every answer."""

from datetime import UTC, datetime
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from labeling import dialect
from labeling.models import Annotation, Membership, Project

# A count over many answers is taken at most this often; the page itself counts what it sends.
SECONDS = 10


def answered(project_id: int) -> int:
    """Sentences of the project with at least one answer that stands; up to ten seconds old."""
    return int(_figures(project_id)["answered"])


def _figures(project_id: int) -> dict[str, Any]:
    key = f"progress:{project_id}"
    found = cache.get(key)
    if found is None:
        found = _count(project_id)
        cache.set(key, found, SECONDS)
    return dict(found)


def _count(project_id: int) -> dict[str, Any]:
    project = Project.objects.select_related("version").get(pk=project_id)
    told = Annotation.objects.given().filter(project_id=project_id)
    return {
        "answered": told.values("sentence").distinct().count(),
        "total": project.n_pool,
        "version": project.version.number if project.version else None,
        "ranked_at": project.version.trained_at if project.version else None,
    }


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
    figures = _figures(member.project_id)
    ranked_at = figures.pop("ranked_at")
    age = int((timezone.now() - ranked_at).total_seconds()) if ranked_at else None
    return {"mine_today": today(member), "ranking_age": age, **figures}
