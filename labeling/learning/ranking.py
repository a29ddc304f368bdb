"""Rows to a question and back: which sentences to ask for next, which look like a cue, which labels are doubted."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from django.conf import settings

from labeling.learning.features import as_ids
from labeling.learning.places import features_folder
from labeling.learning.shapes import Ranked, Taught
from labeling.learning.twins import as_groups
from labeling.models import Project
from ml import order, pool, second_opinion
from ml.fitted import FittedModel
from ml.uncertainty import margin

# What the learning worker takes beside the pool: Python, Django, scikit-learn, a model, a batch.
BASE_BYTES = 620_000_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What an order depends on beside pool and model: `ml.order.Question` in rows of ours."""

    strategy: str
    n: int
    varied: int
    seed: int
    closed: Collection[int]
    taken: Sequence[int] = ()
    taught: Sequence[Taught] = field(default=(), repr=False)
    rare: Collection[str] = ()


def rank(project: Project, model: FittedModel, wish: Wish) -> list[Ranked]:
    """The first sentences to ask for, out of the pool without the closed ones, best first.

    The same arguments and pool give the same order. Raises `SpaceMoved` where the pool was projected anew since the
    model was fitted.
    """
    shards = opened(project)
    return as_rows(order.first(shards, model, question(wish, shards), groups=as_groups)) if len(shards) else []


def opened(project: Project) -> pool.Pool:
    """The project's pool, of which no more stays in memory than is set. Raises `PoolDamaged`."""
    return pool.open_pool(features_folder(project), bytes_kept=bytes_kept())


def question(wish: Wish, shards: pool.Pool) -> order.Question:
    """The wish in arrays; of the settled labels each sentence once, if it has features."""
    settled: dict[int, str] = {}
    for one in wish.taught:
        # Of soft labels the heaviest comes first.
        settled.setdefault(one.sentence_id, one.label)
    ids = as_ids(settled)
    known = np.isin(ids, shards.ids)
    return order.Question(
        strategy=wish.strategy,
        n=wish.n,
        varied=wish.varied,
        seed=wish.seed,
        closed=np.unique(as_ids(wish.closed)),
        taken=as_ids(wish.taken),
        labelled=ids[known],
        labels=[label for label, here in zip(settled.values(), known.tolist(), strict=True) if here],
        rare=wish.rare,
    )


def bytes_kept() -> int:
    """So much of the pool's rows may stay in memory after they were looked at."""
    return max(0, settings.LEARN_MEGABYTES * 1_000_000 - BASE_BYTES)


def unsure(project: Project, model: FittedModel, sentence_ids: Sequence[int]) -> list[float]:
    """How uncertain the model is of each, 0 to 1; 1 for those without features."""
    shards = opened(project)
    ids = as_ids(sentence_ids)
    known = np.isin(ids, shards.ids)
    found = np.ones(len(ids))
    if known.any():
        found[known] = margin(model.plain.probabilities(shards.rows(ids[known])))
    return [float(one) for one in found]


def suggested(project: Project, model: FittedModel, entries: Sequence[Ranked]) -> list[Ranked]:
    """`entries` with the likeliest label of each and its calibrated probability; those without features as they are."""
    shards = opened(project)
    ids = as_ids(one.sentence_id for one in entries)
    known = ids[np.isin(ids, shards.ids)]
    if not len(known):
        return list(entries)
    likely = model.probabilities(shards.rows(known))
    best = zip(likely.argmax(axis=1).tolist(), likely.max(axis=1).tolist(), strict=True)
    found = {
        pk: (model.labels[place], min(share, 1.0)) for pk, (place, share) in zip(known.tolist(), best, strict=True)
    }
    return [Ranked(one.sentence_id, one.selection, one.score, *found.get(one.sentence_id, ())) for one in entries]


def nearest(project: Project, texts: Sequence[str], n: int, *, closed: Iterable[int]) -> list[int]:
    """The open sentences most like any of `texts`, best first."""
    shards = opened(project)
    return [int(one) for one in order.nearest(shards, texts, n, closed=np.unique(as_ids(closed)))]


def doubts(
    model: FittedModel,
    taught: Sequence[Taught],
    givers: Mapping[int, int],
    records: Mapping[int, tuple[float, float]],
) -> dict[int, float]:
    """Of each sentence of `givers` how likely its label is wrong, 0 to 1; empty where models cannot tell.

    `givers`: who alone gave the label of a sentence; `records`: of a person how often they were compared with others,
    and how often they agreed. See `ml.second_opinion`.
    """
    if len(model.out_of_fold) != len(taught):
        return {}
    place = {label: number for number, label in enumerate(model.labels)}
    told = [
        (one.sentence_id, float(row[place[one.label]]))
        for one, row in zip(taught, model.out_of_fold, strict=True)
        if one.sentence_id in givers and one.label in place
    ]
    people = sorted({*givers.values(), *records})
    trusted = second_opinion.trust([records.get(person, (0, 0)) for person in people], len(model.labels))
    of = dict(zip(people, trusted.tolist(), strict=True))
    found = second_opinion.doubt([p for _pk, p in told], [of[givers[pk]] for pk, _p in told])
    return dict(zip((pk for pk, _p in told), found.tolist(), strict=True))


def views(
    project: Project, model: FittedModel, taught: Sequence[Taught], sentence_ids: Collection[int]
) -> dict[int, dict[str, float]]:
    """Of each sentence the probability of every label, by key; nothing of those without features.

    Where the sentence was taught, by models that had not seen its article, if they could be had.
    """
    shards = opened(project)
    ids = np.unique(as_ids(sentence_ids))
    known = ids[np.isin(ids, shards.ids)]
    told = dict(zip(known.tolist(), model.probabilities(shards.rows(known)), strict=True)) if len(known) else {}
    if len(model.out_of_fold) == len(taught):
        rows = zip(taught, model.out_of_fold, strict=True)
        told |= {one.sentence_id: row for one, row in rows if one.sentence_id in told}
    return {
        pk: {label: round(float(share), 4) for label, share in zip(model.labels, row, strict=True)}
        for pk, row in told.items()
    }


def as_rows(found: order.Order) -> list[Ranked]:
    """An order of ids as rows of ours."""
    return [
        Ranked(sentence_id, why, score)
        for sentence_id, why, score in zip(found.ids.tolist(), found.selection, found.score.tolist(), strict=True)
    ]
