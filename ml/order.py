"""The order of asking: the pool is looked at shard by shard, what is worth most is put in order as a whole.

A look at one shard needs the model and the question alone, so shards may be looked at by several workers; the merged
shortlist and its order are the same however the pool is parted.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ml import candidates, strategies
from ml.candidates import Candidates, Known, Shortlist
from ml.features import hash_texts
from ml.fitted import THREADS, FittedModel
from ml.latent import Rows, product
from ml.pool import Pool, weighted
from ml.threads import one_thread_each
from ml.uncertainty import margin

Ids = NDArray[np.int64]
Floats = NDArray[np.float32]

REFERENCE = 1_000  # Sentences drawn by lot that density is measured by.
SPARE = 300  # Candidates beyond the places wanted: what a varied batch chooses among.
_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Question:
    """What an order depends on beside pool and model.

    strategy : its name. n : places wanted. varied : so many of them in varied batches, the rest by worth alone.
    seed : of every draw. closed : ids that nobody is to be asked now. taken : ids that people have in hand, which the
    batches are varied against too. labelled, labels : settled sentences, outside the audit sample, and their labels.
    rare : labels to favour.
    """

    strategy: str
    n: int
    seed: int
    closed: Ids = field(default_factory=lambda: _NONE)
    taken: Ids = field(default_factory=lambda: _NONE)
    labelled: Ids = field(default_factory=lambda: _NONE)
    labels: Sequence[str] = ()
    varied: int = 200
    rare: Collection[str] = ()


@dataclass(frozen=True)
class Order:
    """`ids`: (m,), first to ask first; `selection`: why, one each; `score`: (m,) uncertainty, 0 to 1."""

    ids: Ids
    selection: tuple[str, ...]
    score: NDArray[np.float64]


def look(ids: Ids, probabilities: Floats, question: Question, labels: Sequence[str]) -> Shortlist:
    """The shortlist of one shard: `ids` (n,), `probabilities` (n, k) in the order of `labels`."""
    open_now = ~np.isin(ids, question.closed)
    if not open_now.all():
        ids, probabilities = ids[open_now], probabilities[open_now]
    worth = strategies.strategy(question.strategy).worth(ids, probabilities, _known(question, labels))
    return candidates.shortlist(ids, probabilities, worth, question.n + SPARE, seed=question.seed)


def settle(
    found: Shortlist,
    pool: Pool,
    model: FittedModel,
    question: Question,
    *,
    groups: Callable[[Ids], Ids] | None = None,
) -> Order:
    """The order of the merged shortlist. `groups`: ids to duplicate groups, (m,), negative for none."""
    held = question.taken[np.isin(question.taken, pool.ids)]
    by_lot = reference(pool, seed=question.seed)
    drawn = pool.rows(by_lot[~np.isin(by_lot, question.closed)])
    close = Candidates(
        shortlist=found,
        known=_known(question, model.labels),
        latent=lambda places: pool.dense(found.ids[places]),
        members=lambda places: np.stack(model.members(pool.rows(found.ids[places])), axis=1),
        groups=None if groups is None else groups(found.ids),
        taken=pool.dense(held),
        labelled=pool.dense(question.labelled),
        reference=drawn.dense,
        reference_told=model.plain.probabilities(drawn),
    )
    strategy = strategies.strategy(question.strategy)
    with one_thread_each():
        choice = strategy.choose(close, min(question.varied, question.n))
    rest = np.setdiff1d(np.arange(len(found.ids)), choice.order)[: question.n - len(choice.order)]
    places = np.concatenate([choice.order, rest])
    score = margin(found.probabilities[places]).astype(np.float64)
    return Order(found.ids[places], (*choice.selection, *(strategy.reason for _ in rest)), score)


def first(
    pool: Pool,
    model: FittedModel,
    question: Question,
    *,
    groups: Callable[[Ids], Ids] | None = None,
    threads: int = THREADS,
) -> Order:
    """The whole of it in one process. The same pool, model and question give the same order."""
    found = survey(pool, model, question, threads=threads)
    return settle(found, pool, model, question, groups=groups)


def survey(pool: Pool, model: FittedModel, question: Question, *, threads: int = THREADS) -> Shortlist:
    """The shortlist of a pool, or of a part of one."""
    # Sharpened by its temperature, a blend is sure of too much to choose by: measured, docs/strategies.md.
    looks = model.plain.scan(
        pool,
        lambda ids, probabilities: look(ids, probabilities, question, model.labels),
        threads=threads,
    )
    return together(looks, question)


def together(found: Sequence[Shortlist], question: Question) -> Shortlist:
    """Shortlists of several shards, or of several workers, as one."""
    return candidates.merge(found, question.n + SPARE, seed=question.seed)


def reference(pool: Pool, *, seed: int, n: int = REFERENCE) -> Ids:
    """`n` ids drawn by lot from the whole pool, the same whatever its shards."""
    lot = candidates.lot(pool.ids, seed=seed)
    n = min(n, len(lot))
    return np.sort(pool.ids[np.argpartition(lot, n - 1)[:n]]) if n else _NONE


def nearest(pool: Pool, texts: Sequence[str], n: int, *, closed: Ids = _NONE) -> Ids:
    """The `n` ids whose sentences are most like any of `texts`, best first: cosine of words and that of directions.

    Each is taken in standard deviations of the pool: else the directions, whose cosines spread wide, would drown the
    words. Without those in `closed`, and without what is less like the texts than the pool is on average. Raises
    `SpaceMissing`.
    """
    if not texts or not pool.shards:
        return _NONE
    cues = _cues(pool, texts)
    latent = pool.fitted_space().components.shape[1]
    found: list[Floats] = []
    for shard in pool.shards:
        rows = weighted(shard)
        words = np.asarray((rows.words @ csr_matrix(cues.words.T)).todense(), np.float32)
        directions = product(rows.dense[:, :latent], cues.dense[:, :latent].T)
        pool.seen(shard)
        found.append(np.stack([words.max(axis=1), directions.max(axis=1)], axis=1))
    both = np.concatenate(found, dtype=np.float64)
    like = ((both - both.mean(axis=0)) / np.maximum(both.std(axis=0), 1e-6)).sum(axis=1)
    open_now = np.flatnonzero((like > 0) & ~np.isin(pool.ids, closed))
    order = np.lexsort((pool.ids[open_now], -like[open_now]))[:n]
    best: Ids = pool.ids[open_now[order]]
    return best


def _cues(pool: Pool, texts: Sequence[str]) -> Rows:
    space = pool.fitted_space()
    # An encoder's columns say nothing here: a cue is a list of words, no sentence.
    blank = np.zeros((len(texts), len(space.mean)), np.float32) if len(space.mean) else None
    return space.weigh(hash_texts(texts), blank)


def _known(question: Question, labels: Sequence[str]) -> Known:
    counts = Counter(question.labels)
    return Known(
        counts=np.array([counts[label] for label in labels], np.int64),
        seed=question.seed,
        rare=np.array([label in question.rare for label in labels], np.float32),
    )
