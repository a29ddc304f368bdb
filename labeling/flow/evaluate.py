"""Evaluation: what the version in service is worth, measured once its ranking is out, so that nobody waits for it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from labeling import jobs, learning
from labeling.claims import Claim
from labeling.errors import Refused
from labeling.flow.figure import part
from labeling.flow.train import gather
from labeling.learning import FittedModel, Taught
from labeling.models import Annotation, Kind, Label, ModelVersion, Project, Selection

# Below this many settled audit sentences a figure would say more than it knows.
LEAST_AUDIT = 20
# Labels that are probably wrong, kept for review: more than anybody reads before the next version.
SUSPECTS = 500
# The baseline is replayed anew when labels drawn by lot have grown by a tenth: it is dear, and changes slowly.
REPLAYED_AGAIN = 1.1
# Versions that the learning curve looks back on.
HISTORY = 200


def run(*, claim: Claim) -> dict[str, Any]:
    """Measure the version in service; returns the Run's result, `{"version", "macro_f1", "n", "verdict"}`.

    Guarantees: `ModelVersion.evaluation` and the end of the Run are one transaction; doing it again gives the same
    figures while labels and pool are the same; where another version came into service meanwhile, its evaluation is
    owed. Raises Refused where there is no model, an MlError where its file or its features are not what they were,
    LostClaim where another worker took over.
    """
    project = Project.objects.select_related("version").get(pk=claim.project.pk)
    version = project.version
    if version is None:
        raise Refused(_("There is no model yet. Train one, then ask again."))
    evaluation = measure(project, version, claim)
    figure = evaluation["audit"]["macro_f1"]
    verdict = evaluation["stop"]["verdict"]
    result = {"version": version.number, "macro_f1": figure["value"], "n": figure["n"], "verdict": verdict}
    with transaction.atomic():
        # With the project's row held no version comes into service: one that did meanwhile has asked for its evaluation
        # and was given this Run; one that waits here will ask when this Run is over.
        current = Project.objects.select_for_update(no_key=True).values_list("version", flat=True).get(pk=project.pk)
        claim.finish(result)
        ModelVersion.objects.filter(pk=version.pk).update(evaluation=evaluation)
        if current != version.pk:
            jobs.owe(project=project, kind=Kind.EVALUATE, by=claim.run.asked_by)
    return result


def measure(project: Project, version: ModelVersion, claim: Claim) -> dict[str, Any]:
    """All that is told of `version`, as JSON: docs/learning.md names the parts."""
    model = learning.load(version)
    told, audit = gather(project)
    taught = _once(told)
    before = _before(version)
    claim.progress(10, 100)
    found: dict[str, Any] = {"least": LEAST_AUDIT, "unsettled": _unsettled(project, audit)}
    found |= learning.audited(project, model, audit, least=LEAST_AUDIT)
    found["fixed"] = learning.fixed(project, model)
    found["change"] = _change(project, version, before, found, audit) if before else {}
    claim.progress(30, 100)
    outside = learning.second_look(project, model, taught)
    suspected = learning.suspects(outside) if outside else []
    found["doubtful"] = suspected[:SUSPECTS]
    found["second_look"] = {"n": len(outside.taught) if outside else 0, "suspected": len(suspected)}
    claim.progress(40, 100)
    keys = list(Label.objects.offered().filter(project=project).values_list("key", flat=True))
    drawn = _by_lot(project)
    lot = [one for one in taught if one.sentence_id in drawn]
    chosen = [one for one in taught if one.sentence_id not in drawn]
    if len(audit) >= LEAST_AUDIT:
        found["shares"] = learning.pool_shares(project, model, audit, outside, keys)
    found["corrected"] = _corrected(project, lot, chosen, keys)
    claim.progress(60, 100)
    found["baseline"] = _baseline(project, model, before, lot, audit)
    claim.progress(95, 100)
    return found | _signal(project, version, found, keys)


def _once(taught: Sequence[Taught]) -> list[Taught]:
    """Each sentence with its settled label alone: that one stands first."""
    return [replace(one, weight=1.0) for one in {one.sentence_id: one for one in reversed(taught)}.values()][::-1]


def _before(version: ModelVersion) -> ModelVersion | None:
    """The last version before that was measured."""
    earlier = ModelVersion.objects.filter(project=version.project_id, number__lt=version.number)
    return earlier.filter(evaluation__has_key="fixed").order_by("-number").first()


def _unsettled(project: Project, audit: Sequence[Taught]) -> int:
    """Audit sentences that were answered without a settled label: hard ones, which no figure can count."""
    counted = Annotation.objects.given().filter(project=project, surplus=False, sentence__in_pool=True)
    answered = counted.filter(sentence__audit_place__isnull=False)
    answered = answered.exclude(label__retired_at__isnull=False)
    return answered.order_by().values("sentence").distinct().count() - len(audit)


def _by_lot(project: Project) -> set[int]:
    """Sentences outside the audit sample that were drawn by lot: served before there was a model, and not sought."""
    drawn = Annotation.objects.given().filter(
        project=project,
        version__isnull=True,
        selection__in=(Selection.SEED, Selection.RANDOM),
        sentence__in_pool=True,
        sentence__audit_place__isnull=True,
        sentence__sought_at__isnull=True,
    )
    return set(drawn.order_by().values_list("sentence_id", flat=True))


def _corrected(
    project: Project, lot: Sequence[Taught], chosen: Sequence[Taught], keys: Sequence[str]
) -> dict[str, Any]:
    """Shares from the labels that are learned from: by lot each was as likely as any that was left outside the audit
    sample; what a model chose had no chance that is known."""
    pool = project.n_pool - project.sentences.in_pool().of_audit_sample().count()
    chances = [*(1 / max(pool - place, 1) for place in range(len(lot))), *(None for _one in chosen)]
    return learning.corrected(project, [one.label for one in [*lot, *chosen]], chances, pool, keys)


def _change(
    project: Project,
    version: ModelVersion,
    before: ModelVersion,
    found: Mapping[str, Any],
    audit: Sequence[Taught],
) -> dict[str, Any]:
    """What differs from the version `before`: predictions of the pool, labels to learn from, macro-F1."""
    told, earlier = version.label_counts, before.label_counts
    return {
        "since": before.number,
        **learning.moved(before.evaluation["fixed"], found["fixed"]),
        "grew": {key: told.get(key, 0) - earlier.get(key, 0) for key in sorted({*told, *earlier})},
        "macro_f1": learning.gained(project, before.evaluation["sentences"], found["sentences"], audit),
    }


def _baseline(
    project: Project, model: FittedModel, before: ModelVersion | None, lot: Sequence[Taught], audit: Sequence[Taught]
) -> dict[str, Any]:
    n = len(lot) + len(audit)
    known = before.evaluation.get("baseline", {}) if before else {}
    if known.get("space") == model.space and known["n"] <= n < REPLAYED_AGAIN * known["n"]:
        return dict(known)
    return {"n": n, "space": model.space, **learning.baseline(project, model, lot, audit)}


def _signal(project: Project, version: ModelVersion, found: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    earlier = ModelVersion.objects.filter(project=project, number__lt=version.number, evaluation__has_key="audit")
    columns = ("n_labels", "evaluation__audit__macro_f1", "evaluation__change__kappa__value")
    rows = list(earlier.order_by("-number").values_list(*columns)[:HISTORY])[::-1]
    rows.append((version.n_labels, found["audit"]["macro_f1"], part(found, "change", "kappa", "value")))
    return learning.stop_signal(
        # The first version has nothing to be compared with.
        kappas=[kappa for _n, _macro_f1, kappa in rows[1:]],
        counts={key: version.label_counts.get(key, 0) for key in keys},
        curve=[(n, macro_f1) for n, macro_f1, _kappa in rows],
        least_gain=project.stop_gain,
    )
