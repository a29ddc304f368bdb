"""The figures of an export's card: how far people agree, and what share each label has. JSON, for `formats.card`."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from labeling import learning
from labeling.flow import judging
from labeling.flow.figure import part
from labeling.flow.rule import Likely
from labeling.flow.scheme import classes
from labeling.flow.settle import settled
from labeling.learning import Taught
from labeling.models import Annotation, ModelVersion, Project, Sentence

# Of what agreement measures, what a card has room for; the page of the project has the rest.
POPULATIONS = ("audit", "chosen", "all")
MEASURES = ("krippendorff_alpha", "gwet_ac1", "percent", "per_label")
# The parts of an evaluation that estimate shares with the help of a model, and what an export calls them.
ESTIMATES = {"corrected": ("corrected",), "assisted": ("shares", "assisted")}
NOT_MEASURED = "not measured"
_BATCH = 500


def of(project: Project, revision: int, *, likely: Mapping[int, Likely] | None = None) -> dict[str, Any]:
    """What the card says in numbers, of the moment that is read: `revision`, `agreement` and `shares`.

    `agreement` maps each of POPULATIONS to MEASURES. It is measured anew, as the project's page is, so that it is never
    of an earlier revision; of the same answers both say the same. `shares` has `drawn` (the audit sample, weighted) and
    ESTIMATES, each with `labels`, figures by key, `n`, the sentences that they are made of, and the `model` that they
    were measured with. `likely` are the posteriors of that moment, those that are kept if it is not given. Memory grows
    with the answers to sentences that several people answered.
    """
    keys = {label.pk: label.key for label in classes(project)}
    return {
        "revision": revision,
        "agreement": _agreement(project),
        "shares": {"drawn": _drawn(project, keys, likely), **_estimates(project, list(keys.values()))},
    }


def _agreement(project: Project) -> dict[str, Any]:
    answers, _n = judging.counted(project)
    by_population = judging.populations(project, answers)
    found = {}
    for name in POPULATIONS:
        figures = judging.measure(project, by_population[name])
        found[name] = {measure: figures[measure] for measure in MEASURES}
    return found


def _drawn(project: Project, keys: Mapping[int, str], likely: Mapping[int, Likely] | None) -> dict[str, Any]:
    """The shares of labels in the pool, from the audit sample alone; `n_unsettled` of it were answered in vain."""
    audit = list(_audit(project, keys, likely))
    given = Annotation.objects.given().filter(project=project, surplus=False, sentence__in_pool=True)
    answered = set(given.filter(sentence__audit_place__isnull=False).values_list("sentence_id", flat=True))
    return {
        "labels": learning.sample_shares(project, audit, list(keys.values())),
        "n": len(audit),
        "n_unsettled": len(answered - {one.sentence_id for one in audit}),
    }


def _audit(project: Project, keys: Mapping[int, str], likely: Mapping[int, Likely] | None) -> Iterator[Taught]:
    """The settled sentences of the audit sample."""
    sample = Sentence.objects.in_pool().of_audit_sample().filter(project=project).order_by("pk")
    fields = ("pk", "audit_probability", "source_id", "source__unit", "source__title")
    rows = sample.values_list(*fields).iterator(chunk_size=_BATCH)
    while batch := {pk: rest for pk, *rest in islice(rows, _BATCH)}:
        for one in settled(project, ids=list(batch), likely=likely):
            chance, *source = batch[one.sentence_id]
            article = learning.article_of(one.sentence_id, *source)
            yield Taught(one.sentence_id, keys[one.label_id], article, 1 / chance)


def _estimates(project: Project, keys: list[str]) -> dict[str, Any]:
    """What the last measured model says of shares; figures are of its time, and of the labels there were."""
    measured = ModelVersion.objects.filter(project=project, evaluation__has_key="corrected")
    version = measured.order_by("-number").only("number", "trained_at", "evaluation").first()
    evaluation = version.evaluation if version else {}
    model = version and {"number": version.number, "trained_at": version.trained_at.date().isoformat()}
    audit, taught = part(evaluation, "sentences", "ids"), part(evaluation, "second_look", "n")
    made_of = {
        "corrected": taught if isinstance(taught, int) else 0,
        "assisted": len(audit) if isinstance(audit, list) else 0,
    }
    return {
        name: {
            "model": model,
            "n": made_of[name],
            "labels": {key: _figure(part(evaluation, *path, key)) for key in keys},
        }
        for name, path in ESTIMATES.items()
    }


def _figure(found: object) -> dict[str, Any]:
    """A figure of an evaluation, which an earlier release may have written, or none at all."""
    names = ("value", "low", "high", "n", "reason")
    if not isinstance(found, Mapping) or not all(name in found for name in names):
        return {"value": None, "low": None, "high": None, "n": 0, "reason": NOT_MEASURED}
    return {name: found[name] for name in names}
