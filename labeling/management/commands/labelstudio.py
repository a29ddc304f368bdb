"""Push a project to a Label Studio server, or pull its annotations back."""

import contextlib
import getpass
import os
from typing import Any

from django.core.management.base import CommandParser

from labeling.errors import Refused
from labeling.labelstudio import asking
from labeling.management.finding import project_called
from labeling.management.speaking import SpeakingCommand
from labeling.management.waiting import wait_for
from labeling.models import Kind, Run

KEY = "LABEL_STUDIO_API_KEY"


class Command(SpeakingCommand):
    help = (
        "Push a project to a Label Studio server (labels, a task a sentence of the pool, what the model says of it), "
        "or pull back what people annotated there. Only what changed is sent or brought; what was changed on both "
        "sides is named and left alone, and then the exit code is 1. The key is read from LABEL_STUDIO_API_KEY, or "
        "asked for. Example: manage.py labelstudio push harbour --url https://labels.example.org --new"
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("direction", choices=["push", "pull"], help="push to the server, or pull from it")
        parser.add_argument("slug", help="the project's short name")
        parser.add_argument("--url", required=True, help="the server's address, such as https://labels.example.org")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--project", type=int, metavar="ID", help="the number of the project there")
        which.add_argument("--new", action="store_true", help="push to a project that is made there")

    def do(self, **options: Any) -> dict[str, Any]:
        project, kind = project_called(options["slug"]), Kind(options["direction"])
        remote = None if options["new"] else options["project"] or self._last(options)
        # Typed at the command line, the address is meant: no list of the pages' is asked.
        run = asking.ask(
            project=project, by=None, kind=kind, url=options["url"], remote=remote, key=_key(), trusted=True
        )
        run = self._exchanged(wait_for(run))
        return {"run": run.pk, **run.result}

    def complete(self, done: dict[str, Any]) -> bool:
        return not done["n_conflicts"]

    def in_words(self, done: dict[str, Any]) -> str:
        lines = [f"{_where(one)}: {one['reason']}" for one in done["conflicts"]]
        counts = {name: done[name] for name in ("created", "updated", "unchanged")}
        counts["conflicts"] = done["n_conflicts"]
        said = ", ".join(f"{name} {n:,}" for name, n in counts.items())
        return "\n".join([*lines, f"Project {done['remote']} at {done['url']}: {said}"])

    def _exchanged(self, run: Run) -> Run:
        """The exchange itself, where predictions came first."""
        if run.kind != Kind.PREDICT:
            return run
        if reason := run.result.get("reason"):
            self.tell(reason)
        return wait_for(Run.objects.get(pk=run.result["run"]))

    @staticmethod
    def _last(options: dict[str, Any]) -> int:
        """The project there that was spoken to last at this address. Raises Refused where there is none."""
        last = asking.last_remote(project_called(options["slug"]), url=options["url"])
        if last is None:
            raise Refused("Name the project there with --project, or push to a new one with --new.")
        return last.remote_id


def _key() -> str:
    """The key, from the environment or typed in, where nobody reads along."""
    key = os.environ.get(KEY, "").strip()
    if not key:
        # Nobody is at a terminal: nobody types.
        with contextlib.suppress(EOFError):
            key = getpass.getpass("Key of your account on the Label Studio server: ").strip()
    if not key:
        raise Refused(f"Without a key nothing is done. Set {KEY}, or type it in.")
    return key


def _where(conflict: dict[str, Any]) -> str:
    numbers = [f"{name} {conflict[name]}" for name in ("task", "annotation") if conflict[name] is not None]
    return ", ".join(numbers) or "project"
