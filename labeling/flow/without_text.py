"""An export without the words of others: what is published where the texts may not be.

The labels stay with the address of the article, the place of the sentence in it and the hash of its text, so that
whoever may have the text can find it again.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from labeling.formats.shapes import Snapshot

# A title is a publisher's text too; a comment is free text that quotes what it is about.
DROPPED = frozenset({"title", "context_before", "context_after", "comment"})
# Shows its tasks by their text.
NEEDS_TEXT = frozenset({"labelstudio"})


class WithoutText:
    """A snapshot whose rows and judgements carry `text_sha256` in place of `text`, and nothing of DROPPED.

    `text_sha256` is the SHA-256 of the text in UTF-8, 64 hex digits.
    """

    def __init__(self, whole: Snapshot) -> None:
        self._whole = whole

    @property
    def head(self) -> Mapping[str, Any]:
        told = self._whole.head
        fields = {name: _fields(told[name]) for name in ("row_fields", "judgement_fields")}
        return {**told, **fields, "texts": False}

    def rows(self) -> Iterator[dict[str, Any]]:
        return map(_bare, self._whole.rows())

    def judgements(self) -> Iterator[dict[str, Any]]:
        return map(_bare, self._whole.judgements())


def _bare(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in row.items() if name not in DROPPED}
    hashed = sha256(row["text"].encode()).hexdigest()
    return {"text_sha256" if name == "text" else name: value for name, value in kept.items()} | {"text_sha256": hashed}


def _fields(names: list[str]) -> list[str]:
    return ["text_sha256" if name == "text" else name for name in names if name not in DROPPED]
