"""Tasks as a script sends them, made into the lines of an upload: all of them, or none."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from django.utils.translation import gettext as _

from labeling.errors import Refused
from labeling.flow.task_data import FIELD, clean
from labeling.formats.shapes import ROW_MAX, flaw
from labeling.keys import text_hash
from labeling.labelstudio.config import TEXT
from labeling.labelstudio.shapes import answer_of
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


@dataclass(frozen=True, slots=True)
class Known:
    """What answers may say: `words` of labels, the `people` of the project by their ids, and who sends them."""

    words: Mapping[str, str]
    people: Mapping[int, str]
    sender: str


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
        raise Faulty([_("Send a list of tasks, such as %(example)s.") % {"example": '[{"text": "..."}]'}])
    if len(tasks) > TASKS_MAX:
        raise Faulty([_("Send at most %(n)d tasks at once.") % {"n": TASKS_MAX}])
    written: list[str] = []
    hashes, faults, columns = [], [], dict[str, None]()
    for place, task in enumerate(tasks, start=1):
        try:
            fields, own = _lines(task, known)
        except Refused as refusal:
            said = _("Task %(place)d of %(n)d: %(why)s")
            faults.append(said % {"place": place, "n": len(tasks), "why": refusal})
            if len(faults) == TOLD:
                break
            continue
        written += own
        columns |= dict.fromkeys(fields)
        hashes.append(text_hash(clean(fields[TEXT])))
    if faults:
        raise Faulty(faults)
    return Lines("".join(f"{line}\n" for line in written).encode(), hashes, list(columns))


def _lines(task: Any, known: Known) -> tuple[Mapping[str, Any], list[str]]:
    """The fields of a task, and its lines: one, and one more for each answer beyond the first."""
    fields, parts = _fields(task)
    _require_text(fields)
    meta = parts.get("meta")
    if meta is not None and not isinstance(meta, Mapping):
        raise Refused(_("its meta is no object"))
    text = fields[TEXT]
    origin = {name: fields[name] for name in ORIGIN if isinstance(fields.get(name), str)}
    beside = {"data": {name: value for name, value in fields.items() if name != TEXT}, "meta": meta or {}}
    answers = list(_answers(parts.get("annotations"), known))
    lines = [{TEXT: text, **origin, **dict(answers[0] if answers else {}), FIELD: beside}]
    lines += [{TEXT: text, **one} for one in answers[1:]]
    return fields, [_written(line) for line in lines]


def _fields(task: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The data of a task, and what stands around it; a bare object is the data itself."""
    if not isinstance(task, Mapping):
        raise Refused(_("it is no object. Send %(example)s.") % {"example": '{"data": {"text": "..."}}'})
    if isinstance(task.get("data"), Mapping):
        return task["data"], task
    if "data" in task and not isinstance(task.get(TEXT), str):
        raise Refused(_("its data is no object. Send %(example)s.") % {"example": '{"data": {"text": "..."}}'})
    return {name: value for name, value in task.items() if name not in PARTS}, task


def _require_text(fields: Mapping[str, Any]) -> None:
    text = fields.get(TEXT)
    if text is None:
        there = ", ".join(sorted(map(str, fields)))[:200] or "-"
        raise Refused(_("it has no field text; it has %(there)s. Name the text so.") % {"there": there})
    if not isinstance(text, str):
        raise Refused(_("its text is no text"))
    if reason := flaw(text):
        raise Refused(reason)
    if len(clean(text)) > ROW_MAX:
        said = _("its text has %(n)d characters, more than the %(limit)d of a sentence; import it as an article")
        raise Refused(said % {"n": len(text), "limit": ROW_MAX})


def _answers(sent: Any, known: Known) -> Iterator[dict[str, str]]:
    """The labels that came with a task, with whose they are; without those who passed it over."""
    if not isinstance(sent or [], list):
        raise Refused(_("its annotations are no list"))
    for one in sent or []:
        if not isinstance(one, Mapping):
            raise Refused(_("an annotation is no object"))
        answer = answer_of(one.get("result"), known.words, cancelled=one.get("was_cancelled") is True)
        whose = _whose(one.get("completed_by"), known)
        if answer.label:
            yield {"label": answer.label, "annotator": whose}


def _whose(sent: Any, known: Known) -> str:
    told = sent.get("id") if isinstance(sent, Mapping) else sent
    if told is None:
        return known.sender
    if isinstance(told, bool) or not isinstance(told, int) or told not in known.people:
        said = _("completed_by %(who)s is nobody of this project. Leave it out, or name the id of a member.")
        raise Refused(said % {"who": str(told)[:60]})
    return known.people[told]


def _written(line: Mapping[str, Any]) -> str:
    """The line as it is kept. Raises Refused where a database would not take it."""
    written = json.dumps(line, ensure_ascii=False)
    if not is_sound(written):
        raise Refused(_("a field holds half a character (a lone surrogate) or a NUL; send it without"))
    return written


def tasks_of_file(name: str, content: bytes) -> list[Any]:
    """The tasks of a file: JSON, a table with a heading line, or a text a line. Raises Refused for any other."""
    ending = name.lower().rpartition(".")[2]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(_("%(name)s is not UTF-8. Save it so.") % {"name": name[:100]}) from None
    if ending == "txt":
        return [{TEXT: line} for line in text.splitlines() if line.strip()]
    if ending not in ("csv", "tsv"):
        raise Refused(_("%(name)s does not end in .json, .csv, .tsv or .txt.") % {"name": name[:100]})
    try:
        rows = list(csv.DictReader(StringIO(text, newline=""), delimiter="\t" if ending == "tsv" else ","))
    except csv.Error as error:
        raise Refused(_("%(name)s is no table: %(why)s") % {"name": name[:100], "why": error}) from error
    return [{column: value for column, value in row.items() if column} for row in rows]
