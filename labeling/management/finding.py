"""What commands are told by name."""

from labeling.errors import Refused
from labeling.models import Project


def project_called(slug: str) -> Project:
    """The project with this short name. Raises Refused, naming those there are."""
    project = Project.objects.select_related("version").filter(slug=slug).first()
    if project is None:
        known = ", ".join(Project.objects.order_by("slug").values_list("slug", flat=True)[:20]) or "none yet"
        raise Refused(f"There is no project called {slug}. Known: {known}.")
    return project
