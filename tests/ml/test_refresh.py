"""The pool's directions, fitted anew on disk: the old ones serve until then, whatever cuts the work."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ml import shards
from ml.durable import write_array
from ml.errors import ColumnsMismatch
from ml.features import hash_texts
from ml.latent import Space
from ml.pool import Pool, open_pool, read_manifest
from ml.shards import append, forget, outgrown, refresh
from tests.ml.made_pools import ODD_TEXTS, TEXTS, finite, ids, made, same_rows

ROWS = hash_texts(TEXTS)
FAKE = np.random.default_rng(5).normal(3, 1, (len(TEXTS), 4)).astype(np.float32)


@pytest.fixture(autouse=True)
def no_disk_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two shards of six sentences, with their space."""
    directory = tmp_path_factory.mktemp("pool")
    made(directory, TEXTS[:12], parts=2)
    return directory


@pytest.fixture
def ready(first: Path, tmp_path: Path) -> Path:
    shutil.copytree(first, tmp_path / "ready")
    return tmp_path / "ready"


def equal(one: Space, other: Space) -> bool:
    pairs = zip(one.arrays().values(), other.arrays().values(), strict=True)
    return all(np.array_equal(mine, theirs) for mine, theirs in pairs)


def grown(directory: Path) -> Path:
    append(directory, np.arange(12, 30), ROWS[12:30])
    return directory


def test_every_shard_is_projected_into_the_new_space(ready: Path) -> None:
    refresh(grown(ready), seed=2)
    pool = open_pool(ready)
    assert same_rows(pool.rows(pool.ids), pool.fitted_space().weigh(ROWS[pool.ids]))


def test_the_new_space_has_a_new_name(ready: Path) -> None:
    before = read_manifest(ready).space
    assert refresh(ready, seed=1) == read_manifest(ready).space != before


def test_the_new_space_weighs_by_the_pool_of_today(ready: Path) -> None:
    refresh(grown(ready), seed=1)
    space = open_pool(ready).fitted_space()
    often = np.asarray((ROWS[:30] > 0).sum(axis=0)).ravel()
    expected = (np.log(31 / (1 + often)) + 1).astype(np.float32)
    assert (space.n_fitted, np.allclose(space.idf, expected)) == (30, True)


def test_what_the_space_before_took_is_given_back(ready: Path) -> None:
    name = refresh(ready, seed=1)
    assert {path.name for path in ready.rglob("space-*")} == {name}


def test_the_same_pool_and_seed_have_the_same_directions(ready: Path, first: Path) -> None:
    refresh(ready, seed=1)
    assert equal(open_pool(ready).fitted_space(), open_pool(first).fitted_space())


def test_directions_do_not_hang_on_how_the_pool_is_parted(
    tmp_path: Path, first: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "SHARD_ROWS", 1)
    for chosen in (ids(7, 8, 9, 10, 11), ids(0, 1, 4), ids(2, 3, 5, 6)):
        append(tmp_path, chosen, ROWS[chosen])
    refresh(tmp_path, seed=1)
    assert equal(open_pool(tmp_path).fitted_space(), open_pool(first).fitted_space())


def test_directions_are_fitted_on_a_drawn_sample(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SAMPLE", 5)
    refresh(ready, seed=1)
    space = open_pool(ready).fitted_space()
    # Five rows have four directions; the weights are of all twelve.
    assert (space.components.shape[1], space.n_fitted) == (4, 12)


def test_another_seed_draws_another_sample(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SAMPLE", 5)
    refresh(ready, seed=1)
    one = open_pool(ready).fitted_space()
    refresh(ready, seed=2)
    assert not equal(open_pool(ready).fitted_space(), one)


def test_how_far_it_is_is_told(ready: Path) -> None:
    told: list[tuple[int, int]] = []
    refresh(ready, seed=1, tell=lambda done, total: told.append((done, total)))
    assert told == [(6, 12), (12, 12)]


def killed(*_: object) -> None:
    raise KeyboardInterrupt


def kill_after(calls: int, real: Callable[..., None]) -> Callable[..., None]:
    left = [calls]

    def until(*arguments: object) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        real(*arguments)

    return until


# Six parts of the space and four of each shard; three folders; the manifest.
KILLS = [
    *(("write_array", calls) for calls in (0, 5, 6, 9, 10, 13)),
    *(("rename", calls) for calls in range(3)),
    ("_write_manifest", 0),
]


def cut_refresh(directory: Path, step: str, calls: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        place = os if step == "rename" else shards
        patch.setattr(place, step, kill_after(calls, getattr(place, step)))
        with pytest.raises(KeyboardInterrupt):
            refresh(directory, seed=1)


@pytest.mark.parametrize(("step", "calls"), KILLS)
def test_a_kill_at_any_step_leaves_the_old_space_in_service(
    ready: Path, first: Path, step: str, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_refresh(ready, step, calls, monkeypatch)
    pool, before = open_pool(ready), open_pool(first)
    assert (pool.fitted_space().name, same_rows(pool.rows(pool.ids), before.rows(pool.ids))) == (
        before.fitted_space().name,
        True,
    )


@pytest.mark.parametrize(("step", "calls"), [KILLS[0], KILLS[3], KILLS[8], KILLS[9]])
def test_after_a_kill_at_any_step_a_refresh_leaves_nothing_else(
    ready: Path, step: str, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_refresh(ready, step, calls, monkeypatch)
    name = refresh(ready, seed=1)
    assert {path.name for path in ready.rglob("space-*")} == {name}


def test_a_kill_after_the_manifest_leaves_the_new_space_in_service(
    ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = open_pool(ready).fitted_space().name
    cut_refresh(ready, "sweep", 1, monkeypatch)
    pool = open_pool(ready)
    assert (pool.fitted_space().name != before, len(pool.rows(pool.ids))) == (True, 12)


def test_a_listener_that_fails_leaves_the_old_space_in_service(ready: Path) -> None:
    before = open_pool(ready).fitted_space().name
    with pytest.raises(KeyboardInterrupt):
        refresh(ready, seed=1, tell=killed)
    assert open_pool(ready).fitted_space().name == before


def test_a_disk_that_is_full_holds_nothing_of_the_refresh_that_failed(
    ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(ready.rglob("*"))
    left = [12]

    def no_room(path: Path, array: object) -> None:
        left[0] -= 1
        if not left[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write_array(path, array)  # type: ignore[arg-type]  # an array of any kind

    monkeypatch.setattr(shards, "write_array", no_room)
    with pytest.raises(OSError, match="No space"):
        refresh(ready, seed=1)
    assert sorted(ready.rglob("*")) == before


def test_a_pool_that_was_open_reads_on_in_the_old_space(ready: Path) -> None:
    before = open_pool(ready)
    kept = before.rows(before.ids)
    refresh(grown(ready), seed=1)
    assert same_rows(before.rows(before.ids), kept)


def test_a_pool_without_directions_has_outgrown_them(tmp_path: Path) -> None:
    assert outgrown(made(tmp_path, TEXTS[:3], fitted=False))


@pytest.mark.parametrize(("n", "expected"), [(12, False), (23, False), (24, True), (30, True)])
def test_a_pool_is_outgrown_at_twice_what_its_directions_were_fitted_on(ready: Path, n: int, expected: bool) -> None:
    append(ready, np.arange(n), ROWS[:n])
    assert outgrown(open_pool(ready)) is expected


def test_an_empty_pool_has_outgrown_nothing(tmp_path: Path) -> None:
    assert not outgrown(open_pool(tmp_path))


@pytest.mark.parametrize("texts", [[], [""], ["banjir"], TEXTS[:2], TEXTS[:3], ["", "..."], ["banjir besar"] * 3])
def test_a_pool_of_hardly_anything_has_a_space(tmp_path: Path, texts: list[str]) -> None:
    pool = made(tmp_path, texts)
    rows = pool.rows(pool.ids)
    assert (finite(rows), rows.dense.shape[1] <= max(0, len(texts) - 1)) == (True, True)


def test_a_pool_of_odd_texts_has_finite_rows(tmp_path: Path) -> None:
    pool = made(tmp_path, [*TEXTS[:10], *ODD_TEXTS])
    assert finite(pool.rows(pool.ids))


def test_what_comes_into_a_pool_fitted_on_nothing_has_words_and_no_directions(tmp_path: Path) -> None:
    made(tmp_path, [])
    append(tmp_path, ids(1), ROWS[:1])
    rows = open_pool(tmp_path).rows(ids(1))
    assert (rows.dense.shape, rows.words.nnz > 0) == ((1, 0), True)


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve sentences with four columns of an encoder each."""
    directory = tmp_path_factory.mktemp("encoded")
    append(directory, np.arange(12), ROWS[:12], FAKE[:12], encoder="fake 1")
    refresh(directory, seed=1)
    return directory


@pytest.fixture
def with_encoder(encoded: Path, tmp_path: Path) -> Path:
    shutil.copytree(encoded, tmp_path / "encoded")
    return tmp_path / "encoded"


def columns(pool: Pool, *numbers: int) -> np.ndarray:  # type: ignore[type-arg]  # of float32
    return pool.dense(ids(*numbers))[:, -4:]


def test_an_encoders_columns_are_stored_as_they_came(encoded: Path) -> None:
    assert np.array_equal(open_pool(encoded).counts(ids(3, 1))[1], FAKE[[3, 1]])


def test_an_encoders_columns_are_centred_on_the_pool(encoded: Path) -> None:
    apart = FAKE[:12] - FAKE[:12].mean(axis=0)
    expected = apart / np.linalg.norm(apart, axis=1, keepdims=True)
    assert np.allclose(columns(open_pool(encoded), *range(12)), expected, atol=1e-5)


def test_what_is_appended_later_is_centred_alike(with_encoder: Path) -> None:
    append(with_encoder, ids(20), ROWS[[20]], FAKE[[20]], encoder="fake 1")
    pool = open_pool(with_encoder)
    assert same_rows(pool.rows(ids(20)), pool.fitted_space().weigh(ROWS[[20]], FAKE[[20]]))


def test_a_merge_and_a_forgetting_keep_the_encoders_columns(with_encoder: Path) -> None:
    append(with_encoder, np.arange(12, 30), ROWS[12:30], FAKE[12:30], encoder="fake 1")
    forget(with_encoder, ids(0))
    pool = open_pool(with_encoder)
    assert (len(pool.shards), np.array_equal(pool.counts(ids(29, 5))[1], FAKE[[29, 5]])) == (1, True)


@pytest.mark.parametrize(("width", "encoder"), [(4, "fake 2"), (3, "fake 1"), (0, "")])
def test_another_encoder_than_the_pools_is_refused(with_encoder: Path, width: int, encoder: str) -> None:
    with pytest.raises(ColumnsMismatch, match="--anew"):
        append(with_encoder, ids(20), ROWS[[20]], FAKE[[20], :width], encoder=encoder)


def test_an_encoder_in_a_pool_without_one_is_refused(ready: Path) -> None:
    with pytest.raises(ColumnsMismatch, match="fake 1"):
        append(ready, ids(20), ROWS[[20]], FAKE[[20]], encoder="fake 1")


def test_a_pool_that_forgot_all_takes_another_encoder(with_encoder: Path) -> None:
    forget(with_encoder, np.arange(12))
    append(with_encoder, ids(20, 21), ROWS[20:22], FAKE[20:22, :3], encoder="fake 2")
    refresh(with_encoder, seed=1)
    assert open_pool(with_encoder).fitted_space().mean.shape == (3,)
