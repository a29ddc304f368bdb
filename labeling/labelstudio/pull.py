"""Pulling: what people annotated in a Label Studio project becomes answers here."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from labeling.claims import Claim
from labeling.flow.archive import require_open
from labeling.labelstudio import remote_project
from labeling.labelstudio.bringing import bring, brought_so_far
from labeling.labelstudio.exchanged import Exchanged
from labeling.labelstudio.wire import Wire, connect
from labeling.models import Event, RemoteProject, Verb

BATCH = 100
# A change may be written a while after the time that it bears: so much is read again.
MARGIN = timedelta(minutes=2)
_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


def run(*, claim: Claim) -> dict[str, Any]:
    """Do a PULL Run; returns its result: `created`, `updated`, `unchanged` and the `conflicts`, each named.

    Options: `url`, and `remote`, the project's number there. Reads what changed since the last whole pull, by the
    server's clock. Guarantees: a batch and the cursor behind it are one transaction, so it may be cut anywhere and run
    again; what `bringing.bring` guarantees. Raises Refused where the project is archived or the server refuses,
    Unanswered where it does not answer, LostClaim where another worker took over.
    """
    require_open(claim.project)
    with connect(claim) as wire:
        remote, found = remote_project.known(claim, wire)
        told, began = Exchanged.resumed(claim.run.cursor), str(claim.run.cursor.get("began", wire.clock()))
        total = int(found.get("num_tasks_with_annotations") or 0)
        told = _read(claim, wire, remote, told, began=began, total=total)
    return _end(claim, remote, told, began)


def _read(claim: Claim, wire: Wire, remote: RemoteProject, told: Exchanged, *, began: str, total: int) -> Exchanged:
    people, since, before = wire.people(), _with_margin(remote.pulled), brought_so_far()
    done, after = claim.run.done, int(claim.run.cursor.get("after", 0))
    # A task whose only annotation was deleted has none: asked for only where some were brought before.
    while tasks := wire.tasks(remote.remote_id, after=after, since=since, answered=not since, size=BATCH):
        done, after = done + len(tasks), int(tasks[-1]["id"])

        def note(found: Exchanged, done: int = done, after: int = after, earlier: Exchanged = told) -> None:
            # A copy: the transaction may be undone, and done again.
            so_far = earlier.with_more(found)
            claim.progress(done, max(total, done), after=after, began=began, told=so_far.written())
            claim.went_on()

        told = told.with_more(bring(claim.project, remote, tasks, people=people, whole=before, then=note))
    return told


def _with_margin(pulled: str) -> str:
    """The time from which to read, a while before the last whole pull; empty where there was none."""
    return (datetime.strptime(pulled, _TIME) - MARGIN).strftime(_TIME) if pulled else ""


def _end(claim: Claim, remote: RemoteProject, told: Exchanged, began: str) -> dict[str, Any]:
    result = {**told.written(), "remote": remote.remote_id, "url": remote.url}
    counted = {name: result[name] for name in ("url", "remote", "created", "updated", "unchanged", "n_conflicts")}
    with transaction.atomic():
        RemoteProject.objects.filter(pk=remote.pk).update(pulled=began)
        if told.created or told.updated:
            Event.objects.create(project=claim.project, who=claim.run.asked_by, verb=Verb.IMPORTED, after=counted)
        claim.finish(result)
    return result
