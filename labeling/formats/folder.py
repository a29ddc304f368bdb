"""A folder that we exported, `hf` or `jsonl`, in a zip: its sentences come back with every judgement."""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from labeling.errors import BadUpload
from labeling.formats import parquet
from labeling.formats.decoding import lines
from labeling.formats.rebuilding import article, loose
from labeling.formats.returned import Near, Returned
from labeling.formats.scratch import Scratch, Values
from labeling.formats.shapes import Bad, Options
from labeling.formats.told import JUDGEMENT_COLUMNS, ROW_COLUMNS, Unsound
from labeling.formats.zipped import unzipped
from labeling.printable import printable

Files = Mapping[str, Path]


def read(stream: BinaryIO, options: Options) -> Iterator[Returned | Near | Bad]:
    """Yields what is left out, then every article, then the loose rows, then the groups of near twins.

    The same folder gives the same records in the same order. Memory holds one article; what is unpacked, and put in
    order, lies in a directory that goes with the reading. Raises BadUpload where the folder is none of ours, was
    changed, has no texts, or names labels beyond `options.known`.
    """
    size = stream.seek(0, 2)
    with tempfile.TemporaryDirectory(prefix="factcheck-folder-") as place:
        directory = Path(place)
        manifest, files = unzipped(stream, directory)
        with closing(Scratch(directory / "scratch")) as scratch:
            _fill(scratch, str(manifest.get("to")), files)
            _require_known(scratch.labels, options)
            n = scratch.ready()
            for record, done in _records(scratch):
                # How far the import is, is told by the place in the upload.
                stream.seek(size * done // max(n, 1))
                yield record
        stream.seek(size)


def _records(scratch: Scratch) -> Iterator[tuple[Returned | Near | Bad, int]]:
    """Each with how many sentences are behind it."""
    done = 0
    for bad in scratch.bad():
        yield bad, 0
    for known in scratch.articles():
        done += len(known)
        try:
            yield article(known), done
        except Unsound as flaw:
            yield from ((Bad(one.line, str(flaw)), done) for one in known)
    for together in loose(scratch.loose()):
        done += len(together.sentences)
        yield together, done
    for line, texts in scratch.near():
        yield Near(line, tuple(texts)), done


def _fill(scratch: Scratch, to: str, files: Files) -> None:
    if to == "hf":
        splits = sorted(name for name in files if name.startswith("data/") and name.endswith(".parquet"))
        for name in splits:
            split = name.removeprefix("data/").partition("-")[0]
            scratch.take_rows(values | {"split": split} for values in _parquet(files[name], ROW_COLUMNS))
        for name in sorted(name for name in files if name.startswith("annotations/") and name.endswith(".parquet")):
            scratch.take_judgements(_parquet(files[name], JUDGEMENT_COLUMNS))
    elif to == "jsonl":
        scratch.take_rows(_lines(files, "sentences.jsonl", ROW_COLUMNS))
        scratch.take_judgements(_lines(files, "annotations.jsonl", JUDGEMENT_COLUMNS))
    else:
        said = _("An export of the kind %(kind)s cannot be imported; export it as Hugging Face or JSON Lines.")
        raise BadUpload(said % {"kind": to[:40]})


def _require_known(labels: set[str], options: Options) -> None:
    lacking = sorted(labels - options.known)
    if lacking:
        said = _(
            "This project has no label %(labels)s. Add it under Labels, under exactly this short name, and send the"
            " folder again."
        )
        raise BadUpload(said % {"labels": printable(", ".join(one[:60] for one in lacking[:20]))})


def _parquet(path: Path, wanted: Sequence[str]) -> Iterator[Values]:
    """The rows of a parquet file of ours, with the names of their classes."""
    with parquet.opened(path) as table:
        features = parquet.names_of(table)
        names = {name: found for name in features if (found := parquet.classes(features[name]))}
        columns = [name for name in wanted if name in table.schema_arrow.names]
        for values in parquet.rows(table, columns=columns):
            _require_texts(values)
            yield values | {name: _name(values.get(name), found) for name, found in names.items()}


def _name(value: Any, names: tuple[str, ...]) -> Any:
    return names[value] if isinstance(value, int) and 0 <= value < len(names) else None


def _lines(files: Files, name: str, wanted: Sequence[str]) -> Iterator[Values]:
    if name not in files:
        raise BadUpload(_("The file %(name)s of the export is missing. Export the folder again.") % {"name": name})
    with files[name].open("rb") as stream:
        for _number, line in lines(stream):
            try:
                values = json.loads(line)
            except (ValueError, RecursionError):
                values = None
            values = values if isinstance(values, dict) else {}
            _require_texts(values)
            yield {column: values.get(column) for column in wanted}


def _require_texts(values: Values) -> None:
    if "text" not in values and "text_sha256" in values:
        said = _("This export was made without texts, so there is nothing to lay. Import the one with texts.")
        raise BadUpload(said)
