"""Parquet, as `datasets` writes it: one row a sentence or an article; classes as numbers, their names in the schema."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from labeling.errors import BadUpload
from labeling.formats.classes import Names, label_of
from labeling.formats.shapes import COLUMNS, Bad, Options, Record, reached, taken

# Few, since one row may be a whole article.
_BATCH = 100


def read(stream: BinaryIO, options: Options) -> Iterator[Record]:
    """Yields an Article or a Row a row, numbered from 1; raises BadUpload where it is no parquet or lacks a column.

    Memory holds a stretch of one row group, of the columns that are wanted.
    """
    with opened(stream) as table:
        wanted = _wanted(table, options)
        names = names_of(table)
        for number, values in enumerate(rows(table, columns=wanted), start=1):
            yield _record(number, values, names, options)


def opened(source: "BinaryIO | Path") -> pq.ParquetFile:
    """The table; raises BadUpload where it is none."""
    try:
        return pq.ParquetFile(source, pre_buffer=False, buffer_size=1 << 20)
    except (pa.ArrowException, OSError, ValueError) as error:
        said = _("The file is no whole parquet file: %(error)s. Save it again.")
        raise BadUpload(said % {"error": str(error)[:200]}) from error


def rows(table: pq.ParquetFile, *, columns: list[str] | None = None) -> Iterator[dict[str, Any]]:
    """The rows as dictionaries, in their order; raises BadUpload where the file is broken further on."""
    try:
        for batch in table.iter_batches(batch_size=_BATCH, columns=columns, use_threads=False):
            names = batch.schema.names
            for row in range(batch.num_rows):
                yield {name: _plain(batch.column(place)[row]) for place, name in enumerate(names)}
    except (pa.ArrowException, OSError) as error:
        said = _("The parquet file is broken further on: %(error)s. Save it again.")
        raise BadUpload(said % {"error": str(error)[:200]}) from error


def names_of(table: pq.ParquetFile) -> Mapping[str, Any]:
    """The features that `datasets` wrote into the schema, by column; empty where another program wrote the file."""
    written = (table.schema_arrow.metadata or {}).get(b"huggingface", b"{}")
    try:
        features = json.loads(written)["info"]["features"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return features if isinstance(features, Mapping) else {}


def classes(features: Any) -> Names:
    """The names of a ClassLabel feature, in order; empty where it is none."""
    names = features.get("names") if isinstance(features, Mapping) else None
    return tuple(map(str, names)) if isinstance(names, list) else ()


def _plain(value: Any) -> Any:
    try:
        return value.as_py()
    except (ValueError, OverflowError):
        # Text that is not UTF-8; a time beyond what Python knows.
        return None if not isinstance(value, pa.StringScalar | pa.LargeStringScalar) else _torn(value)


def _torn(value: Any) -> str:
    buffer = value.as_buffer()
    return buffer.to_pybytes().decode("utf-8", "surrogateescape") if buffer is not None else ""


def _wanted(table: pq.ParquetFile, options: Options) -> list[str]:
    """The columns to read; `a.b` is the field `b` of the column `a`. Raises BadUpload where one is missing."""
    there = table.schema_arrow.names
    asked = {ours: options.column(ours) for ours in COLUMNS}
    wanted = {}
    for ours, theirs in asked.items():
        top = theirs if theirs in there else theirs.partition(".")[0]
        if top in there:
            wanted[top] = True
        elif theirs and (ours == "text" or ours in options.columns):
            said = _("There is no column %(column)s. The columns are: %(there)s. Say which one holds the text.")
            raise BadUpload(said % {"column": theirs, "there": ", ".join(map(str, there))[:300]})
    if asked["label"] == "label" and "label_text" in there:
        wanted["label_text"] = True
    return list(wanted)


def _record(number: int, values: Mapping[str, Any], features: Mapping[str, Any], options: Options) -> Record:
    found = {ours: reached(values, theirs) for ours in COLUMNS if (theirs := options.column(ours))}
    if found.get("text") is None:
        return Bad(number, _("there is no text"))
    names = options.names or classes(reached(features, options.column("label")))
    label = label_of(found.get("label"), names, values.get("label_text"))
    if isinstance(label, Bad):
        return Bad(number, label.reason)
    return taken(number, found["text"], options, found | {"label": label})
