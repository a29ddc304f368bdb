"""What a script sent beside its texts: kept by the sentences that came of them, so that it can be given back."""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from labeling.keys import text_hash
from labeling.models import Project, Sentence, TaskData

CHUNK = 500
# The field of a line of the upload that holds it, as {"data": ..., "meta": ...}; readers look past it.
FIELD = "task"


def keep(*, project: Project, lines: Iterable[bytes]) -> None:
    """Write the fields of each JSON line by the sentence of its text.

    Guarantees: what a sentence has already stays; it may be cut anywhere and run again.
    """
    told = _told(lines)
    while chunk := dict(islice(told, CHUNK)):
        pool = Sentence.objects.in_pool().filter(project=project, text_hash__in=chunk)
        rows = [
            TaskData(sentence_id=pk, data=chunk[hashed].get("data") or {}, meta=chunk[hashed].get("meta") or {})
            for hashed, pk in pool.values_list("text_hash", "pk")
        ]
        TaskData.objects.bulk_create(rows, ignore_conflicts=True)


def clean(text: str) -> str:
    """A text as it is kept."""
    return unicodedata.normalize("NFC", text).strip()


def _told(lines: Iterable[bytes]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What stands beside each text, by the hash of the text; nothing of lines that have nothing beside it."""
    for line in lines:
        found = json.loads(line) if line.strip() else {}
        if FIELD in found:
            yield text_hash(clean(found["text"])), found[FIELD]
