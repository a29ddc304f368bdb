"""What the model page says: versions with their figures, the last training, the head of the ranking."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from labeling.flow.figure import Figure, figure, part
from labeling.models import Annotation, Kind, Label, ModelVersion, Project, QueueEntry, Run, Sentence

VERSIONS = 20
HEAD = 20


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version: how many labels of each kind taught it, and both its figures."""

    version: ModelVersion
    counts: list[tuple[Label, int]]
    cross_validation: Figure
    audit: Figure


@dataclass(frozen=True, slots=True)
class ModelReport:
    """`audit_answered` of `audit_size` sentences of the audit sample have an answer that counts."""

    current: VersionRow | None
    per_label: list[tuple[Label, Figure]]
    versions: list[VersionRow]
    head: list[QueueEntry]
    last: Run | None
    failed: Run | None
    audit_answered: int
    audit_size: int


def report(project: Project) -> ModelReport:
    """Six queries, whatever the size of the project."""
    labels = list(project.labels.all())
    versions = [_row(one, labels) for one in ModelVersion.objects.filter(project=project)[:VERSIONS]]
    current = _row(project.version, labels) if project.version else None
    trainings = list(Run.objects.filter(project=project, kind=Kind.TRAIN)[:2])
    counted = Annotation.objects.decided().filter(project=project, sentence__audit_place__isnull=False)
    return ModelReport(
        current=current,
        per_label=[(one, figure(part(current.version.metrics, "audit", "per_label", one.key))) for one in labels]
        if current
        else [],
        versions=versions,
        head=list(_waiting(project)[:HEAD]) if current else [],
        last=trainings[0] if trainings else None,
        failed=next((run for run in trainings if run.error), None),
        audit_answered=counted.values("sentence").distinct().count(),
        audit_size=Sentence.objects.of_audit_sample().filter(project=project).count(),
    )


def _waiting(project: Project) -> "QuerySet[QueueEntry]":
    """The ranking without what nobody will be asked out of it: a ranking is older than the answers and draws since."""
    entries = QueueEntry.objects.filter(version=project.version_id, project=project).select_related("sentence")
    return entries.filter(sentence__in_pool=True, sentence__slots_free__gt=0, sentence__audit_place__isnull=True)


def _row(version: ModelVersion, labels: Sequence[Label]) -> VersionRow:
    counts = version.label_counts if isinstance(version.label_counts, dict) else {}
    return VersionRow(
        version=version,
        counts=[(label, int(counts.get(label.key, 0))) for label in labels],
        cross_validation=figure(part(version.metrics, "cross_validation", "macro_f1")),
        audit=figure(part(version.metrics, "audit", "macro_f1")),
    )
