"""What the model page says: versions with their figures, what was measured, the head of the ranking."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.utils.safestring import SafeString

from labeling.flow import model_charts
from labeling.flow.figure import Figure, figure, part
from labeling.flow.model_figures import Told, told
from labeling.models import Annotation, Kind, Label, ModelVersion, Project, QueueEntry, Run, Sentence

VERSIONS = 20
HEAD = 20
# Versions in the picture of the learning curve.
POINTS = 200


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version: how many labels of each kind taught it, and both its figures."""

    version: ModelVersion
    counts: list[tuple[Label, int]]
    cross_validation: Figure
    audit: Figure


@dataclass(frozen=True, slots=True)
class Charts:
    """SVG, each made of the figures of a table."""

    curve: SafeString
    by_label: SafeString
    reliability: SafeString


@dataclass(frozen=True, slots=True)
class ModelReport:
    """`audit_answered` of `audit_size` sentences of the audit sample have an answer that counts.

    `told` is None until the version in service is measured; `evaluation` is the latest Run that measures.
    """

    current: VersionRow | None
    told: Told | None
    charts: Charts | None
    versions: list[VersionRow]
    head: list[QueueEntry]
    last: Run | None
    failed: Run | None
    evaluation: Run | None
    audit_answered: int
    audit_size: int


def report(project: Project) -> ModelReport:
    """At most twelve queries, whatever the size of the project. Reads `project.version`: select it with the row."""
    labels = list(project.labels.all())
    version = project.version
    found = told(project, version.evaluation, labels) if version else None
    trainings = list(Run.objects.filter(project=project, kind=Kind.TRAIN)[:2])
    sample = Sentence.objects.in_pool().of_audit_sample().filter(project=project)
    counted = Annotation.objects.decided().filter(project=project, sentence__in=sample)
    return ModelReport(
        current=_row(version, labels, part(version.evaluation, "audit", "macro_f1")) if version else None,
        told=found,
        charts=_charts(project, found) if found else None,
        versions=_versions(project, labels),
        head=list(_waiting(project)[:HEAD]) if version else [],
        last=trainings[0] if trainings else None,
        failed=next((run for run in trainings if run.error), None),
        evaluation=Run.objects.filter(project=project, kind=Kind.EVALUATE).first(),
        audit_answered=counted.values("sentence").distinct().count(),
        audit_size=sample.count(),
    )


def _waiting(project: Project) -> "QuerySet[QueueEntry]":
    """The ranking without what nobody will be asked out of it: a ranking is older than the answers and draws since."""
    entries = QueueEntry.objects.filter(version=project.version_id, project=project).select_related("sentence")
    return entries.filter(sentence__in_pool=True, sentence__slots_free__gt=0, sentence__audit_place__isnull=True)


def _versions(project: Project, labels: Sequence[Label]) -> list[VersionRow]:
    """The latest versions; of each evaluation the one figure that a row shows."""
    latest = ModelVersion.objects.filter(project=project).annotate(measured=F("evaluation__audit__macro_f1"))
    return [_row(one, labels, one.measured) for one in latest.defer("evaluation")[:VERSIONS]]


def _row(version: ModelVersion, labels: Sequence[Label], measured: object) -> VersionRow:
    counts = version.label_counts if isinstance(version.label_counts, dict) else {}
    return VersionRow(
        version=version,
        counts=[(one, int(counts.get(one.key, 0))) for one in labels if one.retired_at is None or counts.get(one.key)],
        cross_validation=figure(part(version.metrics, "cross_validation", "macro_f1")),
        audit=figure(measured),
    )


def _charts(project: Project, found: Told) -> Charts:
    versions = ModelVersion.objects.filter(project=project, evaluation__has_key="audit")
    points = versions.values_list("n_labels", "evaluation__audit__macro_f1")[:POINTS]
    return Charts(
        curve=model_charts.learning_curve([(n, figure(one)) for n, one in points], found.baseline),
        by_label=model_charts.by_label(found.per_label),
        reliability=model_charts.confidence(found.bins),
    )
