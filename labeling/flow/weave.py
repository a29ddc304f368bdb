"""Two orders in one: some places of the ranking go to others."""

from collections import deque
from collections.abc import Sequence
from math import floor
from typing import TypeVar

Entry = TypeVar("Entry")
# Ten places of a tenth each are one, whatever the binary fractions say.
_SLACK = 1e-9


def woven(ranked: Sequence[Entry], others: Sequence[Entry], *, share: float) -> list[Entry]:
    """All of both, each in its own order: the share `share` (0 to 1) of the places goes to `others` while they last.

    Their places are spread evenly: at a fifth every fifth place is theirs. What is left of either stands at the end.
    """
    own, guests = deque(ranked), deque(others)
    order: list[Entry] = []
    while own and guests:
        before, now = (floor(share * n + _SLACK) for n in (len(order), len(order) + 1))
        order.append((guests if now > before else own).popleft())
    return [*order, *own, *guests]
