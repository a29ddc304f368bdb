"""The project of a Label Studio server that one of ours goes with: made, or brought up to date."""

from contextlib import suppress
from typing import Any
from xml.etree import ElementTree

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from labeling.claims import Claim
from labeling.errors import Refused
from labeling.labelstudio.config import LABEL, TEXT, config_of, is_empty, labels_of
from labeling.labelstudio.exchanged import Exchanged
from labeling.labelstudio.wire import TITLE_MAX, Missing, Unanswered, Wire
from labeling.models import Project, RemoteProject

SAMPLING = "Uncertainty sampling"


def agreed(claim: Claim, wire: Wire, told: Exchanged) -> RemoteProject:
    """The row of the project that the Run pushes to, whose labels are ours by now; what is not, is named in `told`.

    Guarantees that a Run makes one project at most: one that was made and not noted is known by its description. Raises
    Refused where the project there asks something else, Missing where there is none of that number.
    """
    project, wanted = claim.project, claim.run.options.get("remote")
    if claim.run.cursor.get("remote"):
        return RemoteProject.objects.get(pk=claim.run.cursor["remote"])
    found = wire.project(int(wanted)) if wanted else _made(claim, wire)
    remote, _new = RemoteProject.objects.get_or_create(project=project, url=wire.url, remote_id=found["id"])
    if wanted:
        _brought_up_to_date(remote, found, wire, told)
    with transaction.atomic():
        RemoteProject.objects.filter(pk=remote.pk).update(title=remote.title or title_of(project))
        claim.progress(0, project.n_pool, remote=remote.pk, told=told.written())
    return remote


def known(claim: Claim, wire: Wire) -> tuple[RemoteProject, dict[str, Any]]:
    """The row of the project that the Run pulls from, and what the server says of it. Raises Missing."""
    wanted = claim.run.options.get("remote")
    if not wanted:
        raise Refused(_("Say which project there to pull from, by its number."))
    found = wire.project(int(wanted))
    remote, _new = RemoteProject.objects.get_or_create(project=claim.project, url=wire.url, remote_id=found["id"])
    claim.progress(claim.run.done, claim.run.total, remote=remote.pk)
    return remote, found


def title_of(project: Project) -> str:
    """A title that Label Studio takes: of 3 characters at least, and 50 at most."""
    name = " ".join(project.name.split())
    return (name if len(name) >= 3 else f"{name} ({project.slug})")[:TITLE_MAX]


def keys_of(project: Project) -> list[str]:
    return [label.key for label in project.labels.offered()]


def _made(claim: Claim, wire: Wire) -> dict[str, Any]:
    """A new project, or the one that an earlier attempt of this Run made, or a push that failed."""
    begun = RemoteProject.objects.filter(project=claim.project, pk=claim.run.options.get("begun")).first()
    if begun is not None:
        # It may have been deleted there since.
        with suppress(Missing):
            return wire.project(begun.remote_id)
    title, mark = title_of(claim.project), _mark(claim)
    if claim.run.attempts > 1:
        before = wire.project_marked(mark, title=title)
        if before is not None:
            return before
    try:
        return wire.make_project(
            title=title,
            description=_("Sentences of the Factcheck project %(slug)s.") % {"slug": claim.project.slug} + f" [{mark}]",
            label_config=config_of(keys_of(claim.project)),
            maximum_annotations=claim.project.overlap,
            sampling=SAMPLING,
        )
    except Unanswered:
        before = wire.project_marked(mark, title=title)
        if before is None:
            raise
        return before


def _mark(claim: Claim) -> str:
    """What no other Run, of this installation or another, writes into a description."""
    return salted_hmac("label studio", f"{claim.run.pk} {claim.run.asked_at.isoformat()}").hexdigest()[:16]


def _brought_up_to_date(remote: RemoteProject, found: dict[str, Any], wire: Wire, told: Exchanged) -> None:
    """Give the project there our labels, and our title where it still has the one that we gave it."""
    values: dict[str, Any] = {}
    ours = keys_of(remote.project)
    theirs = _labels_there(str(found.get("label_config") or ""))
    strange = [one for one in theirs if one not in remote.project.labels.values_list("key", flat=True)]
    if strange:
        said = _("Its labels there include %(labels)s, which is none of ours. They are left as they are.")
        told.conflict(reason=said % {"labels": ", ".join(strange[:10])})
    elif theirs != ours and _is_as_sent(str(found.get("label_config") or ""), theirs):
        values["label_config"] = config_of(ours)
    elif theirs != ours:
        said = _("Its config was changed there, so its labels are left as they are. Ours are %(labels)s.")
        told.conflict(reason=said % {"labels": ", ".join(ours)})
    title = title_of(remote.project)
    if remote.title and found.get("title") == remote.title != title:
        values["title"] = remote.title = title
    if values:
        _change(remote, values, wire, told)


def _change(remote: RemoteProject, values: dict[str, Any], wire: Wire, told: Exchanged) -> None:
    try:
        wire.change_project(remote.remote_id, **values)
    except Missing:
        raise
    except Refused as error:
        # Answers there have a label that is retired here: the server keeps it.
        told.conflict(reason=str(error))


def _is_as_sent(config: str, labels: list[str]) -> bool:
    """Whether it is as a push wrote it when these were our labels, or asks nothing yet."""
    if not labels:
        return True
    return ElementTree.canonicalize(config, strip_text=True) == ElementTree.canonicalize(
        config_of(labels), strip_text=True
    )


def _labels_there(config: str) -> list[str]:
    """The labels that its project asks for; none where it asks nothing yet. Raises Refused where it asks otherwise."""
    if is_empty(config):
        return []
    try:
        asked = labels_of(config)
        if (asked.control, asked.text, asked.field) != (LABEL, TEXT, TEXT):
            raise Refused(_("its Choices are not called label, or its Text is not called text with the value $text."))
    except Refused as error:
        said = _("The project there asks something else: %(why)s Push to a new project instead.")
        raise Refused(said % {"why": error}) from error
    return [one.value for one in asked.labels]
