"""Agreement: how far people give the same answer, on the audit sample, on what the model chose, and on all."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet

from labeling import learning
from labeling.claims import Claim
from labeling.learning import Judged
from labeling.models import AgreementReport, Annotation, Event, Project, Selection

# Chosen by a model; `seed` and `random` were drawn by lot.
CHOSEN = (Selection.UNCERTAIN, Selection.DIVERSE, Selection.REVIEW)
POPULATIONS = ("audit", "chosen", "all")


def run(*, claim: Claim) -> dict[str, Any]:
    """Measure agreement and publish a report; returns the Run's result, `{"report", "revision", "n_answers"}`.

    Guarantees: report and end of the Run are one transaction; a figure that is not defined is null, with its reason.
    Raises LostClaim where another worker took over.
    """
    project = claim.project
    # Before the answers are read: what comes in between belongs to the next revision.
    revision = Event.objects.filter(project=project).aggregate(last=Max("pk"))["last"] or 0
    answers = populations(project)
    figures = {}
    for done, name in enumerate(POPULATIONS, start=1):
        figures[name] = learning.measure(answers[name], seed=project.pk)
        claim.progress(done, len(POPULATIONS))
    with transaction.atomic():
        report = AgreementReport.objects.create(project=project, revision=revision, figures=figures)
        result = {"report": report.pk, "revision": revision, "n_answers": len(answers["all"])}
        claim.finish(result)
    return result


def populations(project: Project) -> dict[str, list[Judged]]:
    """The counted answers by population. Unsure, withdrawn and surplus ones do not count, nor what left the pool.

    A sentence outside the audit sample is `chosen` as soon as one of its answers was asked for by a model.
    """
    found: dict[str, list[Judged]] = {name: [] for name in POPULATIONS}
    asked = _counted(project).filter(selection__in=CHOSEN, sentence__audit_place__isnull=True)
    chosen = set(asked.values_list("sentence_id", flat=True))
    for answer, drawn in _answers(project):
        found["all"].append(answer)
        if drawn:
            found["audit"].append(answer)
        elif answer.sentence_id in chosen:
            found["chosen"].append(answer)
    return found


def _counted(project: Project) -> "QuerySet[Annotation]":
    return Annotation.objects.decided().filter(project=project, surplus=False, sentence__in_pool=True)


def _answers(project: Project) -> Iterator[tuple[Judged, bool]]:
    """Each counted answer, and whether its sentence is of the audit sample."""
    fields = ("sentence_id", "annotator__username", "label__key", "sentence__audit_place")
    source = ("sentence__source_id", "sentence__source__unit", "sentence__source__title")
    rows = _counted(project).order_by("sentence_id", "pk")
    for pk, annotator, label, place, *origin in rows.values_list(*fields, *source).iterator(chunk_size=5_000):
        yield Judged(pk, annotator, label, learning.article_of(pk, *origin)), place is not None
