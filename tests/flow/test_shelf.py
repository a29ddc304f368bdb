"""Shards and models in a storage that is not a disk: two workers, each with its mirror, and what may go wrong."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import Storage, storages
from django.core.management import call_command
from pytest_django.fixtures import Settings

from labeling import learning
from labeling.errors import StorageMoved
from labeling.flow import rank
from labeling.learning import mirror, ranking, shelf
from labeling.models import ModelVersion, PoolManifest, Project, Sentence
from ml import pool
from ml.errors import ArtifactCorrupt, ArtifactMissing, PoolDamaged
from tests.cast import Cast
from tests.flow.newsroom import answer, news, trained

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Which machine is at work: one calls it with a name.
At = Callable[[str], None]


@pytest.fixture
def at(settings: Settings, tmp_path: Path) -> At:
    """Two machines and one storage, which is no disk."""
    lose(settings, "first")

    def machine(name: str) -> None:
        settings.DATA_DIR = tmp_path / name

    machine("one")
    return machine


def lose(settings: Settings, name: str) -> None:
    """An empty storage in the place of the one before."""
    new = {"BACKEND": "django.core.files.storage.InMemoryStorage", "OPTIONS": {"location": f"/{name}"}}
    settings.STORAGES = {**settings.STORAGES, "learning": new}


def storage() -> Storage:
    return storages["learning"]


def make(project: Project) -> None:
    learning.catch_up(project, tell=lambda done, total: None)


def held(project: Project) -> list[int]:
    return sorted(pool.open_pool(learning.features_folder(project)).ids.tolist())


def pooled(project: Project) -> list[int]:
    return sorted(Sentence.objects.filter(project=project).values_list("pk", flat=True))


def stored(project: Project) -> set[str]:
    """Names of the shards' files in the storage, below the project's folder."""
    return {name.split("/", 2)[2] for name in shelf.names(place(project))}


def place(project: Project) -> str:
    return f"features/{learning.features_folder(project).name}"


def counting(project: Project) -> set[str]:
    return set(pool.files(pool.parse_manifest(PoolManifest.objects.get(project=project).text)))


def once(monkeypatch: pytest.MonkeyPatch, room: object, name: str, first: Callable[..., Any]) -> None:
    """The next call of `room.name` goes to `first`, which is given the real one."""
    real = getattr(room, name)

    def instead(*args: Any, **options: Any) -> Any:
        monkeypatch.setattr(room, name, real)
        return first(lambda: real(*args, **options))

    monkeypatch.setattr(room, name, instead)


def test_on_a_disk_there_is_no_mirror(cast: Cast, settings: Settings) -> None:
    news(cast.project, 16)
    make(cast.project)
    assert sorted(path.name for path in Path(settings.DATA_DIR).iterdir()) == ["features"]


def test_what_one_worker_made_the_other_sees(cast: Cast, at: At) -> None:
    news(cast.project, 16)
    make(cast.project)
    at("two")
    assert held(cast.project) == pooled(cast.project)


def test_both_append_and_both_see_all(cast: Cast, at: At) -> None:
    for machine in ("one", "two", "one"):
        news(cast.project, 16)
        at(machine)
        make(cast.project)
    seen = [held(cast.project)]
    at("two")
    assert [*seen, held(cast.project)] == [pooled(cast.project)] * 2


def test_an_append_while_another_worker_appends_loses_neither(
    cast: Cast, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    news(cast.project, 16)
    make(cast.project)
    late = news(cast.project, 8)

    def overtaken(swap: Callable[[], bool]) -> bool:
        news(cast.project, 8)
        at("two")
        make(cast.project)
        at("one")
        return swap()

    once(monkeypatch, mirror, "_swap", overtaken)
    make(cast.project)
    assert (held(cast.project), len(late)) == (pooled(cast.project), 8)


def test_a_worker_that_is_overtaken_again_and_again_gives_up_for_now(
    cast: Cast, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    news(cast.project, 16)
    monkeypatch.setattr(mirror, "_swap", lambda *_: False)
    with pytest.raises(StorageMoved):
        make(cast.project)


def test_a_worker_that_was_overtaken_leaves_nothing_behind(cast: Cast, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    news(cast.project, 16)
    once(monkeypatch, mirror, "_swap", lambda _swap: False)
    make(cast.project)
    assert stored(cast.project) == counting(cast.project)


def test_what_a_write_replaced_is_deleted_from_the_storage_and_from_the_mirrors(cast: Cast, at: At) -> None:
    for machine in ("one", "two", "one"):
        news(cast.project, 16)
        at(machine)
        make(cast.project)
    at("two")
    folder = learning.features_folder(cast.project)
    here = {str(path.relative_to(folder)) for path in folder.rglob("*.npy")}
    assert [stored(cast.project), here] == [counting(cast.project)] * 2


def test_each_file_is_fetched_once(cast: Cast, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    news(cast.project, 16)
    make(cast.project)
    asked: list[str] = []
    fetch = shelf.fetch

    def counted(name: str) -> None:
        asked.append(name)
        fetch(name)

    monkeypatch.setattr(shelf, "fetch", counted)
    at("two")
    for _ in range(2):
        held(cast.project)
    assert sorted(asked) == sorted(f"{place(cast.project)}/{name}" for name in counting(cast.project))


@pytest.mark.parametrize("before", [0, 16])
def test_an_upload_that_is_cut_changes_nothing(
    cast: Cast, at: At, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    news(cast.project, before)
    make(cast.project)
    seen = held(cast.project)
    news(cast.project, 8)
    _cut(monkeypatch, after=3, act=lambda: make(cast.project))
    here = held(cast.project)
    at("two")
    assert [here, held(cast.project)] == [seen] * 2


def test_an_upload_that_was_cut_is_done_again(cast: Cast, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    news(cast.project, 16)
    _cut(monkeypatch, after=3, act=lambda: make(cast.project))
    make(cast.project)
    at("two")
    assert held(cast.project) == pooled(cast.project)


def test_what_a_cut_upload_left_is_deleted_when_it_is_old(cast: Cast, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    news(cast.project, 16)
    _cut(monkeypatch, after=3, act=lambda: make(cast.project))
    make(cast.project)
    left = len(stored(cast.project) - counting(cast.project))
    learning.refresh(cast.project, tell=lambda done, total: None)
    young = len(stored(cast.project) - counting(cast.project))
    monkeypatch.setattr(shelf, "GRACE", timedelta(0))
    learning.refresh(cast.project, tell=lambda done, total: None)
    assert (left, young, stored(cast.project)) == (3, 3, counting(cast.project))


def _cut(monkeypatch: pytest.MonkeyPatch, *, after: int, act: Callable[[], object]) -> None:
    upload = shelf.upload
    done: list[str] = []

    def cut(name: str, path: Path) -> None:
        if len(done) == after:
            raise ConnectionError("cut")
        done.append(name)
        upload(name, path)

    with monkeypatch.context() as patch:
        patch.setattr(shelf, "upload", cut)
        with pytest.raises(ConnectionError):
            act()


def test_a_shard_that_is_replaced_while_it_is_fetched_is_no_fault(
    cast: Cast, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    news(cast.project, 8)
    make(cast.project)

    def replaced(fetch: Callable[[], None]) -> None:
        news(cast.project, 8)
        at("one")
        make(cast.project)
        at("two")
        fetch()

    at("two")
    once(monkeypatch, shelf, "fetch", replaced)
    assert held(cast.project) == pooled(cast.project)


@pytest.mark.parametrize("rest", ["nothing", "the manifest"])
def test_a_lost_mirror_is_fetched_again(cast: Cast, at: At, rest: str) -> None:
    news(cast.project, 16)
    make(cast.project)
    folder = learning.features_folder(cast.project)
    for path in folder.glob("shard-*") if rest == "the manifest" else [folder]:
        shutil.rmtree(path)
    assert held(cast.project) == pooled(cast.project)


def test_features_that_are_thrown_away_leave_nothing(cast: Cast, at: At) -> None:
    news(cast.project, 16)
    make(cast.project)
    learning.drop_features(cast.project)
    assert (stored(cast.project), held(cast.project)) == (set(), [])


def test_a_lost_storage_is_named(cast: Cast, at: At, settings: Settings) -> None:
    news(cast.project, 16)
    make(cast.project)
    lose(settings, "second")
    at("two")
    with pytest.raises(PoolDamaged, match=r"the database names.*features SLUG --anew"):
        held(cast.project)


def test_a_lost_storage_is_made_again_by_one_command(cast: Cast, at: At, settings: Settings) -> None:
    news(cast.project, 16)
    make(cast.project)
    lose(settings, "second")
    call_command("features", cast.project.slug, "--anew", "--wait")
    at("two")
    assert held(cast.project) == pooled(cast.project)


def taught(cast: Cast) -> ModelVersion:
    answer(cast.ani, news(cast.project, 80)[:30])
    return trained(cast.project)


def test_a_model_that_one_worker_saved_ranks_the_same_on_the_other(cast: Cast, at: At) -> None:
    version = taught(cast)
    orders = []
    for machine in ("one", "two"):
        at(machine)
        orders.append(list(rank.head(cast.project, learning.load(version), [], {})))
    assert (orders[0], len(orders[0])) == (orders[1], 50)


def test_a_copy_of_a_model_that_is_not_whole_is_fetched_again(cast: Cast, at: At) -> None:
    version = taught(cast)
    next(learning.models_folder(cast.project).glob("*.npz")).write_bytes(b"half")
    assert learning.load(version).n_labels == 30


def test_a_model_that_is_not_whole_in_the_storage_is_refused(cast: Cast, at: At) -> None:
    version = taught(cast)
    at("two")
    name = next(name for name in shelf.names(version.path.rpartition("/")[0]) if name.endswith(".npz"))
    with storage().open(name, "wb") as content:
        content.write(b"half")
    with pytest.raises(ArtifactCorrupt):
        learning.load(version)


def test_a_model_that_is_not_in_the_storage_is_missing(cast: Cast, at: At, settings: Settings) -> None:
    version = taught(cast)
    lose(settings, "second")
    at("two")
    with pytest.raises(ArtifactMissing):
        learning.load(version)


def test_a_forgotten_model_is_deleted_from_the_storage_and_from_the_mirrors(cast: Cast, at: At) -> None:
    first = taught(cast)
    at("two")
    learning.load(first)
    answer(cast.ani, news(cast.project, 8))
    at("one")
    learning.forget_models(cast.project, keep=[])
    second = trained(cast.project)
    at("two")
    learning.load(second)
    folder = learning.models_folder(cast.project)
    stored_now = {name.rpartition("/")[2] for name in shelf.names(f"models/{folder.name}")}
    assert {path.name for path in folder.iterdir()} == stored_now
    assert len(stored_now) == 2


def test_no_more_of_the_pool_stays_in_memory_than_is_set(cast: Cast, settings: Settings) -> None:
    settings.LEARN_MEGABYTES = 1_000
    assert ranking.opened(cast.project).bytes_kept == 1_000_000_000 - ranking.BASE_BYTES
    settings.LEARN_MEGABYTES = 620
    assert ranking.opened(cast.project).bytes_kept == 0
