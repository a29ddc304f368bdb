"""Tasks as a script sends them, made into the lines of an upload: all of them, or none."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from django.utils.translation import gettext as _

from labeling.errors import Refused
from labeling.flow.task_data import FIELD, clean
from labeling.formats.shapes import ROW_MAX, flaw
from labeling.keys import text_hash
from labeling.labelstudio.config import TEXT
from labeling.labelstudio.sent_answers import Known, answers, predictions
from labeling.labelstudio.sound import is_sound

TASKS_MAX = 250_000
TOLD = 10
# Fields of a task that say where its text comes from, as the columns of a table do.
ORIGIN = ("lang", "title", "url", "publisher", "published_at", "article")
# What makes an object a task, and not the fields of one.
PARTS = ("annotations", "predictions", "meta")


class Faulty(Refused):
    """Some of the tasks make no sense: `faults` names them, each with its place and the cure."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = list(faults)
        super().__init__(self.faults[0])


@dataclass(slots=True)
class Lines:
    """An upload of JSON lines, and the hash of each task's text in the order of the tasks."""

    content: bytes
    hashes: list[str]
    columns: list[str] = field(default_factory=list)


def lines_of(sent: Any, known: Known) -> Lines:
    """The tasks of a body. Raises Faulty where one cannot be taken, and then none is."""
    tasks = [sent] if isinstance(sent, Mapping) else sent
    if not isinstance(tasks, list) or not tasks:
        example = f'[{{"{known.controls.field}": "..."}}]'
        raise Faulty([_("Send a list of tasks, such as %(example)s.") % {"example": example}])
    if len(tasks) > TASKS_MAX:
        raise Faulty([_("Send at most %(n)d tasks at once.") % {"n": TASKS_MAX}])
    written, hashes, faults, columns = list[str](), list[str](), list[str](), dict[str, None]()
    for place, task in enumerate(tasks, start=1):
        try:
            fields, text, line = _line(task, known)
        except Refused as refusal:
            said = _("Task %(place)d of %(n)d: %(why)s")
            faults.append(said % {"place": place, "n": len(tasks), "why": refusal})
            if len(faults) == TOLD:
                break
            continue
        written.append(f"{line}\n")
        columns |= dict.fromkeys(fields)
        hashes.append(text_hash(text))
    if faults:
        raise Faulty(faults)
    return Lines("".join(written).encode(), hashes, list(columns))


def _line(task: Any, known: Known) -> tuple[Mapping[str, Any], str, str]:
    """The fields of a task, its text, and its line."""
    name = known.controls.field
    fields, parts = _fields(task, name)
    text = _text(fields, name)
    meta = parts.get("meta")
    if meta is not None and not isinstance(meta, Mapping):
        raise Refused(_("its meta is no object"))
    origin = {one: fields[one] for one in ORIGIN if one != name and isinstance(fields.get(one), str)}
    beside: dict[str, Any] = {
        "data": {one: value for one, value in fields.items() if one != name},
        "meta": meta,
        "answers": answers(parts.get("annotations"), known),
        "predictions": predictions(parts.get("predictions"), known),
    }
    return fields, text, _written({TEXT: text, **origin, FIELD: {one: told for one, told in beside.items() if told}})


def _fields(task: Any, name: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The data of a task, and what stands around it; a bare object is the data itself."""
    if not isinstance(task, Mapping):
        raise Refused(_("it is no object. Send %(example)s.") % {"example": f'{{"data": {{"{name}": "..."}}}}'})
    if isinstance(task.get("data"), Mapping):
        return task["data"], task
    if "data" in task and not isinstance(task.get(name), str):
        raise Refused(_("its data is no object. Send %(example)s.") % {"example": f'{{"data": {{"{name}": "..."}}}}'})
    return {one: value for one, value in task.items() if one not in PARTS}, task


def _text(fields: Mapping[str, Any], name: str) -> str:
    """The text of a task, as it is kept; `name` is the field where it lies."""
    text = fields.get(name)
    if text is None:
        there = ", ".join(sorted(map(str, fields)))[:200] or "-"
        said = _("it has no field %(field)s; it has %(there)s. Name the text so.")
        raise Refused(said % {"field": name, "there": there})
    if not isinstance(text, str):
        raise Refused(_("its text is no text"))
    if reason := flaw(text):
        raise Refused(reason)
    kept = clean(text)
    if len(kept) > ROW_MAX:
        said = _("its text has %(n)d characters, more than the %(limit)d of a sentence; import it as an article")
        raise Refused(said % {"n": len(text), "limit": ROW_MAX})
    return kept


def _written(line: Mapping[str, Any]) -> str:
    """The line as it is kept. Raises Refused where a database would not take it."""
    try:
        written = json.dumps(line, ensure_ascii=False, allow_nan=False)
    except ValueError:
        raise Refused(_("a field holds a number that is too large")) from None
    if not is_sound(written):
        raise Refused(_("a field holds half a character (a lone surrogate) or a NUL; send it without"))
    return written


def tasks_of_file(name: str, content: bytes, field: str) -> list[Any]:
    """The tasks of a file: a table with a heading line, or a text a line, for the field `field` of each task.

    Raises Refused for any other.
    """
    ending = name.lower().rpartition(".")[2]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(_("%(name)s is not UTF-8. Save it so.") % {"name": name[:100]}) from None
    if ending == "txt":
        return [{field: line} for line in text.splitlines() if line.strip()]
    if ending not in ("csv", "tsv"):
        raise Refused(_("%(name)s does not end in .json, .csv, .tsv or .txt.") % {"name": name[:100]})
    try:
        rows = list(csv.DictReader(StringIO(text, newline=""), delimiter="\t" if ending == "tsv" else ","))
    except csv.Error as error:
        raise Refused(_("%(name)s is no table: %(why)s") % {"name": name[:100], "why": error}) from error
    return [{column: value for column, value in row.items() if column} for row in rows]
