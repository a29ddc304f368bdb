"""Two scripts that import at the same moment, on either database."""

from typing import Any

import pytest

from labeling.labelstudio.api import importing
from labeling.models import Membership, Role, Run, RunState, Sentence, TaskData, Upload
from tests.cast import Cast
from tests.flow.racing import at_once
from tests.labelstudio.brought_in import bring, work_meanwhile
from tests.labelstudio.scripting import Client

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def owners(cast: Cast, sdk: Client, monkeypatch: pytest.MonkeyPatch) -> dict[Membership, Any]:
    """Two owners, each with a client."""
    monkeypatch.setattr(importing, "rest", work_meanwhile)
    Membership.objects.filter(pk=cast.ani.pk).update(role=Role.OWNER)
    return {one: sdk(one) for one in (cast.ani, cast.citra)}


def tasks(first: int, last: int) -> list[dict[str, Any]]:
    return [{"data": {"text": f"Jembatan {n} dibuka.", "n": n}} for n in range(first, last)]


def test_what_both_bring_comes_in_once(cast: Cast, owners: dict[Membership, Any]) -> None:
    lists = {cast.ani: tasks(0, 40), cast.citra: tasks(20, 60)}
    told: dict[int, Any] = {}

    def act(by: Membership) -> None:
        told[by.pk] = bring(owners[by], cast, lists[by])

    at_once(act, [*lists])
    assert Sentence.objects.in_pool().filter(project=cast.project).count() == TaskData.objects.count() == 60
    assert sum(one.task_count for one in told.values()) == 60
    assert set(told[cast.ani.pk].task_ids[20:]) == set(told[cast.citra.pk].task_ids[:20])


def test_the_same_list_at_the_same_moment_is_one_import(cast: Cast, owners: dict[Membership, Any]) -> None:
    told: list[Any] = []
    at_once(lambda by: told.append(bring(owners[by], cast, tasks(0, 30))), [*owners])
    assert (Upload.objects.count(), Run.objects.filter(kind="import").count()) == (1, 1)
    assert Run.objects.get(kind="import").state == RunState.DONE
    assert told[0].task_ids == told[1].task_ids
    assert len(set(told[0].task_ids)) == 30


def test_a_retry_while_the_first_is_at_work_waits_for_it(
    cast: Cast, owners: dict[Membership, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    again: list[Any] = []

    def work_and_retry(seconds: float) -> None:
        """While the first request waits, a client that lost patience sends the list once more."""
        monkeypatch.setattr(importing, "rest", work_meanwhile)
        again.append(bring(owners[cast.citra], cast, tasks(0, 30)))
        work_meanwhile(seconds)

    monkeypatch.setattr(importing, "rest", work_and_retry)
    first = bring(owners[cast.citra], cast, tasks(0, 30))
    assert (first.task_count, again[0].task_count) == (30, 30)
    assert first.task_ids == again[0].task_ids
    assert Sentence.objects.in_pool().filter(project=cast.project).count() == 30
