"""Import files into a project."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.files.base import File
from django.core.management.base import CommandParser
from django.db import connection

from labeling.errors import AlreadyHere, BadUpload, FactcheckError
from labeling.flow import receive
from labeling.management.finding import project_called
from labeling.management.packing import sent
from labeling.management.speaking import SpeakingCommand
from labeling.management.waiting import wait_for
from labeling.models import Project, Run, RunState, Unit

BEAT_SECONDS = 2.0


class Command(SpeakingCommand):
    help = (
        "Import articles or sentences into a project. The ending of a file says how it is read (.txt .html .csv .tsv "
        ".jsonl, each also packed as .gz, and .parquet); tables and JSON lines use the names text, lang, title, url, "
        "publisher, published_at and article, and label and annotator: labels of sentences become annotations of that "
        "person. A directory or .zip that was exported as hf or jsonl comes back with all that was said in it. "
        "What the project holds already is named and not doubled; a bad line is named by its number and the others go "
        "in. Without --wait a worker does it. Example: manage.py import_sentences harbour news.jsonl --wait"
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the project's short name")
        parser.add_argument("files", nargs="+", metavar="FILE", help="the files, or exported directories")
        parser.add_argument("--format", choices=sorted(set(receive.ENDINGS.values())), help="where the ending misleads")
        parser.add_argument(
            "--unit",
            choices=Unit.values,
            default=Unit.ARTICLE.value,
            help="article: each text is split into sentences (the default); sentence: each line or row is one",
        )
        parser.add_argument("--lang", default="", choices=["", "id", "en"], help="the language; guessed if not given")
        parser.add_argument("--text-column", metavar="NAME", help="the column that holds the text, if not `text`")
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="OURS=THEIRS",
            help="what the file calls another column, such as published_at=date; repeat for more",
        )
        parser.add_argument("--annotator", default="", metavar="NAME", help="whose the labels are that name nobody")
        parser.add_argument(
            "--label",
            action="append",
            default=[],
            metavar="THEIRS=OURS",
            help="what a label of the file means here, such as opini=none; with nothing behind = it is left out",
        )
        parser.add_argument(
            "--label-names",
            default="",
            metavar="NAME,NAME",
            help="the names of labels that the file gives as numbers, in order from 0; parquet that `datasets` wrote "
            "names them itself",
        )
        parser.add_argument("--wait", action="store_true", help="import in this process and wait for the end")

    def do(self, **options: Any) -> dict[str, Any]:
        project = project_called(options["slug"])
        done: dict[str, Any] = {"run": None, "runs": [], "added": 0, "sentences": 0, "articles": 0, "duplicates": 0}
        done |= {
            "labels": 0,
            "labels_left_out": 0,
            "duplicate_lines": [],
            "twins": 0,
            "twin_sentences": [],
            "n_refused": 0,
            "refused": [],
            "failed": [],
        }
        for path in map(Path, options["files"]):
            try:
                run = self._received(project, path, options, done)
                if run is not None:
                    done["run"] = run.pk
                    done["runs"].append(run.pk)
                    self._finished(run, path, done, wait=options["wait"])
            except FactcheckError as error:
                self.tell(f"{path}: {error}")
                done["failed"].append({"file": str(path), "reason": str(error)})
        return done

    def complete(self, done: dict[str, Any]) -> bool:
        return not done["failed"] and not done["n_refused"]

    def _received(self, project: Project, path: Path, options: dict[str, Any], done: dict[str, Any]) -> Run | None:
        """The Run of this file: a new one, or one that was cut off; None where the file was imported before."""
        with sent(path) as (name, stream):
            try:
                return receive.accept(
                    project=project,
                    by=None,
                    name=name,
                    content=File(stream),
                    format=options["format"] if path.is_file() else "folder",
                    unit=options["unit"],
                    lang=options["lang"],
                    options=_reading(options),
                    limited=False,
                )
            except AlreadyHere as error:
                run = receive.run_of(project=project, sha256=_hash(stream))
                return self._begun(run, path, error, done)

    def _begun(self, run: Run | None, path: Path, error: AlreadyHere, done: dict[str, Any]) -> Run | None:
        """The Run where it was begun and not done; else the file is told of as a duplicate."""
        if run is not None and run.state != RunState.DONE:
            self.tell(f"{path}: the import that was begun goes on.")
            return run
        self.tell(f"{path}: {error}")
        done["duplicates"] += 1
        done["duplicate_lines"].append({"file": str(path), "line": 1, "reason": str(error)})
        return None

    def _finished(self, run: Run, path: Path, done: dict[str, Any], *, wait: bool) -> None:
        if not wait:
            self.tell(f"{path}: received; a worker imports it as run {run.pk}.")
            return
        with self._progress(run, path):
            result = wait_for(run).result
        for name in ("added", "sentences", "articles", "twins", "n_refused", "labels", "labels_left_out"):
            done[name] += result[name]
        done["duplicates"] += result["n_duplicates"]
        done["duplicate_lines"] += [{"file": str(path), **one} for one in result["duplicates"]]
        done["twin_sentences"] += [{"file": str(path), **one} for one in result["twin_sentences"]]
        done["refused"] += [{"file": str(path), **one} for one in result["refused"]]
        if result["labels_left_out"]:
            self.tell(
                f"{path}: {result['labels_left_out']:,} labels were left out: they are of whole articles, or of nobody "
                "(--annotator says whose)."
            )

    @contextmanager
    def _progress(self, run: Run, path: Path) -> Iterator[None]:
        """Say how far the Run is, every two seconds, from a thread of its own."""
        over = threading.Event()

        def speak() -> None:
            while not over.wait(BEAT_SECONDS):
                done, total = Run.objects.values_list("done", "total").get(pk=run.pk)
                self.tell(f"{path}: {100 * done // total if total else 0} %")
            connection.close()

        speaker = threading.Thread(target=speak, daemon=True)
        speaker.start()
        try:
            yield
        finally:
            over.set()
            speaker.join()

    def in_words(self, done: dict[str, Any]) -> str:
        lines = [
            f"{one['file']}:{one['line']}: {one['reason']}" for one in [*done["duplicate_lines"], *done["refused"]]
        ]
        lines += [f"{one['file']}: “{one['text']}” is here already: {one['where']}" for one in done["twin_sentences"]]
        counts = {"added": done["added"], "duplicates": done["duplicates"]}
        counts |= {"repeated in new articles": done["twins"], "refused": done["n_refused"]}
        counts |= {"labels": done["labels"]} if done["labels"] else {}
        return "\n".join([*lines, ", ".join(f"{name} {n:,}" for name, n in counts.items())])


def _hash(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    stream.seek(0)
    while chunk := stream.read(receive.CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _reading(options: dict[str, Any]) -> dict[str, Any]:
    """What the reader and the labels need to know; nothing that was not asked for."""
    labels = {}
    for pair in options["label"]:
        theirs, equals, ours = pair.partition("=")
        if not equals:
            raise BadUpload(f"--label takes THEIRS=OURS, not {pair}.")
        labels[theirs] = ours
    names = [name.strip() for name in options["label_names"].split(",")] if options["label_names"] else []
    asked = {"columns": _columns(options), "annotator": options["annotator"], "labels": labels, "names": names}
    return {name: value for name, value in asked.items() if value or name == "columns"}


def _columns(options: dict[str, Any]) -> dict[str, str]:
    columns = {}
    for pair in options["column"]:
        ours, equals, theirs = pair.partition("=")
        if not equals or ours not in receive.COLUMNS:
            raise BadUpload(
                f"--column takes OURS=THEIRS, where OURS is one of {', '.join(receive.COLUMNS)}; not {pair}."
            )
        columns[ours] = theirs
    return columns | ({"text": options["text_column"]} if options["text_column"] else {})
