"""The columns of the Hugging Face formats, and rows as tables of them. Verified with datasets 5.2."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa
from datasets import ClassLabel, DatasetInfo, Features, List, SplitDict, SplitInfo, Value

# Rows that are Python objects at one time, for each file that is open.
BATCH = 1_000
# Where the files of each config lie in the hub's layout.
FOLDERS = {"default": "data", "annotations": "annotations"}
SOURCES = ["adjudicated", "majority", "dawid_skene", "single"]


def row_features(names: list[str], *, texts: bool = True) -> Features:
    """The columns of the config `default`: one row a sentence; without `texts`, none that quotes an article."""
    text, whole, real = Value("string"), Value("int32"), Value("float32")
    label = ClassLabel(names=names)
    around = {"context_before": List(text), "context_after": List(text)} if texts else {}
    where = ("lang", "article_id", "url", "publisher", *(("title",) if texts else ()), "published_at")
    return Features(
        {
            "id": text,
            _said(texts): text,
            "label": label,
            "label_2": label,
            "label_source": ClassLabel(names=SOURCES),
            "soft_label": List(real),
            "n_annotations": whole,
            "agreement": real,
            "entropy": real,
            "annotators": List({"annotator": text, "label": label, "seconds": real}),
            "flags": List(text),
            **around,
            **dict.fromkeys(where, text),
            **dict.fromkeys(("paragraph", "sentence", "char_start", "char_end"), whole),
            "dup_group": text,
            "near_group": text,
            "selection": text,
            "selection_probability": Value("float64"),
            "model_version": whole,
            "guideline_version": whole,
        }
    )


def judgement_features(names: list[str], *, texts: bool = True) -> Features:
    """The columns of the config `annotations`: one row a judgement."""
    text, whole, yes = Value("string"), Value("int32"), Value("bool")
    label = ClassLabel(names=names)
    return Features(
        {
            **dict.fromkeys(("id", _said(texts), "lang", "article_id", "annotator"), text),
            "label": label,
            "label_2": label,
            **dict.fromkeys(("unsure", "boilerplate", "bad_segment"), yes),
            **({"comment": text} if texts else {}),
            "seconds": Value("float32"),
            "surplus": yes,
            "selection": text,
            "model_version": whole,
            "guideline_version": whole,
            "answered_at": text,
            "suggestion_shown": yes,
        }
    )


def features_of(head: Mapping[str, Any]) -> tuple[Features, Features]:
    """The columns of the configs `default` and `annotations` of an export with this head."""
    names, texts = [label["key"] for label in head["labels"]], head["texts"]
    return row_features(names, texts=texts), judgement_features(names, texts=texts)


def _said(texts: bool) -> str:
    """The column that tells what the sentence says: itself, or what it can be known again by."""
    return "text" if texts else "text_sha256"


class Shard:
    """One split on its way into its file: a batch of rows at a time, so that memory does not grow with them.

    `write` takes a table of BATCH rows, the last one of fewer.
    """

    def __init__(self, split: str, features: Features, write: Callable[[pa.Table], None]) -> None:
        self.split = split
        self.n = self.size = 0
        self._schema = features.arrow_schema
        self._classes = {
            name: {one: number for number, one in enumerate(feature.names)}
            for name, feature in features.items()
            if isinstance(feature, ClassLabel)
        }
        self._write = write
        self._waiting: list[dict[str, Any]] = []

    def add(self, row: Mapping[str, Any]) -> None:
        """Take a row, classes by their names. Raises KeyError for a class that is none."""
        self._waiting.append(self._encoded(row))
        if len(self._waiting) == BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            table = pa.Table.from_pylist(self._waiting, schema=self._schema)
            self._write(table)
            self.n += len(self._waiting)
            self.size += table.nbytes
            self._waiting = []

    def told(self) -> SplitInfo:
        """The split as a DatasetInfo names it."""
        return SplitInfo(name=self.split, num_bytes=self.size, num_examples=self.n)

    def _encoded(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row with classes as numbers."""
        values = {name: row[name] for name in self._schema.names}
        for name, number in self._classes.items():
            values[name] = None if values[name] is None else number[values[name]]
        if "annotators" in values:
            of_label = self._classes["label"] | {None: None}
            values["annotators"] = [one | {"label": of_label[one["label"]]} for one in values["annotators"]]
        return values


def pour(rows: Iterable[tuple[str, dict[str, Any]]], shards: Iterable[Shard]) -> None:
    """Send each row to the shard of its split, in one pass."""
    by_split = {shard.split: shard for shard in shards}
    for split, row in rows:
        by_split[split].add(row)
    for shard in by_split.values():
        shard.flush()


def by_split(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Rows of the config `default` with the names of their splits."""
    return ((row["split"], row) for row in rows)


def dataset_of(features: Features, splits: Iterable[SplitInfo]) -> DatasetInfo:
    """What `datasets` knows of one config."""
    found = list(splits)
    return DatasetInfo(
        features=features,
        splits=SplitDict({split.name: split for split in found}),
        dataset_size=sum(split.num_bytes for split in found),
    )
