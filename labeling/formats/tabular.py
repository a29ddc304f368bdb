"""Tables: CSV and TSV, with names in the first line."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from labeling.cells import harmless
from labeling.errors import BadUpload
from labeling.formats.decoding import lines
from labeling.formats.shapes import ARTICLE_MAX, COLUMNS, Bad, Options, Record, Snapshot, taken

DELIMITERS = {"csv": ",", "tsv": "\t"}


def read(stream: BinaryIO, options: Options) -> Iterator[Record]:
    """Yields an Article or a Row a record; raises BadUpload where the column of the text is missing."""
    # One field may be a whole article; csv's own limit is 131,072 characters.
    csv.field_size_limit(ARTICLE_MAX + 1)
    table = csv.reader((line for _number, line in lines(stream)), delimiter=DELIMITERS[options.format])
    names = _header(table, options)
    places = {ours: names.index(theirs) for ours in COLUMNS if (theirs := options.column(ours)) and theirs in names}
    while True:
        line = table.line_num + 1
        try:
            cells = next(table)
        except StopIteration:
            return
        except csv.Error as error:
            yield Bad(line, _("it cannot be read as a table: %(error)s") % {"error": error})
            continue
        if any(cell.strip() for cell in cells):
            yield _record(line, cells, places, len(names), options)


def _header(table: Iterator[list[str]], options: Options) -> list[str]:
    try:
        names = [name.strip() for name in next(table, [])]
    except csv.Error as error:
        raise BadUpload(_("The first line cannot be read as names of columns: %(error)s") % {"error": error}) from error
    wanted = [
        options.column("text"),
        *(theirs for ours, theirs in options.columns.items() if ours != "text" and theirs),
    ]
    for column in wanted:
        if column not in names:
            there = ", ".join(name.encode("utf-8", "replace").decode() for name in names)[:300]
            said = _("There is no column %(column)s. The columns are: %(there)s. Say which one holds the text.")
            raise BadUpload(said % {"column": column, "there": there})
    return names


def _record(line: int, cells: list[str], places: dict[str, int], width: int, options: Options) -> Record:
    if len(cells) > width or len(cells) <= places["text"]:
        said = _("it has %(n)d cells, the first line has %(width)d")
        return Bad(line, said % {"n": len(cells), "width": width})
    values = {ours: cells[place] for ours, place in places.items() if place < len(cells)}
    return taken(line, values["text"], options, values)


def write(snapshot: Snapshot, directory: Path) -> None:
    """Writes `sentences.formula-safe.csv` and `annotations.formula-safe.csv`.

    The name says it: what a spreadsheet would take for a formula gets an apostrophe in front.
    """
    _table(directory / "sentences.formula-safe.csv", snapshot.head["row_fields"], snapshot.rows())
    _table(directory / "annotations.formula-safe.csv", snapshot.head["judgement_fields"], snapshot.judgements())


def _table(path: Path, names: list[str], rows: Iterator[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\r\n")
        table.writerow(names)
        table.writerows([_cell(row[name]) for name in names] for row in rows)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return harmless(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
