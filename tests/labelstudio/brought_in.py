"""Tasks brought in through the client, by a worker that is at it whenever a request waits."""

from typing import Any

from labeling import work
from labeling.models import Kind, Run
from tests.cast import Cast


def work_meanwhile(_seconds: float) -> None:
    """In place of a rest: a worker does the imports that are owed."""
    for run in Run.objects.unfinished().filter(kind=Kind.IMPORT):
        work.perform(run.pk)


def bring(client: Any, cast: Cast, tasks: Any, **more: Any) -> Any:
    return client.projects.import_tasks(cast.project.pk, request=tasks, return_task_ids=True, **more)
