"""A pool that is ranked in parts: the same order, one publishing, and the version before serves whatever fails.

The tasks are called here one by one, as workers would; real workers and a real Redis are in test_two_workers.py.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from factcheck.celery import app
from labeling import claims, jobs, learning, tasks, work
from labeling.errors import LostClaim
from labeling.flow import rank
from labeling.learning import parts
from labeling.models import Kind, ModelVersion, Project, QueueEntry, Run, RunState
from ml import shards
from tests.cast import Cast
from tests.flow.newsroom import do, news, shards_of, trained

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def taught(cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """A project in service with version 1, a pool of four shards, and workers that may rank it in four parts."""
    settings.SCORING_PARTS = 4
    monkeypatch.setattr(parts, "SHARDS_A_PART", 1)
    shards_of(cast, (80, 40, 16, 8))
    trained(cast.project)
    return cast


class Handing:
    """A training that was handed over, and who goes on with it."""

    def __init__(self, project: Project) -> None:
        self.run = jobs.owe(project=project, kind=Kind.TRAIN, by=None)
        Run.objects.filter(pk=self.run.pk).update(due_at=Now() - timedelta(seconds=1))
        self.token, self.parts = "", 0
        work.perform(self.run.pk, share=self._share)

    def _share(self, run_id: int, token: str, parts: int) -> None:
        self.token, self.parts = token, parts

    def look(self) -> list[Any]:
        return [tasks.look(self.run.pk, self.token, part) for part in range(self.parts)]

    def settle(self, found: list[Any]) -> None:
        tasks.settle(found, self.run.pk, self.token)

    @property
    def state(self) -> str:
        self.run.refresh_from_db()
        return self.run.state


def order(project: Project) -> list[tuple[int, str, float]]:
    version = Project.objects.get(pk=project.pk).version_id
    rows = QueueEntry.objects.filter(version=version).order_by("place")
    return list(rows.values_list("sentence_id", "selection", "score"))


def test_the_order_is_the_one_of_a_single_process(taught: Cast) -> None:
    before = order(taught.project)
    handing = Handing(taught.project)
    handing.settle(handing.look())
    assert (handing.parts, handing.state, order(taught.project)) == (4, RunState.DONE, before)


def test_the_version_is_the_one_of_a_single_process(taught: Cast) -> None:
    handing = Handing(taught.project)
    handing.settle(handing.look())
    fields = ("sha256", "n_labels", "n_label_events", "label_counts", "metrics", "n_ranked")
    one, other = ModelVersion.objects.values(*fields)
    assert one == other


@pytest.mark.parametrize("strategy", ["random", "default"])
def test_the_order_is_the_same_by_every_number_of_parts(taught: Cast, settings: Settings, strategy: str) -> None:
    Project.objects.filter(pk=taught.project.pk).update(strategy=strategy)
    orders = []
    for most in (2, 3):
        settings.SCORING_PARTS = most
        handing = Handing(taught.project)
        handing.settle(handing.look()[::-1])
        orders.append(order(taught.project))
    do(taught.project, Kind.TRAIN)
    assert orders == [order(taught.project)] * 2


def test_until_it_is_settled_the_version_before_serves(taught: Cast) -> None:
    before = order(taught.project)
    handing = Handing(taught.project)
    handing.look()
    assert (order(taught.project), handing.state) == (before, RunState.RUNNING)


def test_a_command_that_waits_hands_nothing_over(taught: Cast) -> None:
    call_command("train", "berita", "--wait")
    assert (ModelVersion.objects.count(), Run.objects.latest("pk").cursor.get("handed")) == (2, None)


def test_a_small_pool_is_ranked_by_the_one_that_trained(taught: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "SHARDS_A_PART", 3)
    assert (Handing(taught.project).parts, ModelVersion.objects.count()) == (0, 2)


def test_what_is_settled_twice_is_published_once(taught: Cast) -> None:
    handing = Handing(taught.project)
    found = handing.look()
    for _ in range(2):
        handing.settle(found)
    assert ModelVersion.objects.count() == 2


def test_of_two_who_settle_at_once_one_publishes(taught: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    handing = Handing(taught.project)
    found = handing.look()
    end = rank.end

    def overtaken(**options: Any) -> dict[str, Any]:
        monkeypatch.setattr(rank, "end", end)
        handing.settle(found)
        return end(**options)

    monkeypatch.setattr(rank, "end", overtaken)
    handing.settle(found)
    assert (ModelVersion.objects.count(), handing.state) == (2, RunState.DONE)


def test_whose_attempt_was_taken_back_looks_at_nothing(taught: Cast) -> None:
    handing = Handing(taught.project)
    taken_back(handing.run)
    assert handing.look() == [None] * 4


def test_whose_attempt_was_taken_back_publishes_nothing(taught: Cast) -> None:
    handing = Handing(taught.project)
    found = handing.look()
    taken_back(handing.run)
    handing.settle(found)
    assert (ModelVersion.objects.count(), handing.state) == (1, RunState.OWED)


def taken_back(run: Run) -> None:
    """As the sweep does when the lease has run out."""
    Run.objects.filter(pk=run.pk).update(leased_until=Now() - timedelta(seconds=1))
    claims.recover()


def test_whoever_looks_keeps_the_lease(taught: Cast) -> None:
    handing = Handing(taught.project)
    Run.objects.filter(pk=handing.run.pk).update(leased_until=Now() - timedelta(seconds=1))
    tasks.look(handing.run.pk, handing.token, 0)
    claims.recover()
    assert handing.state == RunState.RUNNING


def test_what_nobody_takes_up_is_tried_three_times(taught: Cast) -> None:
    for _ in range(claims.ATTEMPTS):
        handing = Handing(taught.project)
        taken_back(handing.run)
    assert (handing.state, handing.run.attempts, ModelVersion.objects.count()) == (RunState.FAILED, 3, 1)


def test_a_look_that_fails_is_tried_again_from_the_start(taught: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    handing = Handing(taught.project)
    with monkeypatch.context() as patch:
        patch.setattr(learning, "look", refused)
        with pytest.raises(OSError, match="the disk"):
            tasks.look(handing.run.pk, handing.token, 0)
    failed = (handing.state, handing.run.error)
    again = Handing(taught.project)
    again.settle(again.look())
    assert (failed, again.state) == ((RunState.OWED, "OSError: the disk is full"), RunState.DONE)


def refused(*_: Any) -> None:
    raise OSError("the disk is full")


def test_a_chord_that_cannot_be_started_is_tried_again(taught: Cast) -> None:
    def down(run_id: int, token: str, parts: int) -> None:
        raise ConnectionError("no Redis")

    run = jobs.owe(project=taught.project, kind=Kind.TRAIN, by=None)
    with pytest.raises(ConnectionError):
        work.perform(run.pk, share=down)
    run.refresh_from_db()
    assert (run.state, run.error, run.attempts) == (RunState.OWED, "ConnectionError: no Redis", 1)


def lose_one(project: Project, found: list[Any]) -> list[Any]:
    return found[1:]


def spoil_one(project: Project, found: list[Any]) -> list[Any]:
    path, _sha256 = found[0]
    arrays = next(learning.models_folder(project).glob(f"{Path(path).name.partition('-')[0]}.npz"))
    arrays.write_bytes(b"half")
    return found


@pytest.mark.parametrize("harm", [lose_one, spoil_one])
def test_a_part_that_is_missing_is_looked_at_by_the_one_who_settles(
    taught: Cast, harm: Callable[[Project, list[Any]], list[Any]]
) -> None:
    before = order(taught.project)
    handing = Handing(taught.project)
    handing.settle(harm(taught.project, handing.look()))
    assert (order(taught.project), ModelVersion.objects.count()) == (before, 2)


@pytest.mark.parametrize("when", ["before", "after"])
def test_sentences_that_come_while_it_is_looked_at_are_no_fault(taught: Cast, when: str) -> None:
    handing = Handing(taught.project)
    found = handing.look() if when == "after" else []
    more = news(taught.project, 16)
    learning.catch_up(taught.project, tell=lambda done, total: None)
    handing.settle(found or handing.look())
    ranked = {pk for pk, _selection, _score in order(taught.project)}
    assert (handing.state, ranked >= {one.pk for one in more}) == (RunState.DONE, True)


def test_directions_that_move_while_it_is_looked_at_are_waited_for(taught: Cast) -> None:
    handing = Handing(taught.project)
    learning.refresh(taught.project, tell=lambda done, total: None)
    handing.settle(handing.look())
    moved = handing.state
    again = Handing(taught.project)
    again.settle(again.look())
    assert (moved, again.state, ModelVersion.objects.count()) == (RunState.OWED, RunState.DONE, 2)


def test_parts_are_ranked_by_machines_that_share_a_storage_and_no_disk(
    taught: Cast, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = order(taught.project)
    monkeypatch.setattr(shards, "SHARD_ROWS", 40)
    new = {"BACKEND": "django.core.files.storage.InMemoryStorage", "OPTIONS": {"location": "/parts"}}
    settings.STORAGES = {**settings.STORAGES, "learning": new}
    handing = Handing(taught.project)
    found = []
    for part in range(handing.parts):
        settings.DATA_DIR = tmp_path / f"machine {part}"
        found.append(tasks.look(handing.run.pk, handing.token, part))
    settings.DATA_DIR = tmp_path / "another"
    handing.settle(found)
    assert (handing.parts, sorted(pk for pk, *_ in order(taught.project))) == (4, sorted(pk for pk, *_ in before))


def test_what_was_handed_over_is_deleted_by_the_next_training(taught: Cast) -> None:
    handing = Handing(taught.project)
    handing.settle(handing.look())
    do(taught.project, Kind.TRAIN)
    kept = {Path(path).name for path in ModelVersion.objects.values_list("path", flat=True)}
    assert {path.name for path in learning.models_folder(taught.project).glob("*.json")} == kept


def test_what_was_handed_over_goes_before_other_trainings() -> None:
    # In Redis 0 is the highest.
    routes = [app.amqp.router.route({}, f"labeling.tasks.{name}") for name in ("learn", "look", "settle")]
    assert [(route["queue"].name, route["priority"]) for route in routes] == [("learn", 6), ("learn", 0), ("learn", 0)]


def test_a_claim_of_another_attempt_cannot_be_resumed(taught: Cast) -> None:
    handing = Handing(taught.project)
    claim = claims.Claim.resume(handing.run.pk, handing.token)
    assert claim is not None
    taken_back(handing.run)
    with pytest.raises(LostClaim):
        claim.renew()
