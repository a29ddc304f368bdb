"""Which words spoke for and against each label: each word in turn is left out, and the change is the word's weight.

Nothing is assumed about the model, so words, characters, latent directions and an encoder all have their share.
Li, Monroe & Jurafsky 2016 (representation erasure).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.errors import SpaceMoved
from ml.features import hash_texts
from ml.fitted import FittedModel
from ml.latent import Space

WORDS = 200  # Of a longer sentence the first ones are weighed.
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_LEAST = 1e-6

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True)
class Word:
    """`text[start:end]` of the sentence."""

    start: int
    end: int


@dataclass(frozen=True)
class Explanation:
    """`probabilities`: (k,) of the whole sentence; `weights`: (m, k), by how much each of the m words raised the
    log-odds of each label (below 0: lowered)."""

    labels: tuple[str, ...]
    probabilities: Floats
    words: tuple[Word, ...]
    weights: NDArray[np.float64]


def explain(model: FittedModel, space: Space, text: str, *, encode: Encode | None = None) -> Explanation:
    """Explain what `model` makes of `text`, in the `space` that it was fitted in; `encode` as the pool's encoder.

    Raises `SpaceMoved` where the model is of another space, `TextRefused`.
    """
    if space.name != model.space:
        raise SpaceMoved(expected=f"the directions {model.space}", came=space.name, cure="Train again.")
    words = tuple(Word(*found.span()) for found in _WORD.finditer(text))[:WORDS]
    texts = [text, *(text[: word.start] + text[word.end :] for word in words)]
    rows = space.weigh(hash_texts(texts), None if encode is None else encode(texts))
    # Before calibration: where the temperature sharpens all to 0 and 1, no single word would move anything.
    odds = _log_odds(model.plain.probabilities(rows))
    return Explanation(model.labels, model.probabilities(rows)[0], words, odds[0] - odds[1:])


def _log_odds(probabilities: Floats) -> NDArray[np.float64]:
    sure: NDArray[np.float64] = np.clip(probabilities.astype(np.float64), _LEAST, 1 - _LEAST)
    odds: NDArray[np.float64] = np.log(sure) - np.log1p(-sure)
    return odds
