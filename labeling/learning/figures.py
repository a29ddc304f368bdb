"""What is told of a version: figures of the audit sample and of the pool, as plain JSON. When and which: flow.evaluate.

A `part` is a JSON object out of `ModelVersion.evaluation`, of this version or of one before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labeling.learning.features import as_ids
from labeling.learning.ranking import opened
from labeling.learning.shapes import Outside, Taught
from labeling.models import Project
from ml import order, pool, replay, shares, stopping, training
from ml.bootstrap import group_codes
from ml.classifier import blended
from ml.doubt import doubtful
from ml.errors import SpaceMoved
from ml.evaluation import Score, difference, evaluate, undefined
from ml.fitted import FittedModel
from ml.reliability import Reliability, reliability
from ml.threads import one_thread_each

AUDIT = "audit sample (unbiased)"
# Sentences of the pool whose predictions tell how much a version moved.
FIXED = 1_000
Part = Mapping[str, Any]
Floats = NDArray[np.float32]


def audited(project: Project, model: FittedModel, audit: Sequence[Taught], *, least: int) -> dict[str, Any]:
    """The parts `audit` (F1), `sentences` (what each was predicted as) and `reliability`, from settled audit labels.

    Under `least` labels the figures are not defined. Raises `SpaceMoved`.
    """
    told = _probabilities(project, model, [one.sentence_id for one in audit])
    predicted = [model.labels[place] for place in told.argmax(axis=1)] if len(audit) else []
    truth = [one.label for one in audit]
    labels = sorted({*truth, *predicted})
    sentences = {
        "labels": labels,
        "ids": [one.sentence_id for one in audit],
        "true": [labels.index(one) for one in truth],
        "predicted": [labels.index(one) for one in predicted],
    }
    if len(audit) < least:
        few = undefined(AUDIT, "not enough audit labels yet", len(audit))
        unknown = Reliability(few.macro_f1, None, ())
        return {"audit": few.as_json(), "sentences": sentences, "reliability": unknown.as_json()}
    drawn = _drawn(project, audit)
    right = [one == other for one, other in zip(truth, predicted, strict=True)]
    return {
        "audit": evaluate(truth, predicted, name=AUDIT, **drawn).as_json(),
        "sentences": sentences,
        "reliability": reliability(told.max(axis=1), right, **drawn).as_json(),
    }


def fixed(project: Project, model: FittedModel) -> dict[str, Any]:
    """The part `fixed`: what the version predicts of sentences that stay the same ones while the pool does."""
    shards = _pool(project, model)
    ids = order.reference(shards, seed=project.pk, n=FIXED)
    predicted = _probabilities(project, model, ids.tolist()).argmax(axis=1)
    return {"labels": list(model.labels), "ids": ids.tolist(), "predicted": predicted.tolist()}


def moved(before: Part, after: Part) -> dict[str, Any]:
    """How two parts `fixed` differ: `rows` both have, `moved` of them with another label, `kappa`."""
    then, now = _by_id(before), _by_id(after)
    both = sorted(then.keys() & now.keys())
    codes = {label: code for code, label in enumerate(sorted({*before["labels"], *after["labels"]}))}
    kappa = stopping.kappa([codes[then[one]] for one in both], [codes[now[one]] for one in both])
    return {"rows": len(both), "moved": sum(then[one] != now[one] for one in both), "kappa": asdict(kappa)}


def gained(project: Project, before: Part, after: Part, audit: Sequence[Taught]) -> dict[str, Any]:
    """By how much macro-F1 differs between two parts `sentences`, on the audit sentences that both have."""
    then, now = _by_id(before), _by_id(after)
    both = [one for one in audit if one.sentence_id in then and one.sentence_id in now]
    apart = difference(
        [one.label for one in both],
        [then[one.sentence_id] for one in both],
        [now[one.sentence_id] for one in both],
        **_drawn(project, both),
    )
    return asdict(apart)


def second_look(project: Project, model: FittedModel, taught: Sequence[Taught]) -> Outside | None:
    """What models that had not seen a sentence's article say of its label; None where that cannot be had.

    `taught`: each sentence once.
    """
    labels = [one.label for one in taught]
    if len(set(labels)) < 2:
        return None
    rows = _pool(project, model).rows(as_ids(one.sentence_id for one in taught))
    codes = group_codes([one.article for one in taught])
    answers = np.asarray(labels, dtype=np.str_)
    with one_thread_each():
        fitted = training.predictor(rows, labels, seed=project.pk)
        found = training.out_of_fold(fitted, rows.stacked(), answers, np.ones(len(taught)), codes, seed=project.pk)
    if not len(found):
        return None
    heated = blended(found, found, temperature=model.temperature)
    return Outside(tuple(map(str, fitted.classes_)), tuple(taught), tuple(map(tuple, heated.tolist())))


def suspects(outside: Outside) -> list[dict[str, Any]]:
    """The part `doubtful`: labels that are probably wrong, the most doubted first.

    `share` is the probability of `likelier`, `score` one less that of the label.
    """
    doubt = doubtful([one.label for one in outside.taught], outside.probabilities, outside.labels)
    return [
        {
            "id": outside.taught[place].sentence_id,
            "label": outside.taught[place].label,
            "likelier": outside.labels[doubt.likelier[place]],
            "share": round(float(outside.probabilities[place][doubt.likelier[place]]), 4),
            "score": round(float(doubt.score[place]), 4),
        }
        for place in doubt.order.tolist()
        if doubt.suspected[place]
    ]


def pool_shares(
    project: Project, model: FittedModel, audit: Sequence[Taught], outside: Outside | None, classes: Sequence[str]
) -> dict[str, Any]:
    """The shares of `classes` in the pool: `drawn` from the audit sample alone, `assisted` by the model too."""
    labels, drawn = [one.label for one in audit], _drawn(project, audit)
    told = _columns(_probabilities(project, model, [one.sentence_id for one in audit]), model.labels, classes)
    whole = _columns(_mean(project, model, outside)[None], model.labels, classes)[0]
    found = {
        "drawn": shares.drawn(labels, classes=classes, **drawn),
        "assisted": shares.assisted(labels, told, whole, classes=classes, **drawn),
    }
    return {name: {label: asdict(one) for label, one in scores.items()} for name, scores in found.items()}


def sample_shares(project: Project, audit: Sequence[Taught], classes: Sequence[str]) -> dict[str, Any]:
    """The shares of `classes` in the pool from settled audit labels alone, as the part `drawn` of `pool_shares`."""
    found = shares.drawn([one.label for one in audit], classes=classes, **_drawn(project, audit))
    return {label: asdict(one) for label, one in found.items()}


def corrected(
    project: Project, labels: Sequence[str], chances: Sequence[float | None], pool_size: int, classes: Sequence[str]
) -> dict[str, Any]:
    """The shares of `classes` from labels in the order of choice, corrected for their `chances` (LURE).

    Not defined where one was chosen without a chance that is known.
    """
    known = [chance for chance in chances if chance is not None]
    if len(known) < len(labels):
        why = "the model chose some of these sentences; a choice by score has no chance to correct for"
        return dict.fromkeys(classes, asdict(Score.undefined(why, len(labels))))
    weights = shares.lure_weights(known, max(pool_size, len(known)))
    found = shares.drawn(labels, classes=classes, seed=project.pk, weights=weights)
    return {label: asdict(one) for label, one in found.items()}


def baseline(project: Project, model: FittedModel, drawn: Sequence[Taught], audit: Sequence[Taught]) -> dict[str, Any]:
    """The part `baseline`: what labels drawn by lot teach; `drawn` are learned from too, `audit` is tested on."""
    # What was drawn before there was a model was as likely as the audit sample, about.
    usual = sum(one.weight for one in audit) / max(len(audit), 1)
    both = [*audit, *(replace(one, weight=usual) for one in drawn)]
    rows = _pool(project, model).rows(as_ids(one.sentence_id for one in both))
    labels = [one.label for one in both]

    def fit(taught: replay.Places) -> replay.Predict:
        learned = training.predictor(rows.take(taught), [labels[place] for place in taught], seed=project.pk)
        return lambda held: [str(one) for one in learned.predict(rows.take(held).stacked())]

    with one_thread_each():
        found = replay.random_baseline(
            fit, labels, tested=[place < len(audit) for place in range(len(both))], **_drawn(project, both)
        )
    return found.as_json()


def stop_signal(
    *,
    kappas: Sequence[float | None],
    counts: Mapping[str, int],
    curve: Sequence[tuple[int, Part]],
    least_gain: float,
) -> dict[str, Any]:
    """The parts `gain` and `stop`. `curve`: labels and macro-F1 on the audit sample of each version, latest last."""
    points = [stopping.Measured(n_labels, _score(found)) for n_labels, found in curve]
    gain = stopping.expected_gain(points)
    signal = stopping.signal(kappas=kappas, counts=counts, curve=points, gain=gain, least_gain=least_gain)
    return {"gain": asdict(gain), "stop": signal.as_json()}


def _score(found: Part) -> Score:
    names = ("value", "low", "high", "n", "n_groups", "reason")
    return Score(**{name: found[name] for name in names})


def _pool(project: Project, model: FittedModel) -> pool.Pool:
    shards = opened(project)
    if shards.shards and shards.fitted_space().name != model.space:
        raise SpaceMoved(expected=f"a pool in {model.space}", came=shards.fitted_space().name, cure="Train again.")
    return shards


def _probabilities(project: Project, model: FittedModel, sentence_ids: Sequence[int]) -> Floats:
    if not sentence_ids:
        return np.zeros((0, len(model.labels)), np.float32)
    return model.probabilities(_pool(project, model).rows(as_ids(sentence_ids)))


def _mean(project: Project, model: FittedModel, outside: Outside | None) -> NDArray[np.float64]:
    """The mean probabilities over the pool; a sentence that taught the model is heard of models that it did not."""
    shards = _pool(project, model)
    sums = model.scan(shards, lambda _ids, told: told.sum(axis=0, dtype=np.float64))
    total = sum(sums, np.zeros(len(model.labels)))
    if outside is not None:
        seen = _probabilities(project, model, [one.sentence_id for one in outside.taught])
        unseen = _columns(np.asarray(outside.probabilities), outside.labels, model.labels)
        total = total + unseen.sum(axis=0) - seen.sum(axis=0, dtype=np.float64)
    mean: NDArray[np.float64] = total / max(len(shards), 1)
    return mean


def _columns(told: NDArray[Any], labels: Sequence[str], classes: Sequence[str]) -> NDArray[np.float64]:
    """The columns of `told` in the order of `classes`; what the model does not know has 0."""
    ordered = np.zeros((len(told), len(classes)))
    for column, label in enumerate(classes):
        if label in labels:
            ordered[:, column] = told[:, list(labels).index(label)]
    return ordered


def _drawn(project: Project, sample: Sequence[Taught]) -> dict[str, Any]:
    return {
        "seed": project.pk,
        "groups": [one.article for one in sample],
        "weights": [one.weight for one in sample],
    }


def _by_id(part: Part) -> dict[int, str]:
    return {one: part["labels"][code] for one, code in zip(part["ids"], part["predicted"], strict=True)}
