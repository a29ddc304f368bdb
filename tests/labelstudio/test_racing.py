"""Two scripts at once, on either database."""

from typing import Any

import pytest

from labeling.models import Lease, Membership
from tests.cast import Cast
from tests.flow.pool_of import pool_of
from tests.flow.racing import at_once
from tests.labelstudio.scripting import Client

TASKS = 6


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_are_never_lent_one_task(cast: Cast, sdk: Client) -> None:
    pool_of(cast.project, TASKS)
    people = [cast.ani, cast.budi, cast.citra]
    wires: dict[int, Any] = {one.pk: sdk(one)._client_wrapper.httpx_client for one in people}
    lent: list[int] = []

    def ask(member: Membership) -> None:
        asking = {"params": {"id": "next_task", "project": cast.project.pk}, "method": "POST"}
        lent.append(wires[member.pk].request("api/dm/actions/", **asking).json()["id"])

    at_once(ask, people)
    assert len(set(lent)) == len(people) == Lease.objects.filter(held=True).count()
