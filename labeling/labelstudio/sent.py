"""What of a sentence is sent to a Label Studio server, and by which hash it is known to have been."""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, BinaryIO, cast

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from labeling.errors import Refused
from labeling.labelstudio.shapes import result_of
from labeling.models import Sentence

# The name of a sentence, by which its task is found again.
NAME = "ext_id"
FIELDS = ("text", "lang", NAME, "title", "url")
HALF = 32
# In place of a hash: the task says something else than the sentence it is named after, so it is left alone.
ANOTHER = "another text"


@dataclass(frozen=True, slots=True)
class Predicted:
    """What the model says of a sentence: a label by its key, its share, and the version of the model."""

    label: str
    share: float
    version: str

    def body(self) -> dict[str, Any]:
        """As Label Studio takes it in; the score orders its queue when it samples by uncertainty."""
        return {"model_version": self.version, "score": self.share, "result": result_of(self.label)}


class Predictions:
    """The file that a PREDICT Run wrote, read once, in the order of sentences. Without a path: there are none."""

    def __init__(self, path: str) -> None:
        self.version = ""
        self._lines = _lines(path) if path else iter(())
        self._next = next(self._lines, {})
        if "version" in self._next:
            self.version = str(self._next["version"])
            self._next = next(self._lines, {})

    def of(self, sentence: int) -> Predicted | None:
        """What is said of `sentence`; those that are asked for must come in order."""
        while self._next and int(self._next["sentence"]) < sentence:
            self._next = next(self._lines, {})
        if not self._next or int(self._next["sentence"]) != sentence:
            return None
        return Predicted(str(self._next["label"]), round(float(self._next["share"]), 6), self.version)


def _lines(path: str) -> Iterator[dict[str, Any]]:
    if not default_storage.exists(path):
        raise Refused(_("The predictions that were made for this are gone. Start again."))
    with default_storage.open(path) as stored, gzip.open(cast(BinaryIO, stored.file), "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def fields_of(sentence: Sentence) -> dict[str, str]:
    """The `data` of its task; what is not known is left out."""
    source = sentence.source
    told = {"text": sentence.text, "lang": sentence.lang, NAME: str(sentence.pk)}
    return told | {name: value for name, value in (("title", source.title), ("url", source.url)) if value}


def body_of(sentence: Sentence, predicted: Predicted | None) -> dict[str, Any]:
    """A new task, with the prediction that it comes with."""
    body: dict[str, Any] = {"data": fields_of(sentence), "meta": {NAME: str(sentence.pk)}}
    return body | ({"predictions": [predicted.body()]} if predicted else {})


def known_as(fields: Mapping[str, Any], predicted: Predicted | None) -> str:
    """The hash of what is sent: of the fields, and of the prediction behind it where there is one."""
    return _hash({name: fields[name] for name in FIELDS if fields.get(name)}) + prediction_part(predicted)


def prediction_part(predicted: Predicted | None) -> str:
    return _hash([predicted.label, predicted.share, predicted.version]) if predicted else ""


def parts(known: str) -> tuple[str, str]:
    """The hash of the fields, and that of the prediction."""
    return known[:HALF], known[HALF:]


def there(task: Mapping[str, Any]) -> str:
    """The hash of what a task holds, as the server tells it: of its predictions the latest counts."""
    told = task.get("predictions") or []
    latest = max(
        (one for one in told if isinstance(one, Mapping)), key=lambda one: int(one.get("id") or 0), default=None
    )
    return known_as(task.get("data") or {}, _predicted(latest) if latest else None)


def name_of(task: Mapping[str, Any]) -> int | None:
    """The sentence that a task is named after, if it is."""
    for place in (task.get("data"), task.get("meta")):
        named = str(place.get(NAME, "")) if isinstance(place, Mapping) else ""
        if named.isascii() and named.isdigit() and len(named) < 19:
            return int(named)
    return None


def _predicted(told: Mapping[str, Any]) -> Predicted:
    result = told.get("result")
    first = result[0] if isinstance(result, list) and result and isinstance(result[0], Mapping) else {}
    value = first.get("value")
    chosen = value.get("choices") if isinstance(value, Mapping) else None
    label = str(chosen[0]) if isinstance(chosen, list) and chosen else ""
    return Predicted(label, round(float(told.get("score") or 0), 6), str(told.get("model_version") or ""))


def _hash(told: object) -> str:
    return sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:HALF]
