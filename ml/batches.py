"""A long choice in batches: what shares one is varied, the next begins anew with what is left."""

from collections.abc import Callable

import numpy as np

from ml.candidates import Choice, Ids

BATCH = 20


def in_batches(m: int, n: int, head: int, pick: Callable[[Ids, int], Ids]) -> Choice:
    """`n` of `m` candidates in batches of 20; `pick(places, size)` gives places in the first `head` that are left."""
    order: list[Ids] = [np.zeros(0, np.int64)]
    selection: list[str] = []
    waiting = np.arange(m)
    while len(selection) < n and len(waiting):
        near = waiting[:head]
        picked = pick(near, min(BATCH, n - len(selection)))
        order.append(near[picked])
        selection += _reasons(picked)
        waiting = np.delete(waiting, picked)
    return Choice(np.concatenate(order), tuple(selection))


def _reasons(picked: Ids) -> list[str]:
    """Candidates stand by worth: a pick is `uncertain` if it is the first that is left, else `diverse`."""
    left = set(range(int(picked.max()) + 1)) if len(picked) else set()
    reasons = []
    for place in picked.tolist():
        reasons.append("uncertain" if place == min(left) else "diverse")
        left.remove(place)
    return reasons
