"""Celery tasks: claim the Run, call one verb, record the outcome."""

import time
from typing import Any

from celery import chord, shared_task
from django.conf import settings

from labeling import sweeping, work


@shared_task(name="labeling.tasks.sweep", ignore_result=True)
def sweep() -> None:
    """Ring: give back leases that ran out, take back dead Runs, hand out what is owed until it rings again."""
    until = time.monotonic() + sweeping.RING
    sweeping.tidy()
    for run_id, queue in sweeping.owed_until(until):
        CALL[queue].delay(run_id)


# A training that hangs is killed after half an hour; its Run is then tried again, three times in all.
@shared_task(name="labeling.tasks.learn", ignore_result=True, time_limit=1800)
def learn(run_id: int) -> None:
    work.perform(run_id, share=_side_by_side if settings.SCORING_PARTS > 1 else None)


def _side_by_side(run_id: int, token: str, parts: int) -> None:
    chord(look.s(run_id, token, part) for part in range(parts))(settle.s(run_id, token))


@shared_task(name="labeling.tasks.look", ignore_result=False, time_limit=1800)
def look(run_id: int, token: str, part: int) -> Any:
    return work.go_on(run_id, token, "labeling.flow.side_by_side.look", part=part)


@shared_task(name="labeling.tasks.settle", ignore_result=True, time_limit=1800)
def settle(found: list[Any], run_id: int, token: str) -> None:
    work.go_on(run_id, token, "labeling.flow.side_by_side.settle", found=found)


@shared_task(name="labeling.tasks.measure", ignore_result=True)
def measure(run_id: int) -> None:
    work.perform(run_id)


@shared_task(name="labeling.tasks.exchange", ignore_result=True)
def exchange(run_id: int) -> None:
    work.perform(run_id)


CALL = {"learn": learn, "measure": measure, "exchange": exchange}
