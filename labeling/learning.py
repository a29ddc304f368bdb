"""The only door to ml: rows become arrays, results become rows. It converts; what and when is decided in flow."""

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from labeling.models import ModelVersion, Project, Sentence, Unit
from ml import artifact, pool, strategies, training
from ml.agreement import Answer, agreement
from ml.errors import PoolDamaged as PoolDamaged
from ml.features import hash_texts
from ml.training import FittedModel as FittedModel
from ml.uncertainty import margin

# Texts that are hashed at once: about a second of work and 30 MB.
CHUNK = 5_000

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Taught:
    """A labelled sentence: `label` is the label's key, `article` keeps together what is not independent."""

    sentence_id: int
    label: str
    article: str
    # 1 / the chance that it had to be drawn; 1 outside the audit sample.
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """A sentence in the order of asking; `score` is its uncertainty, 0 to 1, `selection` why it was chosen."""

    sentence_id: int
    selection: str
    score: float


@dataclass(frozen=True, slots=True)
class Judged:
    """One person's answer, for measuring agreement."""

    sentence_id: int
    annotator: str
    label: str
    article: str


def _folder(kind: str, project: Project) -> Path:
    # The founding time too: a database made anew in an old data directory counts its ids from 1 again.
    return Path(settings.DATA_DIR) / kind / f"{project.pk}-{int(project.created_at.timestamp())}"


def article_of(sentence_id: int, source_id: int, unit: str, title: str) -> str:
    """What a sentence is not independent of: its article. A row of a table that names none stands for itself."""
    return f"article {source_id}" if unit == Unit.ARTICLE or title else f"sentence {sentence_id}"


def features_folder(project: Project) -> Path:
    """Where the project's feature shards lie."""
    return _folder("features", project)


def models_folder(project: Project) -> Path:
    """Where the project's model files lie."""
    return _folder("models", project)


def catch_up(project: Project, *, tell: Callable[[int, int], None]) -> int:
    """Append the features of pool sentences that no shard holds yet; `tell` hears (done, total) after every chunk.

    Returns how many were added. Raises PoolDamaged where a shard is not whole or of another version.
    """
    folder = features_folder(project)
    held = pool.open_pool(folder).ids
    rows = Sentence.objects.in_pool().filter(project=project).order_by().values_list("pk", flat=True)
    missing = np.setdiff1d(_ids(rows.iterator(chunk_size=20_000)), held)
    for at in range(0, len(missing), CHUNK):
        chunk = missing[at : at + CHUNK]
        texts = dict(Sentence.objects.filter(pk__in=chunk.tolist()).order_by().values_list("pk", "text"))
        pool.append(folder, _ids(texts), hash_texts(list(texts.values())))
        tell(min(at + CHUNK, len(missing)), len(missing))
    return len(missing)


def drop_features(project: Project) -> None:
    """Throw the shards away: they can be made again from the sentences."""
    shutil.rmtree(features_folder(project), ignore_errors=True)


def fit(project: Project, taught: Sequence[Taught], audit: Sequence[Taught], *, seed: int) -> FittedModel:
    """A model of `taught`, measured by cross-validation and on `audit`. Raises what `ml.training.train` raises."""
    sample = training.AuditSample(
        ids=_ids(one.sentence_id for one in audit),
        labels=[one.label for one in audit],
        groups=[one.article for one in audit],
        weights=[one.weight for one in audit],
    )
    return training.train(
        pool.open_pool(features_folder(project)),
        _ids(one.sentence_id for one in taught),
        [one.label for one in taught],
        [one.weight for one in taught],
        seed=seed,
        groups=[one.article for one in taught],
        audit=sample,
    )


def featured(project: Project, sentence_ids: Iterable[int]) -> set[int]:
    """Those of `sentence_ids` that have features."""
    wanted = _ids(sentence_ids)
    return set(wanted[np.isin(wanted, pool.open_pool(features_folder(project)).ids)].tolist())


def save(project: Project, model: FittedModel) -> tuple[str, str]:
    """Write the model file; returns its path under the data directory, and the SHA-256 that seals it."""
    saved = artifact.save(models_folder(project), model.arrays(), model.manifest())
    return str(saved.path.relative_to(settings.DATA_DIR)), saved.sha256


def load(version: ModelVersion) -> FittedModel:
    """The model of a version, verified before it is parsed. Raises an `ml.errors.ArtifactError`, naming the fault."""
    return FittedModel.from_artifact(artifact.load(Path(settings.DATA_DIR) / version.path, sha256=version.sha256))


def forget_models(project: Project, *, keep: Iterable[str]) -> None:
    """Delete model files that none of the paths in `keep` stands for, rests of cut writes too."""
    kept = {_content(Path(path).name) for path in keep}
    for path in models_folder(project).glob("*"):
        if _content(path.name) not in kept:
            path.unlink(missing_ok=True)


def _content(name: str) -> str:
    """The part of a model file's name that its manifest and its arrays share."""
    return name.partition(".")[0].partition("-")[0]


def rank(
    project: Project, model: FittedModel, *, closed: Iterable[int], first: Sequence[int], varied: int, n: int, seed: int
) -> list[Ranked]:
    """The first `n` sentences to ask for, out of the pool without `closed`; the same arguments give the same order.

    Before all others stand those of `first` that are open, as `uncertain`; then `varied` of a diverse batch; then the
    least certain of the rest.
    """
    shards = pool.open_pool(features_folder(project))
    ids, probabilities = _open(model, shards, _ids(closed))
    if not len(ids):
        return []
    unsure = margin(probabilities)
    ahead = _places(ids, _ids(first))[:n]
    rest = np.setdiff1d(np.arange(len(ids)), ahead)
    candidates = strategies.Candidates(probabilities[rest], lambda places: shards.rows(ids[rest[places]]))
    batch = strategies.strategy(strategies.DEFAULT)(candidates, min(varied, n - len(ahead)), seed=seed)
    left = np.setdiff1d(np.arange(len(rest)), batch.order)
    tail = strategies.strategy("margin")(
        strategies.Candidates(probabilities[rest[left]], lambda places: shards.rows(ids[rest[left[places]]])),
        n - len(ahead) - len(batch.order),
        seed=seed,
    )
    places = np.concatenate([ahead, rest[batch.order], rest[left[tail.order]]])
    reasons = ["uncertain"] * len(ahead) + [*batch.selection, *tail.selection]
    return [
        Ranked(sentence_id, why, score)
        for sentence_id, why, score in zip(ids[places].tolist(), reasons, unsure[places].tolist(), strict=True)
    ]


def measure(answers: Sequence[Judged], *, seed: int) -> dict[str, Any]:
    """How far the answers agree: `ml.agreement.AgreementReport` as JSON. Intervals resample articles."""
    judged = [Answer(str(one.sentence_id), one.annotator, one.label) for one in answers]
    articles = {str(one.sentence_id): one.article for one in answers}
    return agreement(judged, articles=articles, seed=seed).as_json()


def _open(model: FittedModel, shards: pool.Pool, closed: Ids) -> tuple[Ids, NDArray[np.float32]]:
    """Ids (n,) and probabilities (n, k) of the pool without `closed`, scored a shard at a time."""
    all_ids: list[Ids] = [np.zeros(0, np.int64)]
    all_rows: list[NDArray[np.float32]] = [np.zeros((0, len(model.labels)), np.float32)]
    for ids, probabilities in model.score(shards):
        keep = ~np.isin(ids, closed)
        all_ids.append(ids[keep])
        all_rows.append(probabilities[keep])
    return np.concatenate(all_ids), np.concatenate(all_rows)


def _places(ids: Ids, wanted: Ids) -> Ids:
    """Where those of `wanted` that are among `ids` stand, in the order of `wanted`."""
    order = np.argsort(ids, kind="stable")
    at = np.searchsorted(ids, wanted, sorter=order).clip(max=len(ids) - 1)
    places = order[at]
    found: Ids = places[ids[places] == wanted]
    return found


def _ids(values: Iterable[int]) -> Ids:
    return np.fromiter(values, dtype=np.int64)
