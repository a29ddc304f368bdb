"""What a script sent beside its texts: kept by the sentences that came of them, so that it can be given back."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from labeling import dialect
from labeling.models import Project, Sentence, TaskData

# The field of a line of the upload that holds it: {"data", "meta", "predictions", "answers"}, each where there is any.
FIELD = "task"
_EMPTY: Mapping[str, Any] = {"data": {}, "meta": {}, "predictions": []}


def keep(*, project: Project, told: Sequence[tuple[str, Mapping[str, Any]]], new: Mapping[str, int]) -> int:
    """Write what stands beside each text by its sentence, found by the hash of the text; how many predictions that is.

    `new` are the sentences that were written just now, by their hashes. Call in the transaction that writes them.
    Guarantees: what a sentence has already stays, and of two that have the same text the first counts.
    """
    if not told:
        return 0
    beside = dict(reversed(told))
    pool = Sentence.objects.in_pool().filter(project=project, text_hash__in=beside.keys() - new.keys())
    keys = {**new, **dict(pool.values_list("text_hash", "pk"))}
    fields = {keys[hashed]: one for hashed, one in beside.items() if hashed in keys}
    rows: list[list[dialect.Value]] = [[pk, *_written(one)] for pk, one in fields.items()]
    kept = dialect.insert(TaskData, ["sentence_id", *_EMPTY], rows, key="sentence_id", again=True)
    return sum(len(fields[pk].get("predictions", ())) for pk in kept)


def clean(text: str) -> str:
    """A text as it is kept."""
    return unicodedata.normalize("NFC", text).strip()


def _written(beside: Mapping[str, Any]) -> list[str]:
    return [json.dumps(beside.get(name, empty)) for name, empty in _EMPTY.items()]
