"""The first rows of a table before it is imported: its columns, and what would become of them.

Runs in the web process: it reads a quarter of a megabyte at most, with the readers of tables and JSON lines alone
(`flow.looking` brings both).
"""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from labeling.errors import BadUpload
from labeling.flow.brought import meaning
from labeling.flow.looking import HEAD_BYTES, ROWS, start
from labeling.flow.receive import Reading, run_of
from labeling.formats import jsonl, tabular
from labeling.formats.decoding import lines
from labeling.formats.shapes import Article, Bad, Options, Record, Row
from labeling.keys import text_hash
from labeling.models import Sentence, Source, Upload

SHOWN = 20
CELL, COLUMNS_MOST, VALUES_MOST = 120, 60, 30
# The first rows of parquet come as JSON lines.
READERS = {"csv": tabular.read, "tsv": tabular.read, "jsonl": jsonl.read, "parquet": jsonl.read}
# What others call our columns, in both languages; our own name is the first.
NAMES = {
    "text": ("text", "teks", "kalimat", "sentence", "isi", "content", "body", "konten", "berita"),
    "lang": ("lang", "language", "bahasa"),
    "title": ("title", "judul", "headline"),
    "url": ("url", "link", "tautan", "alamat"),
    "publisher": ("publisher", "penerbit", "media", "outlet", "sumber", "source"),
    "published_at": ("published_at", "date", "tanggal", "published", "terbit"),
    "article": ("article", "artikel", "article_id", "id_artikel"),
    "label": ("label", "kelas", "class", "kategori", "category"),
    "annotator": ("annotator", "anotator", "pelabel", "labeller", "labeler", "coder"),
}


@dataclass(frozen=True, slots=True)
class Head:
    """The names of an upload's columns and its first rows, as they would be shown."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Look:
    """What would become of the first `n` rows. `unknown`: label values that mean nothing here, each with its number.

    `left_out` counts labels that would be: of whole articles, of nobody. `whole`: there are no more rows than these.
    """

    n: int
    new: int
    here: int
    refused: Sequence[Bad]
    unknown: Sequence[tuple[str, int]]
    left_out: int
    whole: bool

    @property
    def is_plain(self) -> bool:
        return not (self.refused or self.unknown or self.left_out)

    @property
    def n_refused(self) -> int:
        return len(self.refused) + sum(n for _value, n in self.unknown)


def head(upload: Upload) -> Head:
    """The columns and first rows of a table. Raises BadUpload where nothing can be read."""
    begin, _all = start(upload)
    if READERS[upload.format] is jsonl.read:
        return _head_of_objects(begin)
    csv.field_size_limit(HEAD_BYTES)
    table = csv.reader((line for _number, line in lines(begin)), delimiter=tabular.DELIMITERS[upload.format])
    try:
        names, *rows = islice(table, SHOWN + 1)
    except (csv.Error, ValueError) as error:
        raise BadUpload(str(error)) from error
    columns = [name.strip() for name in names][:COLUMNS_MOST]
    return Head(columns, [[_shown(cell) for cell in row[: len(columns)]] for row in rows])


def _head_of_objects(begin: BinaryIO) -> Head:
    found: list[Mapping[str, object]] = []
    for _number, line in islice(lines(begin), SHOWN):
        try:
            one = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(one, Mapping):
            found.append(one)
    columns = list(dict.fromkeys(name for one in found for name in one))[:COLUMNS_MOST]
    return Head(columns, [[_shown(one.get(name)) for name in columns] for one in found])


def guess(columns: Sequence[str]) -> dict[str, str]:
    """Our name of a column -> theirs, as far as the names tell."""
    plain = {name.strip().casefold().replace(" ", "_").replace("-", "_"): name for name in reversed(columns)}
    return {ours: plain[name] for ours, names in NAMES.items() for name in names[::-1] if name in plain}


def needs_look(upload: Upload, reading: Reading, *, asked: bool) -> bool:
    """Whether an owner has to say what the columns mean, or has `asked` to: only of tables, before they have begun.

    One with our own names for its columns, and with nothing refused and nothing to ask about, may go in as it is.
    """
    run = run_of(project=upload.project, sha256=upload.sha256)
    if upload.format not in READERS or (run is not None and run.cursor):
        return False
    columns = head(upload).columns
    text = reading.options.get("columns", {}).get("text", "text")
    ours_alone = all(ours == theirs for ours, theirs in guess(columns).items() if ours != "text")
    return asked or text not in columns or not ours_alone or not look(upload, reading).is_plain


def look(upload: Upload, reading: Reading) -> Look:
    """Read the first rows as `reading` says; writes nothing. Raises BadUpload where there is no column of the text."""
    begin, whole = start(upload)
    options = Options(format=upload.format, unit=reading.unit, columns=reading.options.get("columns", {}))
    records = list(islice(READERS[upload.format](begin, options), ROWS + 1))
    whole = whole and len(records) <= ROWS
    # What the cut went through is no whole row.
    records = records[:ROWS] if whole or len(records) > ROWS else records[:-1]
    refused = [one for one in records if isinstance(one, Bad)]
    texts = [one for one in records if not isinstance(one, Bad)]
    meant = meaning(upload.project, reading.options.get("labels", {}))
    labelled = [one for one in texts if one.label]
    unknown = Counter(one.label for one in labelled if isinstance(one, Row) and one.label.casefold() not in meant)
    sound = [one for one in texts if isinstance(one, Article) or one.label not in unknown]
    for_all = reading.options.get("annotator")
    # Of whole articles, or of nobody.
    left_out = [
        one
        for one in labelled
        if isinstance(one, Article) or (one.label not in unknown and not (one.annotator or for_all))
    ]
    here = _here(upload, sound)
    return Look(
        n=len(records),
        new=len(sound) - here,
        here=here,
        refused=refused,
        unknown=unknown.most_common(VALUES_MOST),
        left_out=len(left_out),
        whole=whole,
    )


def _here(upload: Upload, texts: Sequence[Record]) -> int:
    """How many of these would not be added: the project holds them, or an earlier row does."""
    rows = [text_hash(one.text) for one in texts if isinstance(one, Row)]
    articles = [hashlib.sha256(one.text.encode()).hexdigest() for one in texts if isinstance(one, Article)]
    pool = Sentence.objects.in_pool().filter(project=upload.project, text_hash__in=rows)
    sources = Source.objects.filter(project=upload.project, sha256__in=articles)
    known = {*pool.values_list("text_hash", flat=True), *sources.values_list("sha256", flat=True)}
    return len(texts) - len({*rows, *articles} - known)


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= CELL else f"{text[:CELL]}…"
