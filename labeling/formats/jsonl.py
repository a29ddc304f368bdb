"""JSON lines: one object a line, with the same names as the columns of a table."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from labeling.formats.classes import label_of
from labeling.formats.decoding import lines
from labeling.formats.shapes import COLUMNS, LINE_MAX, Bad, Options, Record, Snapshot, flaw, reached, taken


def read(stream: BinaryIO, options: Options) -> Iterator[Record]:
    """Yields an Article or a Row for every line that is not blank."""
    for number, line in lines(stream):
        if line.strip():
            yield _record(number, line, options)


def _record(number: int, line: str, options: Options) -> Record:
    if reason := flaw(line):
        return Bad(number, reason)
    if len(line) >= LINE_MAX:
        return Bad(number, _("it is longer than %(n)d bytes; split it") % {"n": LINE_MAX})
    try:
        found = json.loads(line)
    except RecursionError:
        return Bad(number, _("it is nested too deep"))
    except ValueError as error:
        return Bad(number, _("it is not JSON: %(error)s") % {"error": str(error)[:100]})
    if not isinstance(found, Mapping):
        return Bad(number, _("it is not a JSON object but %(kind)s") % {"kind": type(found).__name__})
    column = options.column("text")
    if column not in found and reached(found, column) is None:
        said = _("it has no %(column)s; it has %(there)s")
        return Bad(number, said % {"column": column, "there": ", ".join(sorted(map(str, found)))[:200] or "nothing"})
    values = {ours: reached(found, theirs) for ours in COLUMNS if (theirs := options.column(ours))}
    told = found.get("label_text") if options.column("label") == "label" else None
    label = label_of(values.get("label"), options.names, told)
    if isinstance(label, Bad):
        return Bad(number, label.reason)
    values |= {"label": label, "beside": found.get(options.beside) if options.beside else None}
    return taken(number, reached(found, column), options, values)


def write(snapshot: Snapshot, directory: Path) -> None:
    """Writes `sentences.jsonl`, `annotations.jsonl` and `project.json`."""
    _dump(directory / "sentences.jsonl", snapshot.rows())
    _dump(directory / "annotations.jsonl", snapshot.judgements())
    about = json.dumps(dict(snapshot.head), ensure_ascii=False, indent=1, sort_keys=True)
    (directory / "project.json").write_text(about + "\n", encoding="utf-8")


def _dump(path: Path, rows: Iterator[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
