"""Agreement: how far people give the same answer, on the audit sample, on what the model chose, by language, on all."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import F, Max, QuerySet

from labeling import learning
from labeling.claims import Claim
from labeling.learning import Judged
from labeling.models import LANGUAGE, AgreementReport, Annotation, Event, Project, Selection

SUGGESTED = ("shown", "unshown")
# Chosen by a model; `seed` and `random` were drawn by lot.
CHOSEN = (Selection.UNCERTAIN, Selection.DIVERSE, Selection.REVIEW)


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
    for done, (name, some) in enumerate(answers.items(), start=1):
        figures[name] = learning.measure(some, seed=project.pk)
        claim.progress(done, len(answers))
    with transaction.atomic():
        report = AgreementReport.objects.create(project=project, revision=revision, figures=figures)
        result = {"report": report.pk, "revision": revision, "n_answers": len(answers["all"])}
        claim.finish(result)
    return result


def populations(project: Project) -> dict[str, list[Judged]]:
    """The counted answers by population. Unsure, withdrawn and surplus ones do not count, nor what left the pool.

    A sentence outside the audit sample is `chosen` as soon as one of its answers was asked for by a model. A project of
    several languages has one population more for each. Where suggestions were shown, sentences of which one answer or
    more came after one are `shown`, those outside the audit sample of which none did are `unshown`.
    """
    languages = project.languages if len(project.languages) > 1 else []
    after = _counted(project).filter(
        sentence__exposures__annotator=F("annotator"), sentence__exposures__shown_at__lt=F("answered_at")
    )
    shown = set(after.values_list("sentence_id", flat=True))
    names = ("audit", "chosen", "all", *(LANGUAGE + code for code in languages), *(SUGGESTED if shown else ()))
    found: dict[str, list[Judged]] = {name: [] for name in names}
    asked = _counted(project).filter(selection__in=CHOSEN, sentence__audit_place__isnull=True)
    chosen = set(asked.values_list("sentence_id", flat=True))
    for answer, drawn, lang in _answers(project):
        found["all"].append(answer)
        if LANGUAGE + lang in found:
            found[LANGUAGE + lang].append(answer)
        if drawn:
            found["audit"].append(answer)
        elif answer.sentence_id in chosen:
            found["chosen"].append(answer)
        if shown and not drawn:
            found[SUGGESTED[answer.sentence_id not in shown]].append(answer)
    return found


def _counted(project: Project) -> "QuerySet[Annotation]":
    return Annotation.objects.decided().filter(project=project, surplus=False, sentence__in_pool=True)


def _answers(project: Project) -> Iterator[tuple[Judged, bool, str]]:
    """Each counted answer, whether its sentence is of the audit sample, and its language."""
    answer = ("sentence_id", "annotator__username", "label__key", "second_label__key")
    place = ("sentence__audit_place", "sentence__lang")
    source = ("sentence__source_id", "sentence__source__unit", "sentence__source__title")
    rows = _counted(project).order_by("sentence_id", "pk").values_list(*answer, *place, *source)
    for pk, annotator, label, second_label, drawn, lang, *origin in rows.iterator(chunk_size=5_000):
        yield Judged(pk, annotator, label, learning.article_of(pk, *origin), second_label), drawn is not None, lang
