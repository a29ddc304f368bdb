"""Replay active learning on a labelled file."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from labeling.errors import BadUpload, Refused
from labeling.management import simulation
from labeling.management.speaking import SpeakingCommand
from ml import simulate
from ml.errors import MlError
from ml.labelled import TRAIN, Labelled

# A line on a screen is written over so often; in a file there is one for each finished replay.
SECONDS = 0.5


class Command(SpeakingCommand):
    help = (
        "Replay active learning on sentences that have labels already, to see before you trust it what it would have "
        "saved. FILE has JSON objects, one a line, with the fields text and label, and perhaps split: train is the "
        "pool that is asked from, test is held out to measure on; without it a random fifth is held out. No project "
        "and no database is touched. Example: manage.py simulate labelled.jsonl --out ./simulation"
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="labelled sentences as JSON lines")
        parser.add_argument("--strategies", default="default,random", help="their names, with commas between them")
        parser.add_argument("--seeds", type=int, default=5, help="replays of each strategy, each begun otherwise; 5")
        parser.add_argument("--batch", type=int, default=20, help="labels between two trainings; 20")
        parser.add_argument("--budget", type=int, default=600, help="labels in the end; 600")
        parser.add_argument("--out", metavar="DIR", help="where curves.csv, curves.svg, table.csv and table.md go")
        parser.add_argument("--force", action="store_true", help="replace an earlier simulation in DIR")

    def do(self, **options: Any) -> dict[str, Any]:
        learners, labelled, labels = self._checked(options)
        out = simulation.destination(options["out"], force=options["force"]) if options["out"] else None
        found: list[simulate.Curve] = []
        self.result: simulate.SimulationResult | None = None
        stopped = False
        try:
            with simulate.prepared(labelled) as ground:
                self.tell(f"Training on all {len(ground.texts):,} labels of the pool, to compare with.")
                self.tell(f"Macro-F1 {ground.full_data_macro_f1:.3f} on {len(ground.held_texts):,} held-out sentences.")
                self.begun, self.written = time.monotonic(), 0.0
                seeds = range(1, options["seeds"] + 1)
                for curve in simulate.curves(ground, learners, labels, seeds=seeds, tell=self._tell):
                    found.append(curve)
                    self.result = simulate.result(ground, labels, found)
                    if out:
                        # After each, so that the files hold what is finished, whatever happens to this process.
                        simulation.write(out, self.result)
        except KeyboardInterrupt:
            stopped = True
            self.tell("Stopped; what was finished is kept.")
        except MlError as error:
            raise Refused(str(error)) from error
        if self.result is None:
            raise Refused("Stopped before the first replay was finished: nothing was written.")
        return simulation.as_json(self.result, stopped=stopped)

    def complete(self, done: dict[str, Any]) -> bool:
        return not done["stopped"]

    def in_words(self, _done: dict[str, Any]) -> str:
        return simulation.table(self.result) if self.result else ""

    def _checked(self, options: dict[str, Any]) -> tuple[list[simulate.Engine], Labelled, Sequence[int]]:
        """What to replay. Raises Refused in one sentence where that makes no sense."""
        names = dict.fromkeys(name.strip() for name in options["strategies"].split(",") if name.strip())
        if not names or options["seeds"] < 1:
            raise Refused("Name at least one strategy and one seed.")
        path = Path(options["file"]).expanduser()
        try:
            learners = [simulate.Engine(name) for name in names]
            labelled = simulate.load(path)
            n_pool = len(labelled.part(TRAIN)[0])
            labels = simulate.points(n_pool, batch=options["batch"], budget=options["budget"])
        except MlError as error:
            raise Refused(str(error)) from error
        except OSError as error:
            raise BadUpload(f"{path} cannot be read: {error.strerror}.") from error
        if labelled.repeated:
            self.tell(f"{labelled.repeated} lines repeat a text; they are left out.")
        if labels[-1] < options["budget"]:
            self.tell(f"The pool has {n_pool} sentences; the replay ends there.")
        return learners, labelled, labels

    def _tell(self, now: simulate.Progress) -> None:
        """How far it is: on a screen a line that is written over, else a line for each finished replay."""
        ended = now.labels == now.last
        screen = self.stderr.isatty()
        clock = time.monotonic()
        if not ended and (not screen or clock - self.written < SECONDS):
            return
        self.written = clock
        left = (clock - self.begun) * (now.total - now.done) / now.done
        words = f"{now.learner}, seed {now.seed}: macro-F1 {now.macro_f1:.3f} with {now.labels} labels; {_left(left)}"
        if screen:
            self.stderr.write(words.ljust(79), ending="\n" if ended else "\r")
        else:
            self.tell(words)


def _left(seconds: float) -> str:
    if seconds < 1:
        return "done"
    return f"about {seconds / 60:.0f} min left" if seconds > 90 else f"about {seconds:.0f} s left"
