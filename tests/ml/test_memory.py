"""How much of a pool stays in memory: what is mapped of its files, as the kernel counts it."""

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from ml import order
from ml.features import COLUMNS, WORD_COLUMNS
from ml.fitted import FittedModel
from ml.order import Question
from ml.pool import Pool, open_pool
from ml.shards import append, refresh
from ml.training import train

pytestmark = pytest.mark.slow

SHARDS, ROWS, WORDS = 6, 30_000, 20
QUESTION = Question("default", 500, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pool of six shards, 20 MB each."""
    made = tmp_path_factory.mktemp("pool")
    put(made, 0, 1_000)
    refresh(made, seed=1)
    for shard in range(SHARDS):
        put(made, 1_000 + shard * ROWS, ROWS)
    return made


@pytest.fixture(autouse=True)
def nothing_mapped(tmp_path: Path) -> None:
    """The last pool that was opened is kept open: now it is another one."""
    open_pool(tmp_path)


def put(folder: Path, first: int, n: int) -> None:
    drawn = np.random.default_rng(first).zipf(1.3, (n, WORDS)) % WORD_COLUMNS
    counts = csr_matrix((np.ones(n * WORDS), drawn.ravel(), np.arange(0, n * WORDS + 1, WORDS)), shape=(n, COLUMNS))
    counts.sum_duplicates()
    append(folder, np.arange(first, first + n), counts)


@pytest.fixture(scope="module")
def model(folder: Path) -> FittedModel:
    return train(open_pool(folder, bytes_kept=0), np.arange(200), ["claim", "denial"] * 100, seed=1)


def resident() -> int:
    """Bytes of files that this process has mapped and in memory."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(1_024 * int(line.split()[1]) for line in lines if line.startswith("RssFile"))


def most_in(pool: Pool, model: FittedModel) -> int:
    """The most that a scan has in memory at a time."""
    before = resident()
    return max(model.scan(pool, lambda _ids, _told: resident())) - before


def shard_bytes(pool: Pool) -> int:
    return pool.weighted_bytes // len(pool.shards)


def test_a_pool_within_the_bound_stays_in_memory(folder: Path, model: FittedModel) -> None:
    pool = open_pool(folder, bytes_kept=10**9)
    assert most_in(pool, model) > 0.8 * pool.weighted_bytes


def test_of_a_pool_beyond_the_bound_no_more_is_in_memory_than_may_stay_and_what_is_looked_at(
    folder: Path, model: FittedModel
) -> None:
    pool = open_pool(folder, bytes_kept=50_000_000)
    assert most_in(pool, model) < 50_000_000 + 2.5 * shard_bytes(pool)  # two threads


@pytest.mark.parametrize("kept", [0, 50_000_000])
def test_a_ranking_leaves_no_more_behind_than_may_stay(folder: Path, model: FittedModel, kept: int) -> None:
    pool, before = open_pool(folder, bytes_kept=kept), resident()
    order.first(pool, model, QUESTION)
    assert resident() - before < kept + 0.2 * shard_bytes(pool)


def test_looking_for_a_cue_beyond_the_bound_leaves_nothing_behind(folder: Path) -> None:
    pool, before = open_pool(folder, bytes_kept=0), resident()
    order.nearest(pool, ["banjir di kota"], 50)
    assert resident() - before < 0.2 * shard_bytes(pool)


def test_the_bound_changes_no_order(folder: Path, model: FittedModel) -> None:
    orders = [order.first(open_pool(folder, bytes_kept=kept), model, QUESTION) for kept in (0, None)]
    assert orders[0].ids.tolist() == orders[1].ids.tolist()


def test_projecting_the_pool_anew_has_no_more_of_it_in_memory_with_each_shard(folder: Path) -> None:
    then: list[int] = []
    refresh(folder, seed=2, tell=lambda done, total: then.append(resident()))
    assert (len(then), then[-1] - then[0] < 1_000_000) == (SHARDS, True)
