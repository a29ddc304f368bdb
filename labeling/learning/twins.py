"""Near twins: which sentences of the pool say nearly the same, and to which group the rows say they belong."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from labeling.learning.features import Tell, as_ids
from labeling.models import Project, Sentence
from ml.near_twins import near_twins

Ids = NDArray[np.int64]
# Parameters of one query, which a database bounds.
_CHUNK = 500


def twins_of(project: Project, *, tell: Tell) -> dict[int, int]:
    """The group of each sentence of the pool that another nearly repeats: the lowest key among them.

    The same sentences give the same groups in any order. `tell` hears (done, total).
    """
    pool = Sentence.objects.in_pool().filter(project=project).order_by("pk").values_list("pk", flat=True)
    ids = as_ids(pool.iterator(chunk_size=20_000))
    found = near_twins(ids, _texts, tell=tell)
    grouped = found >= 0
    return dict(zip(ids[grouped].tolist(), found[grouped].tolist(), strict=True))


def _texts(ids: Ids) -> list[str]:
    """The texts of `ids`; of one that was deleted meanwhile, nothing."""
    found = dict(Sentence.objects.filter(pk__in=ids.tolist()).order_by().values_list("pk", "text"))
    return [found.get(pk, "") for pk in ids.tolist()]


def groups_of(sentence_ids: Sequence[int]) -> dict[int, int]:
    """The duplicate group of each that has one."""
    known: dict[int, int] = {}
    for at in range(0, len(sentence_ids), _CHUNK):
        rows = Sentence.objects.filter(pk__in=sentence_ids[at : at + _CHUNK], duplicate_group__isnull=False)
        known.update((pk, group) for pk, group in rows.order_by().values_list("pk", "duplicate_group") if group)
    return known


def as_groups(ids: Ids) -> Ids:
    """The same in arrays, (n,), -1 for none."""
    asked = ids.tolist()
    known = groups_of(asked)
    return as_ids(known.get(pk, -1) for pk in asked)
