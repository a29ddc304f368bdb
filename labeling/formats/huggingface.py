"""The Hugging Face data set: parquet in the hub's layout, ClassLabel features, a card. Verified with datasets 5.2."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import ClassLabel, DatasetInfo, Features, List, SplitDict, SplitInfo, Value

from labeling.formats.card import card
from labeling.formats.shapes import Snapshot

_BATCH = 1_000


def write(snapshot: Snapshot, directory: Path) -> None:
    """Writes `data/`, `annotations/`, `README.md` and `GUIDELINES.md`; a split without rows has no file."""
    names = [label["key"] for label in snapshot.head["labels"]]
    default, judged = row_features(names), judgement_features(names)
    splits = [
        _parquet(directory / "data", split, default, (row for row in snapshot.rows() if row["split"] == split))
        for split in snapshot.head["splits"]
    ]
    judgements = [_parquet(directory / "annotations", "train", judged, snapshot.judgements())]
    infos = {"annotations": _info(judged, judgements), "default": _info(default, splits)}
    (directory / "README.md").write_text(card(snapshot.head, infos), encoding="utf-8")
    guideline = snapshot.head["guideline"]
    (directory / "GUIDELINES.md").write_text(
        f"<!-- guideline version {guideline['version']} -->\n\n{guideline['en'].strip()}\n\n---\n\n"
        f"{guideline['id'].strip()}\n",
        encoding="utf-8",
    )


def row_features(names: list[str]) -> Features:
    """The columns of the config `default`: one row a sentence."""
    text, whole, real = Value("string"), Value("int32"), Value("float32")
    label = ClassLabel(names=names)
    return Features(
        {
            "id": text,
            "text": text,
            "label": label,
            "label_2": label,
            "label_source": ClassLabel(names=["adjudicated", "majority", "dawid_skene", "single"]),
            "soft_label": List(real),
            "n_annotations": whole,
            "agreement": real,
            "entropy": real,
            "annotators": List({"annotator": text, "label": label, "seconds": real}),
            "flags": List(text),
            "context_before": List(text),
            "context_after": List(text),
            **dict.fromkeys(("lang", "article_id", "url", "publisher", "title", "published_at"), text),
            **dict.fromkeys(("paragraph", "sentence", "char_start", "char_end"), whole),
            "dup_group": text,
            "near_group": text,
            "selection": text,
            "selection_probability": Value("float64"),
            "model_version": whole,
            "guideline_version": whole,
        }
    )


def judgement_features(names: list[str]) -> Features:
    """The columns of the config `annotations`: one row a judgement."""
    text, whole, yes = Value("string"), Value("int32"), Value("bool")
    label = ClassLabel(names=names)
    return Features(
        {
            **dict.fromkeys(("id", "text", "lang", "article_id", "annotator"), text),
            "label": label,
            "label_2": label,
            **dict.fromkeys(("unsure", "boilerplate", "bad_segment"), yes),
            "comment": text,
            "seconds": Value("float32"),
            "surplus": yes,
            "selection": text,
            "model_version": whole,
            "guideline_version": whole,
            "answered_at": text,
            "suggestion_shown": yes,
        }
    )


def _parquet(folder: Path, split: str, features: Features, rows: Iterator[dict[str, Any]]) -> SplitInfo:
    """One shard, written in batches; the schema carries the features, as `datasets` itself would write it."""
    folder.mkdir(exist_ok=True)
    count = size = 0
    with pq.ParquetWriter(folder / f"{split}-00000-of-00001.parquet", features.arrow_schema) as out:
        while batch := list(islice(rows, _BATCH)):
            encoded = [_encoded(row, features) for row in batch]
            table = pa.Table.from_pylist(encoded, schema=features.arrow_schema)
            out.write_table(table)
            count += len(batch)
            size += table.nbytes
    return SplitInfo(name=split, num_bytes=size, num_examples=count)


def _encoded(row: dict[str, Any], features: Features) -> dict[str, Any]:
    """The row with classes as numbers."""
    # Those inside a list are turned here: `encode_example` looks at the first element alone, and leaves the others as
    # names where the first has no label.
    values = {name: row[name] for name in features}
    if "annotators" in values:
        number = features["label"].str2int
        values["annotators"] = [
            one | {"label": None if one["label"] is None else number(one["label"])} for one in values["annotators"]
        ]
    encoded: dict[str, Any] = features.encode_example(values)
    return encoded


def _info(features: Features, splits: list[SplitInfo]) -> DatasetInfo:
    return DatasetInfo(
        features=features,
        splits=SplitDict({split.name: split for split in splits}),
        dataset_size=sum(split.num_bytes for split in splits),
    )
