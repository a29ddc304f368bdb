"""Answers to figures of agreement."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from labeling.learning.shapes import Judged
from ml.agreement import Answer, agreement, brief, confused, repeat_consistency


def measure(answers: Sequence[Judged], *, seed: int, by_pair: bool) -> dict[str, Any]:
    """How far the answers agree: `ml.agreement.AgreementReport` as JSON. Intervals resample articles."""
    return agreement(_told(answers), articles=_articles(answers), seed=seed, by_pair=by_pair).as_json()


def measure_briefly(answers: Sequence[Judged], *, seed: int) -> dict[str, Any]:
    """Alpha and percent agreement alone, as `measure` has them."""
    figures = brief(_told(answers), articles=_articles(answers), seed=seed)
    return {name: asdict(figure) for name, figure in figures.items()}


def confuse(answers: Sequence[Judged]) -> dict[str, Any]:
    """Which labels were given to the same sentences: `ml.agreement.Confusion` as JSON."""
    return confused(_told(answers)).as_json()


def measure_repeats(pairs: Sequence[tuple[int | None, int | None]]) -> dict[str, Any] | None:
    """The share of `pairs` of labels, the first and the one now, that are alike; None where nothing can be compared.

    A label is a key of ours, None where somebody was unsure; such a pair is not counted. Wilson's interval.
    """
    first, now = (np.array([pair[side] or -1 for pair in pairs], dtype=np.int64) for side in (0, 1))
    found = repeat_consistency(np.zeros(len(pairs), dtype=np.int64), first, now)
    return asdict(found[0]) if found else None


def _told(answers: Sequence[Judged]) -> list[Answer]:
    return [Answer(str(one.sentence_id), one.annotator, one.label, one.second_label) for one in answers]


def _articles(answers: Sequence[Judged]) -> dict[str, str]:
    return {str(one.sentence_id): one.article for one in answers}
