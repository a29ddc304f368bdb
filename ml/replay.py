"""The random baseline: what macro-F1 labels drawn by lot would have reached, estimated by replaying such labels.

The labels of the audit sample were drawn by lot, so models of random parts of them show what random sampling teaches.
It is an estimate, and named so: nobody labelled that way.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ml.bootstrap import RESAMPLES, group_codes, interval, resampled_sums, sums_by_group
from ml.errors import LengthMismatch
from ml.evaluation import Score, coded, f1_of, grouped, mean_of_defined, tallies

Places = NDArray[np.int64]
Array = NDArray[np.float64]
Predict = Callable[[Places], Sequence[str]]
# From places to learn from to a function that predicts the labels of other places. It meets two labels at least.
Fit = Callable[[Places], Predict]

NAME = "random sampling (an estimate, replayed on labels drawn by lot)"
LEAST = 20
SIZES = (20, 40, 80, 160, 320, 640, 1_280)
FOLDS = 4
REPEATS = 4


@dataclass(frozen=True, slots=True)
class Point:
    """Macro-F1 of models that learned from `n` labels drawn by lot."""

    n: int
    macro_f1: Score


@dataclass(frozen=True, slots=True)
class Baseline:
    """`points` by number of labels; none where it is not defined, for which `reason` says why."""

    name: str
    points: tuple[Point, ...]
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain dicts and lists."""
        return asdict(self)


def random_baseline(
    fit: Fit,
    labels: Sequence[str],
    *,
    tested: ArrayLike | None = None,
    groups: Sequence[Hashable] | None = None,
    weights: ArrayLike | None = None,
    sizes: Sequence[int] = SIZES,
    repeats: int = REPEATS,
    seed: int,
    resamples: int = RESAMPLES,
) -> Baseline:
    """Macro-F1 after each of `sizes` labels drawn by lot out of `labels` (n,), and after as many as there are.

    Each time the articles (`groups`) are split in four, a throwaway model learns from a drawn part of three quarters
    and is tested on the fourth: so all `tested` sentences (all, or a mask (n,)) are predicted, by models that saw
    nothing of their articles, and macro-F1 is that of all of them, as it is for the version in service. Draws and tests
    are weighted by `weights` (1 / selection probability). Interval: articles resampled, over all `repeats`.
    Raises `LengthMismatch`, and what `fit` raises.
    """
    n = len(labels)
    codes, scale = grouped(n, groups, weights)
    test = np.ones(n, np.bool_) if tested is None else np.asarray(tested, dtype=np.bool_)
    if test.shape != (n,):
        raise LengthMismatch(expected=f"a mask of {n}", came=str(test.shape), cure="Mark each sentence, tested or not.")
    classes = sorted(set(labels))
    lacking = Baseline(NAME, (), f"not defined (needs {LEAST} labels drawn by lot, of {FOLDS} articles and two kinds)")
    if test.sum() < LEAST or len(np.unique(codes[test])) < FOLDS or len(classes) < 2:
        return lacking
    true = coded(labels, classes)
    splits = [_split(codes, scale, seed=seed + number) for number in range(repeats)]
    room = min(len(order) for split in splits for order, _held in split)
    if room < 2:  # One article holds nearly all.
        return lacking
    points = []
    for size in [*(size for size in sizes if size < room), room]:
        # Numbers by article, a repeat at a time; macro-F1 of their sums.
        rounds = [_predicted(fit, true, classes, split, size) for split in splits]
        counted = [tallies(true[test], guess[test], scale[test], len(classes)) for guess in rounds]
        points.append(Point(size, _score(counted, group_codes(codes[test].tolist()), seed, resamples)))
    return Baseline(NAME, tuple(points))


def _split(codes: Places, scale: Array, *, seed: int) -> list[tuple[Places, Places]]:
    """Four parts of whole articles: of each the places outside in a drawn order, and its own.

    The order is drawn without replacement, a place twice as early if it weighs double (Efraimidis & Spirakis 2006).
    """
    generator = np.random.default_rng(seed)
    articles = int(codes.max()) + 1
    part = (np.arange(articles) % FOLDS)[generator.permutation(articles)][codes]
    with np.errstate(divide="ignore"):
        order = np.argsort(-np.log(generator.random(len(codes))) / scale, kind="stable")
    drawn = order[scale[order] > 0]
    return [(drawn[part[drawn] != one], np.flatnonzero(part == one)) for one in range(FOLDS)]


def _predicted(
    fit: Fit, true: Places, classes: Sequence[str], split: Sequence[tuple[Places, Places]], size: int
) -> Places:
    """Codes of the predicted labels, (n,): each by a model of `size` labels outside its part."""
    guess = np.zeros_like(true)
    for order, held in split:
        taught = np.sort(order[:size])
        known = np.unique(true[taught])
        # Of one label alone nothing can be learned but that label.
        guess[held] = known[0] if len(known) == 1 else coded(fit(taught)(held), classes)
    return guess


def _score(counted: Sequence[Array], codes: Places, seed: int, resamples: int) -> Score:
    by_group = [sums_by_group(one, codes) for one in counted]
    articles = len(by_group[0])
    value = float(np.mean([mean_of_defined(f1_of(one.sum(axis=0))) for one in by_group]))
    share = max(resamples // len(counted), 1)
    samples = [
        mean_of_defined(f1_of(resampled_sums(one, seed=seed + number, resamples=share)))
        for number, one in enumerate(by_group)
    ]
    low, high = interval(np.concatenate(samples), articles) or (None, None)
    return Score(value, low, high, len(codes), articles)
