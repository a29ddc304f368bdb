"""Celery tasks: claim the Run, call one verb, record the outcome."""

from celery import shared_task

from labeling import sweeping, work


@shared_task(name="labeling.tasks.sweep", ignore_result=True)
def sweep() -> None:
    """Ring: give back leases that ran out, take back dead Runs, hand out what is owed."""
    sweeping.tidy()
    for run_id, queue in sweeping.owed():
        CALL[queue].delay(run_id)


# A training that hangs is killed after half an hour; its Run is then tried again, three times in all.
@shared_task(name="labeling.tasks.learn", ignore_result=True, time_limit=1800)
def learn(run_id: int) -> None:
    work.perform(run_id)


@shared_task(name="labeling.tasks.exchange", ignore_result=True)
def exchange(run_id: int) -> None:
    work.perform(run_id)


CALL = {"learn": learn, "exchange": exchange}
