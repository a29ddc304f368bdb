"""What an alpha comes to in a word, and how many more sentences must have two answers before one can say so."""

import math
from dataclasses import dataclass

from labeling.flow.figure import Figure

# Krippendorff, "Content Analysis", ch. 11: .667 allows tentative conclusions, .80 is the customary demand.
USABLE, RELIABLE = 0.667, 0.80
# With fewer sentences than this a perfect alpha may be luck, and its bootstrap interval says nothing: it has no width.
LEAST_UNITS = 30
# Beyond this, alpha lies so near the border that a number would say nothing.
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Finding:
    """`word`: `undefined`, `few`, `low`, `usable` or `reliable`; the template has the sentences.

    `lacking`: so many sentences more must have two answers before there is a verdict. `more`: about so many before the
    whole interval lies on the same side of the border, if alpha stays; 0 where it does, None where that cannot be said.
    """

    word: str
    lacking: int = 0
    more: int | None = None


def finding(alpha: Figure) -> Finding:
    """The verdict on `alpha`, whose n counts sentences with two answers or more."""
    n = alpha.n or 0
    if alpha.value is None or n < LEAST_UNITS:
        return Finding("undefined" if alpha.value is None else "few", lacking=max(0, LEAST_UNITS - n))
    word = "reliable" if alpha.value >= RELIABLE else "usable" if alpha.value >= USABLE else "low"
    return Finding(word, more=_more(alpha.value, _bound(alpha, word), RELIABLE if word == "reliable" else USABLE, n))


def _bound(alpha: Figure, word: str) -> float | None:
    """The end of the interval that may lie beyond the border."""
    return alpha.high if word == "low" else alpha.low


def _more(value: float, bound: float | None, border: float, n: int) -> int | None:
    """How many sentences more bring `bound` to the border: the width goes with 1 over the root of their number."""
    if bound is None:
        return None
    width, room = abs(bound - value), abs(border - value)
    if width <= room:
        return 0
    more = n * (width / room) ** 2 - n if room else math.inf
    if more > MOST:
        return None
    n_more = max(1, math.ceil(more))
    # Two digits: it is no more exact than that.
    return round(n_more, 2 - len(str(n_more)))
