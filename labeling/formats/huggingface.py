"""The Hugging Face data set: parquet in the hub's layout, ClassLabel features, a card. Verified with datasets 5.2."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import DatasetInfo, Features

from labeling.formats import croissant, history
from labeling.formats.card import card, guidelines
from labeling.formats.columns import Shard, by_split, dataset_of, features_of, pour
from labeling.formats.shapes import Snapshot

# Rows of a row group: readers that stream fetch one at a time, and the hub's viewer pages through them.
ROW_GROUP = 10_000


def write(snapshot: Snapshot, directory: Path) -> None:
    """Writes `data/`, `annotations/`, the card and what lies beside it; a split without rows has no file.

    Goes through rows and judgements once each, in memory that does not grow with them.
    """
    head = snapshot.head
    default, judged = features_of(head)
    infos = {
        "annotations": _config(
            directory / "annotations", judged, ["train"], (("train", one) for one in snapshot.judgements())
        ),
        "default": _config(directory / "data", default, head["splits"], by_split(snapshot.rows())),
    }
    about = {
        "README.md": card(head, infos),
        "CHANGELOG.md": history.changelog(head),
        "GUIDELINES.md": guidelines(head),
        "croissant.json": croissant.metadata(head, infos, directory),
    }
    for name, text in about.items():
        (directory / name).write_text(text, encoding="utf-8")


def _config(
    folder: Path, features: Features, splits: Iterable[str], rows: Iterable[tuple[str, dict[str, Any]]]
) -> DatasetInfo:
    folder.mkdir()
    with ExitStack() as files:
        shards = [files.enter_context(_shard(folder, split, features)) for split in splits]
        pour(rows, shards)
    return dataset_of(features, (shard.told() for shard in shards))


@contextmanager
def _shard(folder: Path, split: str, features: Features) -> Iterator[Shard]:
    """A shard whose schema carries the features, as `datasets` itself would write it."""
    waiting: list[pa.Table] = []
    path = folder / f"{split}-00000-of-00001.parquet"
    # Cut by content: of a later version the hub takes only what is new.
    with pq.ParquetWriter(path, features.arrow_schema, use_content_defined_chunking=True, write_page_index=True) as out:

        def write_group() -> None:
            if waiting:
                out.write_table(pa.concat_tables(waiting))
                waiting.clear()

        def take(table: pa.Table) -> None:
            waiting.append(table)
            if sum(map(len, waiting)) >= ROW_GROUP:
                write_group()

        yield Shard(split, features, take)
        write_group()
