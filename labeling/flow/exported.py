"""What the page of exports shows: the versions, and what came since the last one."""

from dataclasses import dataclass

from labeling.errors import Refused
from labeling.flow.moment import one_moment
from labeling.flow.revision import revision_of
from labeling.flow.shelf import Shelf, pages_by_key
from labeling.flow.spool import head_of
from labeling.models import Event, ExportVersion, Kind, Project, Run


@dataclass(frozen=True, slots=True)
class Since:
    """What came after `version`, the last one: whether nothing at all did, and how many answers and decisions.

    `acts` is None where what was kept of the version cannot be read.
    """

    version: ExportVersion
    same: bool
    acts: int | None

    @property
    def following(self) -> int:
        """The number of the next version."""
        return self.version.number + 1


def since_last(project: Project) -> Since | None:
    """What came since the last version; None where there is none. Counted by an index, whatever was answered."""
    last = ExportVersion.objects.filter(project=project).first()
    if last is None:
        return None
    with one_moment():
        revision = revision_of(Project.objects.get(pk=project.pk))
        acts = Event.objects.of_labels(project).count()
    try:
        before = head_of(last).get("n_label_acts")
    except Refused:
        before = None
    return Since(last, revision == last.revision, None if before is None else acts - before)


def versions(project: Project, *, before: int | None) -> Shelf[ExportVersion]:
    """The versions of the project, newest first, with who made them."""
    rows = ExportVersion.objects.filter(project=project).select_related("made_by")
    return pages_by_key(rows, before=before)


def numbers(project: Project) -> list[int]:
    """The numbers of all versions, newest first."""
    return list(ExportVersion.objects.filter(project=project).values_list("number", flat=True))


def taken_away(project: Project, *, before: int | None) -> Shelf[Run]:
    """Exports and uploads that were asked for, newest first."""
    rows = Run.objects.filter(project=project, kind__in=(Kind.EXPORT, Kind.PUBLISH))
    return pages_by_key(rows, before=before)
