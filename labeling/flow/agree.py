"""Agreement: how far people give the same answer, on the audit sample, on what the model chose, by language, on all."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Max

from labeling import learning
from labeling.claims import Claim
from labeling.flow import drift, judging, posterior, quality
from labeling.models import AgreementReport, Event, Project, Repeat

# Of these the report says which labels are given to the same sentences.
CONFUSED = ("audit", "all")
NO_REPEAT = "not measured (nobody was asked about a sentence again)"


def run(*, claim: Claim) -> dict[str, Any]:
    """Measure agreement and publish a report; returns the Run's result, `{"report", "revision", "n_answers"}`.

    `n_answers` are all that count, those to sentences with one answer too, which no figure is made of.

    Guarantees: the report, the posteriors and the end of the Run are one transaction; a figure that is not defined is
    null, with its reason. Raises LostClaim where another worker took over.
    """
    project = claim.project
    # Before the answers are read: what comes in between belongs to the next revision.
    revision = Event.objects.filter(project=project).aggregate(last=Max("pk"))["last"] or 0
    answers, n_answers = judging.counted(project)
    by_population = judging.populations(project, answers)
    steps: dict[str, Callable[[], Any]] = {
        name: partial(judging.measure, project, some, by_pair=name == "all") for name, some in by_population.items()
    } | {
        "repeats": partial(repeats, project),
        "confusions": lambda: [{"population": name, **learning.confuse(by_population[name])} for name in CONFUSED],
        "weeks": partial(drift.weeks, answers, seed=project.pk),
        "people": partial(quality.measure, project),
        "likely": partial(posterior.estimate, project),
    }
    found = _taken(claim, steps)
    likely = found.pop("likely")
    parts = {name: found.pop(name) for name in ("confusions", "weeks", "people")}
    with transaction.atomic():
        report = AgreementReport.objects.create(project=project, revision=revision, figures=found, **parts)
        posterior.store(project, likely)
        result = {"report": report.pk, "revision": revision, "n_answers": n_answers}
        claim.finish(result)
    return result


def repeats(project: Project) -> dict[str, Any]:
    """How often people gave a sentence the same label when asked again, of all of them together, as a figure.

    Counted are the repeats of which both answers were sure. Wilson's interval: it takes repeats as independent.
    """
    asked = Repeat.objects.filter(project=project, answered_at__isnull=False, sentence__in_pool=True)
    found = learning.measure_repeats(list(asked.order_by("pk").values_list("first_label_id", "label_id")))
    return found or {"value": None, "low": None, "high": None, "n_units": 0, "n_answers": 0, "reason": NO_REPEAT}


def _taken(claim: Claim, steps: dict[str, Callable[[], Any]]) -> dict[str, Any]:
    """What the steps give; after each the claim is renewed."""
    found = {}
    for done, (name, step) in enumerate(steps.items(), start=1):
        found[name] = step()
        claim.progress(done, len(steps))
    return found
