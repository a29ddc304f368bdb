"""What comes in and what goes out: one file a format.

A format module is loaded when it is used, so that `datasets`, `label_studio_sdk` and `trafilatura` cost nothing
elsewhere. To add a format: add a file with `read` and/or `write` as in `shapes`, and its line here.
"""

from importlib import import_module
from typing import cast

from labeling.errors import Refused
from labeling.formats.shapes import Reads, Writes

READERS = {
    "text": "text",
    "html": "html",
    "csv": "tabular",
    "tsv": "tabular",
    "jsonl": "jsonl",
    "parquet": "parquet",
    "folder": "folder",
}
WRITERS = {"hf": "huggingface", "hf-disk": "hf_disk", "jsonl": "jsonl", "csv": "tabular", "labelstudio": "labelstudio"}


def reader(name: str) -> Reads:
    """The module that reads the format; raises Refused for an unknown one."""
    return cast(Reads, _load(READERS, name))


def writer(name: str) -> Writes:
    """The module that writes the format; raises Refused for an unknown one."""
    return cast(Writes, _load(WRITERS, name))


def _load(known: dict[str, str], name: str) -> object:
    if name not in known:
        raise Refused(f"There is no format {name}. Choose one of {', '.join(sorted(known))}.")
    return import_module(f"labeling.formats.{known[name]}")
