"""Versions of an export: each data revision that was taken away is kept once, so that it comes out the same later."""

import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from labeling.errors import Refused
from labeling.files import keep
from labeling.flow import posterior, snapshot
from labeling.flow.export_steps import KEEPING, READING, UNTOLD, Steps
from labeling.flow.moment import one_moment
from labeling.flow.spool import Spool, digest, labels, labels_of, packed, unpacked
from labeling.models import ExportVersion, Kind, Project, Run, RunState

# A file may wait so long for the row that names it. The clocks of two machines may differ.
GRACE = timedelta(days=1)


def current(
    project: Project, directory: Path, *, by: User | None, steps: Steps = UNTOLD
) -> tuple[ExportVersion, Spool]:
    """The version of the project as it is now, with its spool in `directory`; made where there is none of it yet.

    Guarantees that a revision becomes one version, whoever asks for it at once: UNIQUE decides, and whoever comes
    second works with the version of the first. Versions follow each other as their revisions do: a moment that was
    overtaken by a later one is no version, and the later one is given. Raises Refused where there is nothing to export.
    """
    steps.begin(READING)
    with one_moment():
        revision = snapshot.revision_of(Project.objects.get(pk=project.pk))
    known = ExportVersion.objects.filter(project=project, revision=revision).first()
    if known is not None:
        return known, unpacked(known, directory)
    taken = snapshot.take(project, directory, steps=steps)
    steps.begin(KEEPING)
    # The pages then say of a sentence what the export says.
    posterior.store(project, taken.likely)
    while True:
        before = ExportVersion.objects.filter(project=project).first()
        if before is not None and before.revision >= taken.head["revision"]:
            return before, unpacked(before, directory)
        made = _kept(project, taken, before, by)
        if made is not None:
            return made, taken


def numbered(project: Project, number: int, directory: Path, *, steps: Steps = UNTOLD) -> tuple[ExportVersion, Spool]:
    """Version `number`, with its spool in `directory`; raises Refused where there is none, or its file is damaged."""
    version = ExportVersion.objects.filter(project=project, number=number).first()
    if version is None:
        said = _("%(project)s has no version %(number)s. Its page of exports lists those that there are.")
        raise Refused(said % {"project": project.name, "number": number})
    steps.begin(READING)
    return version, unpacked(version, directory)


def folder_of(project: Project) -> str:
    """Where what was exported from the project lies in the default storage."""
    return f"exports/{project.pk}"


def forget(project: Project) -> None:
    """Delete files of exports that no row names: those of processes that died between a file and its row.

    Guarantees that what an export wrote within GRACE stays, since that may be about to write the row.
    """
    folder = folder_of(project)
    there = [f"{place}/{name}" for place in (folder, _versions_of(project)) for name in _files_in(place)]
    # Read after the files: whatever was named by then is on the list.
    zips = Run.objects.filter(project=project, kind=Kind.EXPORT, state=RunState.DONE)
    named = {*zips.values_list("result__path", flat=True)}
    named |= {*ExportVersion.objects.filter(project=project).values_list("path", flat=True)}
    for path in there:
        if path not in named and _is_old(path):
            default_storage.delete(path)


def _files_in(place: str) -> list[str]:
    return default_storage.listdir(place)[1] if default_storage.exists(place) else []


def _is_old(path: str) -> bool:
    try:
        return default_storage.get_modified_time(path) < timezone.now() - GRACE
    except FileNotFoundError:
        # Another export of the project was faster.
        return False


def _versions_of(project: Project) -> str:
    return f"{folder_of(project)}/versions"


def compare(before: Iterable[tuple[int, str]], after: Iterable[tuple[int, str]]) -> dict[str, int]:
    """How many ids were `added`, `removed`, and `relabelled`: in both with another label. Both in the order of ids."""
    added = relabelled = removed = 0
    former, latter = iter(before), iter(after)
    one, other = next(former, None), next(latter, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[0] < other[0]):
            removed += 1
            one = next(former, None)
        elif one is None or other[0] < one[0]:
            added += 1
            other = next(latter, None)
        else:
            relabelled += one[1] != other[1]
            one, other = next(former, None), next(latter, None)
    return {"added": added, "relabelled": relabelled, "removed": removed}


def _kept(project: Project, taken: Spool, before: ExportVersion | None, by: User | None) -> ExportVersion | None:
    """The moment as the version after `before`; None where another became that meanwhile. Completes `taken.head`."""
    now = timezone.now()
    found = {
        "number": 1 if before is None else before.number + 1,
        "revision": taken.head["revision"],
        "n_rows": taken.head["n_rows"],
        "n_judgements": taken.head["n_judgements"],
        "changes": {} if before is None else _changes(before, taken),
    }
    content = digest(taken)
    own = {**found, "made_on": now.date().isoformat()}
    whole = {**taken.head, "version": found["number"], "content": content, "history": [*_history(project), own]}
    # As it is read from the file later, so that the first time differs in nothing.
    taken.head = json.loads(json.dumps({**whole, "texts": True}))
    name = f"v{found['number']}-r{found['revision']}-{uuid4().hex[:8]}.jsonl.gz"
    path = keep(packed(taken), folder=_versions_of(project), name=name).path
    try:
        with transaction.atomic():
            made = ExportVersion.objects.create(project=project, sha256=content, path=path, made_by=by, **found)
            ExportVersion.objects.filter(pk=made.pk).update(made_at=now)
    except IntegrityError:
        default_storage.delete(path)
        return None
    return made


def _changes(before: ExportVersion, taken: Spool) -> dict[str, int]:
    """Nothing where what was kept of the version before is gone: that must not keep anybody from the next one."""
    try:
        return compare(labels_of(before), labels(taken))
    except Refused:
        return {}


def _history(project: Project) -> list[dict[str, Any]]:
    """The versions so far, oldest first, as a head has them."""
    return [
        {
            "number": one.number,
            "revision": one.revision,
            "n_rows": one.n_rows,
            "n_judgements": one.n_judgements,
            "changes": one.changes,
            "made_on": one.made_at.date().isoformat(),
        }
        for one in ExportVersion.objects.filter(project=project).order_by("number")
    ]
