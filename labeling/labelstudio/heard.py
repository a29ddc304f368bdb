"""What Label Studio's webhooks tell: answers that were given, changed or deleted there, and that somebody wants a
training. Nothing of it is believed: a body may come from anybody who has the address."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.utils.translation import gettext as _

from labeling import jobs
from labeling.errors import Refused
from labeling.flow.archive import require_open
from labeling.keys import text_hash
from labeling.labelstudio.bringing import bring, gone
from labeling.labelstudio.config import TEXT, labels_of
from labeling.labelstudio.exchanged import Exchanged
from labeling.labelstudio.numbers import number_of
from labeling.labelstudio.sent import name_of
from labeling.models import BackendKey, Kind, RemoteProject, RemoteTask, Sentence
from labeling.printable import printable
from labeling.sweeping import new_label_acts

TRAIN = "START_TRAINING"
# One annotation at a time, or many that were made of predictions.
_GIVEN = ("ANNOTATION_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_CREATED")
# The name that is sent, and the one that its documentation has.
_DELETED = {"ANNOTATIONS_DELETED": "annotations", "ANNOTATION_DELETED": "annotation"}
# So many tasks are written in one transaction, and so many rows are taken from one event.
_AT_A_TIME = 100
MOST_ROWS = 10_000

Told = Mapping[str, Any]


def hear(key: BackendKey, body: Told) -> dict[str, Any] | None:
    """Do what the event asks for; returns what to tell of it, None for an event that asks for nothing here.

    An event that comes again changes nothing. Raises Refused where the body is not what Label Studio sends, or the
    project is archived.
    """
    action = str(body.get("action"))
    if action == TRAIN:
        return _train(key)
    if action in _GIVEN:
        return _given(key, body)
    if action in _DELETED:
        ids = [_number(one.get("id")) for one in _several(body, _DELETED[action])]
        return gone(key.project, _remote(key, body, []), ids).written()
    return None


def _given(key: BackendKey, body: Told) -> dict[str, Any]:
    """Bring the answers, some tasks at a time: whoever labels here does not wait until all are written."""
    rows, told = _rows(body), Exchanged()
    remote = _remote(key, body, rows[:_AT_A_TIME])
    for start in range(0, len(rows), _AT_A_TIME):
        some = rows[start : start + _AT_A_TIME]
        _recognise(key, remote, some)
        told = told.with_more(bring(key.project, remote, some))
    return told.written()


def _number(sent: object) -> int:
    """A number that a row can have. Raises Refused."""
    if number := number_of(sent):
        return number
    raise Refused(_("A whole number above 0 is wanted where the event names a row."))


def _train(key: BackendKey) -> dict[str, Any]:
    """Owe a training where there is something new to learn: Label Studio may ask after every answer."""
    project = key.project
    require_open(project)
    if project.version is not None and new_label_acts(project) == 0:
        return {"run": None}
    return {"run": jobs.owe(project=project, kind=Kind.TRAIN, by=key.made_by).pk}


def _rows(body: Told) -> list[dict[str, Any]]:
    """The tasks that were answered, each with its answers, as `bringing.bring` reads them: the text lies in `text`."""
    field = _field(body)
    rows = {_number(task.get("id")): _row(task, field) for task in _several(body, "task")}
    for annotation in _several(body, "annotation"):
        of = _number(annotation.get("task"))
        if of not in rows:
            raise Refused(_("An annotation came without its task."))
        rows[of]["annotations"].append(annotation)
    return list(rows.values())


def _row(task: Told, field: str) -> dict[str, Any]:
    data = task.get("data")
    fields = {**data, TEXT: data.get(field)} if field != TEXT and isinstance(data, Mapping) else data
    return {**task, "data": fields, "annotations": []}


def _field(body: Told) -> str:
    """The field of a task's data that holds its text, by the config of the project that speaks."""
    told = body.get("project")
    xml = told.get("label_config") if isinstance(told, Mapping) else None
    with suppress(Refused):
        return labels_of(xml).field if isinstance(xml, str) else TEXT
    return TEXT


def _several(body: Told, name: str) -> list[Told]:
    sent = body.get(name)
    told = sent if isinstance(sent, list) else [sent]
    if len(told) > MOST_ROWS:
        said = _("The event names more than %(n)d rows. What they say comes with the next pull.")
        raise Refused(said % {"n": MOST_ROWS})
    found = [one for one in told if isinstance(one, Mapping)]
    if len(found) < len(told):
        raise Refused(_("The event has no %(name)s that can be read.") % {"name": name})
    return found


def _remote(key: BackendKey, body: Told, rows: Sequence[Told]) -> RemoteProject:
    """Which of that server's projects speaks.

    The one with the address that Label Studio gave at its set-up. It may call itself otherwise than we called it at a
    push (localhost, 127.0.0.1), so else the one of that number whose task has this very text.
    """
    told = body.get("project")
    number = _number(told.get("id") if isinstance(told, Mapping) else None)
    url = str(key.said.get("hostname", "")).rstrip("/")
    known = RemoteProject.objects.filter(project=key.project, remote_id=number)
    named = known.filter(url=url).first() or next((one for one in known if _has(one, rows)), None)
    if named is not None:
        return named
    if not url:
        raise Refused(_("Label Studio has not set this address up yet: connect the model in its project's settings."))
    title = told.get("title") if isinstance(told, Mapping) else ""
    made = {"title": printable(title)[:200] if isinstance(title, str) else ""}
    return RemoteProject.objects.get_or_create(project=key.project, url=url, remote_id=number, defaults=made)[0]


def _has(remote: RemoteProject, rows: Sequence[Told]) -> bool:
    texts = {row["id"]: _text(row) for row in rows}
    ours = RemoteTask.objects.filter(remote=remote, task_id__in=texts).values_list("task_id", "sentence__text")
    return any(texts[task] == text for task, text in ours)


def _recognise(key: BackendKey, remote: RemoteProject, rows: Sequence[Told]) -> None:
    """Note which tasks, made there and named after no sentence, have the very text of one of the pool."""
    texts = {row["id"]: _text(row) for row in rows if name_of(row) is None}
    noted = set(RemoteTask.objects.filter(remote=remote, task_id__in=texts).values_list("task_id", flat=True))
    marks = {text_hash(text): task for task, text in texts.items() if text and task not in noted}
    pool = Sentence.objects.in_pool().filter(project=key.project, text_hash__in=marks)
    same = [one for one in pool if one.text == texts[marks[one.text_hash]]]
    new = [RemoteTask(remote=remote, sentence=one, task_id=marks[one.text_hash]) for one in same]
    # Of two tasks with one text, the first is its own.
    RemoteTask.objects.bulk_create(new, ignore_conflicts=True)


def _text(row: Told) -> str:
    told = row.get("data")
    text = told.get(TEXT) if isinstance(told, Mapping) else None
    return printable(text) if isinstance(text, str) else ""
