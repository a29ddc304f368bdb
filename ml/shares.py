"""How the labels are distributed over the whole pool, estimated from a part whose chances are known.

Counting the labels that a model asked for says nothing of the pool: it asks where it is unsure. Three estimates do:
`drawn` weighs a sample by lot; `assisted` adds what a model says of all other sentences; `lure_weights` corrects a
choice that was made by chance, if unequal chance.
"""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ml.bootstrap import RESAMPLES, interval, resampled_sums, sums_by_group
from ml.errors import ChancesInvalid, LengthMismatch, ProbabilitiesInvalid
from ml.evaluation import Score, grouped

Array = NDArray[np.float64]

# Below so many sentences of a label a model's help cannot be told from luck.
LEAST_ASSISTED = 10
_Z = 1.959964  # The normal deviate of a 95 % interval.


def drawn(
    labels: Sequence[str],
    *,
    classes: Sequence[str],
    seed: int,
    groups: Sequence[Hashable] | None = None,
    weights: ArrayLike | None = None,
    resamples: int = RESAMPLES,
) -> dict[str, Score]:
    """The share of each of `classes`, from `labels` (n,) of sentences that were drawn by lot.

    `weights`: inverse selection probabilities, as LURE weights or 1; the estimate divides by their sum (Hajek 1971).
    Interval: Wilson's, at the number of independent sentences that would vary as a bootstrap by `groups` does (Kott &
    Carr 1997); for a label not met, at the effective number of articles. So it has width even at shares of 0 and 1.
    Raises `LengthMismatch`.
    """
    codes, scale = grouped(len(labels), groups, weights)
    if not scale.sum() > 0:
        return dict.fromkeys(classes, Score.undefined("no sentences"))
    answers = np.asarray(labels, dtype=np.str_)
    hits = np.column_stack([scale, *(scale * (answers == label) for label in classes)])
    by_group = sums_by_group(hits, codes)
    samples = resampled_sums(by_group, seed=seed, resamples=resamples)
    articles = float(by_group[:, 0].sum() ** 2 / (by_group[:, 0] ** 2).sum())
    shares = {}
    for column, label in enumerate(classes, start=1):
        share, n = float(hits[:, column].sum() / scale.sum()), int((answers == label).sum())
        variance = float(np.nanvar(_ratio(samples[:, column], samples[:, 0])))
        independent = share * (1 - share) / variance if variance > 0 and 0 < share < 1 else articles
        low, high = _wilson(share, min(independent, len(labels)))
        enough = len(by_group) > 1
        reason = "" if enough else "no interval (fewer than two articles)"
        shares[label] = Score(share, low if enough else None, high if enough else None, n, len(by_group), reason)
    return shares


def assisted(
    labels: Sequence[str],
    probabilities: ArrayLike,
    pool: ArrayLike,
    *,
    classes: Sequence[str],
    seed: int,
    groups: Sequence[Hashable] | None = None,
    weights: ArrayLike | None = None,
    resamples: int = RESAMPLES,
) -> dict[str, Score]:
    """The share of each of `classes` (k,), from a sample by lot and what a model that never saw it says of all.

    `probabilities`: (n, k) of the sampled sentences; `pool`: (k,) the mean over all sentences, of models that were not
    taught the sentence either. The regression estimator (Cochran 1977, ch. 7; as "prediction-powered inference",
    Angelopoulos et al. 2023): right on average however wrong the model is, and the narrower the better it is. Not
    defined under `LEAST_ASSISTED` sentences of a label. Raises `LengthMismatch`, `ProbabilitiesInvalid`.
    """
    told, whole = _checked(labels, probabilities, pool, len(classes))
    codes, scale = grouped(len(labels), groups, weights)
    answers = np.asarray(labels, dtype=np.str_)
    shares = {}
    for column, label in enumerate(classes):
        truth, guess = (answers == label).astype(np.float64), told[:, column]
        met, articles = int(truth.sum()), len(np.unique(codes))
        if met < LEAST_ASSISTED or articles < 2:
            few = f"fewer than {LEAST_ASSISTED} sentences of this label drawn by lot"
            shares[label] = Score.undefined(few, met, articles)
            continue
        moments = np.column_stack([np.ones_like(truth), truth, guess, truth * guess, guess**2]) * scale[:, None]
        by_group = sums_by_group(moments, codes)
        value = float(_regressed(moments.sum(axis=0)[None], float(whole[column]))[0])
        samples = _regressed(resampled_sums(by_group, seed=seed, resamples=resamples), float(whole[column]))
        bounds = interval(samples, articles) or (value, value)
        low, value, high = (min(max(bound, 0.0), 1.0) for bound in (bounds[0], value, bounds[1]))
        shares[label] = Score(value, low, high, met, articles)
    return shares


def lure_weights(chances: ArrayLike, pool: int) -> Array:
    """Weights, (m,), that make a mean over sentences chosen one after the other an estimate of the pool's mean.

    `chances`: (m,), the chance that each had when it was chosen, among those then left of `pool` sentences; drawn by
    lot all weights are 1. LURE, Farquhar, Gal & Rainforth 2021, equation (5). It needs a chance above 0 for every
    sentence that was left: a choice of the best by score has none, and cannot be corrected.
    Raises `ChancesInvalid`.
    """
    chance = np.asarray(chances, dtype=np.float64)
    m = len(chance)
    if chance.ndim != 1 or m > pool or not ((chance > 0) & (chance <= 1)).all():
        raise ChancesInvalid(
            expected=f"at most {pool} chances above 0, none above 1",
            came=f"{m} chances or others",
            cure="Leave out what was chosen without chance.",
        )
    left = pool - np.arange(m, dtype=np.float64)
    weights = np.ones(m)
    if m < pool:
        weights += (pool - m) / (left - 1) * (1 / (left * chance) - 1)
    return weights


def _wilson(share: float, n: float) -> tuple[float, float]:
    middle, spread = share + _Z**2 / (2 * n), _Z * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    low, high = (float(middle + side) / (1 + _Z**2 / n) for side in (-spread, spread))
    return max(low, 0.0), min(high, 1.0)


def _ratio(above: Array, below: Array) -> Array:
    ratio: Array = np.divide(above, below, out=np.full(below.shape, np.nan), where=below > 0)
    return ratio


def _regressed(sums: Array, whole: float) -> Array:
    """The regression estimate of each row of weighted sums (..., 5): weight, truth, guess, their product, guess^2."""
    truth, guess, product, square = (_ratio(sums[:, column], sums[:, 0]) for column in range(1, 5))
    slope = _ratio(product - truth * guess, np.where(square - guess**2 > 1e-12, square - guess**2, 0))
    estimate: Array = truth + np.nan_to_num(slope) * (whole - guess)
    return estimate


def _checked(labels: Sequence[str], probabilities: ArrayLike, pool: ArrayLike, k: int) -> tuple[Array, Array]:
    told, whole = np.asarray(probabilities, dtype=np.float64), np.asarray(pool, dtype=np.float64)
    if told.shape != (len(labels), k) or whole.shape != (k,):
        raise LengthMismatch(
            expected=f"probabilities ({len(labels)}, {k}) and a mean ({k},)",
            came=f"{told.shape} and {whole.shape}",
            cure="Give one column a class and one row a label.",
        )
    if not (np.isfinite(told).all() and np.isfinite(whole).all()):
        raise ProbabilitiesInvalid(
            expected="finite probabilities", came="others", cure="Look at the probabilities of the model."
        )
    return told, whole
