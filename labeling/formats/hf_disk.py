"""The Hugging Face data set as `save_to_disk` would leave it: Arrow files that are mapped, not copied.

`datasets.load_from_disk(DIR)` gives the sentences, a split each; `load_from_disk(DIR/annotations)` the judgements.
Verified with datasets 5.2. Nothing in it names a path or a time, so that the same data give the same bytes.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
from datasets import DatasetInfo, Features
from datasets.config import DATASET_INFO_FILENAME, DATASET_STATE_JSON_FILENAME, DATASETDICT_JSON_FILENAME
from datasets.utils.py_utils import asdict

from labeling.formats import history
from labeling.formats.card import card, guidelines
from labeling.formats.columns import Shard, by_split, dataset_of, features_of, pour
from labeling.formats.shapes import Snapshot

ARROW = "data-00000-of-00001.arrow"


def write(snapshot: Snapshot, directory: Path) -> None:
    """Writes a DatasetDict of sentences, one of judgements in `annotations/`, and the card, in constant memory."""
    head = snapshot.head
    default, judged = features_of(head)
    named = f"{head['content']} {'with' if head['texts'] else 'without'} text"
    answers = (("train", one) for one in snapshot.judgements())
    infos = {
        "annotations": _saved(directory / "annotations", f"{named} annotations", judged, ["train"], answers),
        "default": _saved(directory, f"{named} default", default, head["splits"], by_split(snapshot.rows())),
    }
    (directory / "README.md").write_text(card(head, infos, on_disk=True), encoding="utf-8")
    (directory / "GUIDELINES.md").write_text(guidelines(head), encoding="utf-8")
    (directory / "CHANGELOG.md").write_text(history.changelog(head), encoding="utf-8")


def _saved(
    folder: Path, named: str, features: Features, splits: Iterable[str], rows: Iterable[tuple[str, dict[str, Any]]]
) -> DatasetInfo:
    """What `datasets` knows of a DatasetDict that was saved to `folder`."""
    folder.mkdir(exist_ok=True)
    with ExitStack() as files:
        shards = [files.enter_context(_shard(folder / split, split, features)) for split in splits]
        pour(rows, shards)
    info = dataset_of(features, [shard.told() for shard in shards])
    told = asdict(info)
    for shard in shards:
        at = folder / shard.split
        _dump(at / DATASET_STATE_JSON_FILENAME, _state(f"{named} {shard.split}", shard.split))
        # Keys in order on the first level alone: the order of columns is meant.
        _dump(at / DATASET_INFO_FILENAME, {key: told[key] for key in sorted(told)})
    _dump(folder / DATASETDICT_JSON_FILENAME, {"splits": [shard.split for shard in shards]})
    return info


@contextmanager
def _shard(folder: Path, split: str, features: Features) -> Iterator[Shard]:
    folder.mkdir()
    with pa.OSFile(str(folder / ARROW), "wb") as out, pa.ipc.new_stream(out, features.arrow_schema) as stream:
        yield Shard(split, features, stream.write_table)


def _state(named: str, split: str) -> dict[str, Any]:
    """What a Dataset remembers of itself. The fingerprint names results that `datasets` keeps in its cache: it is of
    the content, so that they are found again for the same data and for no other."""
    return {
        "_data_files": [{"filename": ARROW}],
        "_fingerprint": sha256(named.encode()).hexdigest()[:16],
        "_format_columns": None,
        "_format_kwargs": {},
        "_format_type": None,
        "_output_all_columns": False,
        "_split": split,
    }


def _dump(path: Path, found: dict[str, Any]) -> None:
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
