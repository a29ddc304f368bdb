"""How far a project and a person have got, cheap enough to ask at every answer."""

from datetime import datetime

from django.core.cache import cache
from django.utils import timezone

from labeling.models import Annotation, Membership, Project

# A count over many answers is taken at most this often; the page itself counts what it sends.
SECONDS = 10


def answered(project: Project) -> int:
    """Sentences of the project with at least one answer that stands; up to ten seconds old."""
    return int(cache.get_or_set(f"answered:{project.pk}", lambda: _answered(project), SECONDS) or 0)


def _answered(project: Project) -> int:
    return Annotation.objects.given().filter(project=project).values("sentence").distinct().count()


def today(member: Membership) -> int:
    """Answers of one person since midnight where the server lives."""
    mine = Annotation.objects.given().filter(project_id=member.project_id, annotator_id=member.user_id)
    return mine.filter(answered_at__gte=midnight()).count()


def midnight() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def for_page(member: Membership) -> dict[str, object]:
    """The quiet figures in the corner of the annotate page; `ranking_age` in seconds."""
    version = member.project.version
    return {
        "mine_today": today(member),
        "answered": answered(member.project),
        "total": member.project.n_pool,
        "version": version.number if version else None,
        "ranking_age": int((timezone.now() - version.trained_at).total_seconds()) if version else None,
    }
