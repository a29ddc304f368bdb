"""Asking for an exchange with a Label Studio server: a Run, and the key that goes with it for as long as it lasts."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from labeling import jobs
from labeling.errors import Refused
from labeling.flow.archive import require_open
from labeling.labelstudio import allowed
from labeling.models import OPEN, Kind, Project, RemoteProject, Run, RunState
from labeling.sealing import seal

EXCHANGES = (Kind.PUSH, Kind.PULL)


def ask(
    *, project: Project, by: User | None, kind: Kind, url: str, remote: int | None, key: str, trusted: bool = False
) -> Run:
    """Owe a push to a project there, a new one where `remote` is None, or a pull from it; returns the first Run of it.

    Where there is a model, a push begins with a PREDICT Run, which owes the PUSH. `trusted`: the address was typed by
    whoever runs the server, and need not be on the list. Guarantees that a project has one exchange at a time; the same
    one asked for again goes on, with the new key; a new project that a failed push began is filled. Raises Refused
    where another is under way, where the address may not be spoken to, for what is no key, and for a pull into an
    archived project.
    """
    if kind == Kind.PULL:
        require_open(project)
    wanted = {"url": allowed.spelled(url) if trusted else allowed.require(url), "remote": remote, "trusted": trusted}
    if kind == Kind.PULL and remote is None:
        raise Refused(_("Say which project there to pull from, by its number."))
    sealed = seal(require_key(key))
    with transaction.atomic():
        # Two who ask at the same moment take turns.
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        under_way = _under_way(project)
        if under_way is None:
            return _owe(project, by, kind, wanted, sealed)
        if _asked(under_way) != (kind, wanted) or not _again(under_way, sealed):
            said = _("%(what)s %(n)d is under way. Wait until it has ended, then ask again.")
            raise Refused(said % {"what": under_way.get_kind_display(), "n": under_way.pk})
    return under_way


def require_key(key: str) -> str:
    """The key, without what stands around it. Raises Refused where no server gave out such a one."""
    found = key.strip()
    if not found or not found.isascii() or not found.isprintable() or " " in found:
        raise Refused(_("This is no key. Copy it whole, without spaces."))
    return found


def exchanges(project: Project) -> list[Run]:
    """The latest ones, newest first; one that waits for its predictions, or got none, among them."""
    return list(_of(project).order_by("-pk")[:10])


def last_remote(project: Project, *, url: str = "") -> RemoteProject | None:
    """The project there that was pushed to or pulled from last, at `url` where that is given.

    Not one that only its webhooks told of: nobody chose it.
    """
    spoken = Run.objects.filter(project=project, kind__in=EXCHANGES, cursor__remote__isnull=False)
    if url:
        spoken = spoken.filter(options__url=allowed.spelled(url))
    last = spoken.order_by("-pk").values_list("cursor__remote", flat=True).first()
    return RemoteProject.objects.filter(project=project, pk=last).first() if last else None


def _owe(project: Project, by: User | None, kind: Kind, wanted: dict[str, Any], sealed: str) -> Run:
    if wanted["remote"] is None and (begun := _begun(project, wanted["url"])):
        wanted = {**wanted, "begun": begun}
    if kind == Kind.PUSH and project.version_id is not None:
        options = {"pool": True, "then": wanted}
        return jobs.owe(project=project, kind=Kind.PREDICT, by=by, options=options, sealed=sealed)
    return jobs.owe(project=project, kind=kind, by=by, options=wanted, sealed=sealed)


def _begun(project: Project, url: str) -> int | None:
    """The key of the new project that the last push made and did not fill, since it failed."""
    last = Run.objects.filter(project=project, kind=Kind.PUSH).order_by("-pk").first()
    if last is None or last.state != RunState.FAILED or (last.options["url"], last.options["remote"]) != (url, None):
        return None
    begun: int | None = last.cursor.get("remote") or last.options.get("begun")
    return begun


def _of(project: Project) -> QuerySet[Run]:
    runs = Run.objects.filter(project=project)
    # One that is done has owed the push, which stands for both.
    predicting = runs.filter(kind=Kind.PREDICT, options__then__url__isnull=False).exclude(state=RunState.DONE)
    return runs.filter(kind__in=EXCHANGES) | predicting


def _under_way(project: Project) -> Run | None:
    return _of(project).filter(state__in=OPEN).order_by("-pk").first()


def _asked(run: Run) -> tuple[Kind, dict[str, Any]]:
    """What was asked for with it: the exchange, and its address and project."""
    options = run.options.get("then", run.options)
    kind = Kind.PUSH if run.kind == Kind.PREDICT else Kind(run.kind)
    return kind, {name: options.get(name) for name in ("url", "remote", "trusted")}


def _again(run: Run, sealed: str) -> bool:
    """Give it the new key; False where it has ended meanwhile."""
    return bool(Run.objects.filter(pk=run.pk, state__in=OPEN).update(sealed=sealed))
