"""The pool's features: made once for each sentence, dropped with it, projected anew when the pool has outgrown them."""

from collections.abc import Callable, Iterable

import numpy as np
from django.db.models import Count, QuerySet, Sum
from numpy.typing import NDArray

from labeling.learning.places import features_folder, sweep_features, write_features
from labeling.models import Project, Sentence
from ml import encoder, pool, shards
from ml.errors import ColumnsMismatch
from ml.features import hash_texts

# Texts that are hashed at once: about a second of work and 30 MB.
CHUNK = 5_000

Ids = NDArray[np.int64]
Tell = Callable[[int, int], None]


def as_ids(values: Iterable[int]) -> Ids:
    """An array of sentence ids."""
    return np.fromiter(values, dtype=np.int64)


def catch_up(project: Project, *, tell: Tell) -> int:
    """Append the features of pool sentences that no shard holds yet, and forget those of sentences that left the pool.

    Directions are fitted where there are none. `tell` hears (done, total) after every chunk. Returns how many were
    added. Raises PoolDamaged where a shard is not whole or of another version, or made with another encoder.
    """
    folder = features_folder(project)
    held = pool.open_pool(folder).ids
    manifest = pool.read_manifest(folder)
    _require_encoder(manifest)
    sentences = Sentence.objects.in_pool().filter(project=project).order_by()
    if manifest.space and _are(sentences, held):
        return 0
    rows = sentences.values_list("pk", flat=True)
    wanted = as_ids(rows.iterator(chunk_size=20_000))
    gone = np.setdiff1d(held, wanted)
    if len(gone):
        write_features(project, lambda folder: shards.forget(folder, gone))
    missing = np.setdiff1d(wanted, held)
    for at in range(0, len(missing), shards.SHARD_ROWS):
        _append(project, missing[at : at + shards.SHARD_ROWS], lambda done: tell(at + done, len(missing)))  # noqa: B023 - called before the next turn
    if len(wanted) and pool.open_pool(features_folder(project)).space is None:
        write_features(project, lambda folder: shards.refresh(folder, seed=project.pk))
    return len(missing)


def _are(sentences: "QuerySet[Sentence]", held: Ids) -> bool:
    """Whether `sentences` are those `held`, by their number and the sum of their keys.

    At a million sentences the database adds up ten times faster than it tells them all, which every training asks.
    """
    told = sentences.aggregate(n=Count("pk"), total=Sum("pk"))
    return (told["n"], int(told["total"] or 0)) == (len(held), int(held.sum()))


def _require_encoder(manifest: pool.Manifest) -> None:
    now = encoder.name_of(encoder.plugged_in())
    if manifest.shards and manifest.encoder != now:
        raise ColumnsMismatch(
            expected=f"features with the encoder {now!r}",
            came=f"those with {manifest.encoder!r}",
            cure="Make them again: manage.py features SLUG --anew",
        )


def _append(project: Project, wanted: Ids, tell: Callable[[int], None]) -> None:
    """One shard's worth of sentences: a smaller one would be written again with the next."""
    blocks, ids, encoded = [], [], []
    plugged = encoder.plugged_in()
    for at in range(0, len(wanted), CHUNK):
        found = Sentence.objects.filter(pk__in=wanted[at : at + CHUNK].tolist()).order_by("pk")
        texts = dict(found.values_list("pk", "text"))
        ids.append(as_ids(texts))
        blocks.append(hash_texts(list(texts.values())))
        encoded.append(encoder.columns(plugged, list(texts.values())))
        tell(min(at + CHUNK, len(wanted)))
    rows = (np.concatenate(ids), shards.stacked(blocks), np.vstack(encoded))
    write_features(project, lambda folder: shards.append(folder, *rows, encoder=encoder.name_of(plugged)))


def outgrown(project: Project) -> bool:
    """Whether the pool has grown so much that its directions should be fitted anew."""
    return shards.outgrown(pool.open_pool(features_folder(project)))


def refresh(project: Project, *, tell: Tell) -> None:
    """Fit the directions anew and project every shard; the ones before serve until then."""
    write_features(project, lambda folder: shards.refresh(folder, seed=project.pk, tell=tell))
    sweep_features(project)


def directions_of(project: Project) -> str:
    """The name of the directions that the pool is projected in; empty before the first fit."""
    return pool.read_manifest(features_folder(project)).space


def featured(project: Project, sentence_ids: Iterable[int]) -> set[int]:
    """Those of `sentence_ids` that have features."""
    wanted = as_ids(sentence_ids)
    return set(wanted[np.isin(wanted, pool.open_pool(features_folder(project)).ids)].tolist())
