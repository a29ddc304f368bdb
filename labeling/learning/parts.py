"""Ranking by several workers: one hands the question over, each looks at its part of the shards, one settles.

What they hand each other lies sealed on the shelf; messages carry paths alone.
"""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from labeling.learning import sealed
from labeling.learning.places import features_folder
from labeling.learning.ranking import Wish, as_rows, opened, question, rank
from labeling.learning.shapes import Ranked, Taught
from labeling.learning.twins import as_groups
from labeling.models import Project
from ml import order, pool
from ml.candidates import Shortlist
from ml.errors import ArtifactError
from ml.fitted import FittedModel

# Handing over takes longer than looking at fewer: so many whole shards are 200,000 sentences.
SHARDS_A_PART = 4

Seal = tuple[str, str]  # A path in the storage and the SHA-256 of what lies there.


@dataclass(frozen=True, slots=True)
class Handed:
    """`wish`: the question; `told`: plain JSON that flow wrote; `stood`: the shards and the space it was asked of."""

    wish: Wish
    told: dict[str, Any]
    stood: tuple[str, ...]
    parts: int


def parted(project: Project, *, most: int) -> int:
    """Into how many parts the project's pool is worth parting, at least 1."""
    if most < 2:
        return 1
    manifest = pool.read_manifest(features_folder(project))
    return max(1, min(most, len(manifest.shards) // SHARDS_A_PART))


def hand_over(project: Project, wish: Wish, told: Mapping[str, Any], *, parts: int) -> Seal:
    """Write down what looking and settling need."""
    whole = opened(project)
    asked = question(wish, whole)
    arrays = {
        "closed": asked.closed,
        "taken": asked.taken,
        "labelled": asked.labelled,
        "labels": np.array(asked.labels, np.str_),
    }
    wished = {"strategy": wish.strategy, "n": wish.n, "varied": wish.varied, "seed": wish.seed}
    manifest = {**wished, "rare": sorted(wish.rare), "told": dict(told), "stood": _names(whole), "parts": parts}
    return sealed.save(project, arrays, manifest)


def taken_up(seal: Seal) -> Handed:
    """What was handed over. Raises an `ml.errors.ArtifactError`."""
    found = sealed.load(*seal)
    arrays, manifest = found.arrays, found.manifest
    settled = zip(arrays["labelled"].tolist(), arrays["labels"].tolist(), strict=True)
    wish = Wish(
        strategy=manifest["strategy"],
        n=manifest["n"],
        varied=manifest["varied"],
        seed=manifest["seed"],
        closed=set(arrays["closed"].tolist()),
        taken=arrays["taken"].tolist(),
        taught=[Taught(pk, label, "") for pk, label in settled],
        rare=manifest["rare"],
    )
    return Handed(wish, manifest["told"], tuple(manifest["stood"]), manifest["parts"])


def look(project: Project, model: FittedModel, handed: Handed, part: int) -> Seal | None:
    """The shortlist of one part, sealed; None where the pool is not any more what was handed over.

    Raises `SpaceMoved`.
    """
    whole = opened(project)
    if _names(whole) != handed.stood:
        return None
    mine = replace(whole, shards=whole.shards[part :: handed.parts])
    found = order.survey(mine, model, question(handed.wish, whole))
    return sealed.save(project, {one.name: getattr(found, one.name) for one in fields(found)}, {"part": part})


def settle(project: Project, model: FittedModel, handed: Handed, found: Sequence[Seal | None]) -> list[Ranked]:
    """The order out of the shortlists of all parts: the same as `rank` gives in one process.

    Where a part is missing, or sentences came or went meanwhile, this process looks at the whole pool itself. Raises
    `SpaceMoved`.
    """
    whole = opened(project)
    shortlists = _shortlists(found)
    if _names(whole) != handed.stood or set(shortlists) != set(range(handed.parts)):
        return rank(project, model, handed.wish)
    asked = question(handed.wish, whole)
    merged = order.together([shortlists[part] for part in range(handed.parts)], asked)
    return as_rows(order.settle(merged, whole, model, asked, groups=as_groups))


def _names(whole: pool.Pool) -> tuple[str, ...]:
    return ("" if whole.space is None else whole.space.name, *(shard.name for shard in whole.shards))


def _shortlists(found: Sequence[Seal | None]) -> dict[int, Shortlist]:
    """Those that are there and whole, by part."""
    read = {}
    for seal in found:
        with contextlib.suppress(ArtifactError):
            if seal is not None:
                one = sealed.load(*seal)
                read[int(one.manifest["part"])] = Shortlist(**one.arrays)
    return read
