"""What a model says of texts, and of every sentence of the pool."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from math import isnan

import numpy as np
from numpy.typing import NDArray

from labeling.learning.features import CHUNK, as_ids
from labeling.learning.fitting import load
from labeling.learning.ranking import opened
from labeling.models import ModelVersion, Sentence
from ml import encoder, pool
from ml.errors import SpaceMoved
from ml.features import hash_texts
from ml.fitted import FittedModel
from ml.latent import Space
from ml.text import normalise

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]
Tell = Callable[[int, int], None]
# Of a text the probability of each label, by key.
Shares = dict[str, float]


def of_texts(version: ModelVersion, texts: Sequence[str]) -> list[Shares]:
    """Of each text, be it in the pool or not, the probability of every label that the model knows.

    Raises `SpaceMoved` where the directions were fitted anew since, an `ArtifactError`, `TextRefused`.
    """
    model = load(version)
    return _as_shares(model, _looked_at(model, _space(opened(version.project), model), texts))


def of_pool(version: ModelVersion, wanted: Iterable[int], *, tell: Tell) -> Iterator[tuple[int, Shares]]:
    """The same of pool sentences: their keys, ascending, each with its shares; of one without features by its text.

    A million sentences take a row of floats each in memory, and one shard at a time. `tell` hears (done, total) after
    every shard. Raises what `of_texts` raises, `PoolDamaged`.
    """
    model = load(version)
    shards, asked = opened(version.project), as_ids(wanted)
    found = np.full((len(asked), len(model.labels)), np.nan, np.float32)
    for done, ids, probabilities in _scanned(model, shards):
        at, here = _places(asked, ids)
        found[at] = probabilities[here]
        tell(min(done, len(asked)), len(asked))
    for at in _missing(found):
        texts = dict(Sentence.objects.filter(pk__in=asked[at].tolist()).order_by().values_list("pk", "text"))
        # Of one that was deleted meanwhile, nothing.
        known = [place for place in at.tolist() if int(asked[place]) in texts]
        sentences = [texts[int(asked[place])] for place in known]
        found[known] = _looked_at(model, _space(shards, model), sentences)
        tell(len(asked) - int(np.isnan(found[:, 0]).sum()), len(asked))
    for start in range(0, len(asked), CHUNK):
        told = _as_shares(model, found[start : start + CHUNK])
        for pk, shares in zip(asked[start : start + CHUNK].tolist(), told, strict=True):
            if shares:
                yield pk, shares


def _scanned(model: FittedModel, shards: pool.Pool) -> Iterator[tuple[int, Ids, Floats]]:
    """Shard after shard, and how many rows that makes so far."""
    done = 0
    for shard in shards.shards:
        alone = replace(shards, shards=(shard,))
        # Given back after its turn: nobody looks at it again.
        ((ids, probabilities),) = model.scan(alone, lambda ids, told: (ids, told), threads=1, bytes_kept=0)
        done += len(ids)
        yield done, ids, probabilities


def _places(wanted: Ids, ids: Ids) -> tuple[Ids, NDArray[np.bool_]]:
    """Where those of `ids` stand that are among `wanted` (ascending), and which they are."""
    at = np.searchsorted(wanted, ids)
    here = at < len(wanted)
    here[here] = wanted[at[here]] == ids[here]
    return at[here], here


def _missing(found: Floats) -> Iterator[Ids]:
    """Places without a row, some at a time."""
    places = np.flatnonzero(np.isnan(found).any(axis=1))
    return (places[at : at + CHUNK] for at in range(0, len(places), CHUNK))


def _space(shards: pool.Pool, model: FittedModel) -> Space:
    space = shards.fitted_space()
    if space.name != model.space:
        raise SpaceMoved(expected=f"the directions {model.space}", came=space.name, cure="Train again.")
    return space


def _looked_at(model: FittedModel, space: Space, texts: Sequence[str]) -> Floats:
    """(len(texts), k)."""
    plugged = encoder.plugged_in()
    parts: list[Floats] = [np.zeros((0, len(model.labels)), np.float32)]
    for at in range(0, len(texts), CHUNK):
        some = [normalise(text) for text in texts[at : at + CHUNK]]
        columns = None if plugged is None else encoder.columns(plugged, some)
        parts.append(model.probabilities(space.weigh(hash_texts(some), columns)))
    return np.concatenate(parts)


def _as_shares(model: FittedModel, probabilities: Floats) -> list[Shares]:
    """By the keys of labels; nothing of a row that is not known."""
    return [
        {key: round(min(share, 1.0), 6) for key, share in zip(model.labels, row, strict=True) if not isnan(share)}
        for row in probabilities.tolist()
    ]
