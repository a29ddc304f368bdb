"""Train a project's model and re-order its queue."""

from typing import Any

from django.core.management.base import CommandParser

from labeling import jobs
from labeling.flow.archive import require_open
from labeling.management.finding import project_called
from labeling.management.speaking import SpeakingCommand
from labeling.management.waiting import wait_for
from labeling.models import Kind, Project, Run


class Command(SpeakingCommand):
    help = (
        "Train a project's model on its settled labels and re-order its queue. Without --wait a worker does it; "
        "with --wait it is done and measured when the command ends. macro_f1 is of the audit sample where that has "
        "enough labels, else of cross-validation, which reads low on what a model chose; measured_on says which."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the project's short name")
        parser.add_argument("--wait", action="store_true", help="train in this process and wait for the end")

    def do(self, **options: Any) -> dict[str, Any]:
        project = project_called(options["slug"])
        require_open(project)
        run = jobs.owe(project=project, kind=Kind.TRAIN, by=None)
        measured = {}
        if options["wait"]:
            run = wait_for(run)
            measured = _measured(project, run)
        lacking = {"version": None, "macro_f1": None, "n_labels": None, "measured_on": None}
        return {"run": run.pk, **lacking, **run.result, **measured}


def _measured(project: Project, training: Run) -> dict[str, Any]:
    """The audit sample's figure of the version that `training` published, once it is measured; empty without one."""
    owed = Run.objects.unfinished().filter(project=project, kind=Kind.EVALUATE).first()
    found = wait_for(owed).result if owed else {}
    if found.get("version") != training.result["version"] or found["macro_f1"] is None:
        return {}
    return {"macro_f1": found["macro_f1"], "measured_on": "audit sample"}
