"""Receiving: an upload or a paste is kept as it came, and an import is owed."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from labeling import jobs
from labeling.errors import AlreadyHere, BadUpload
from labeling.files import Kept, keep
from labeling.models import Event, Kind, Project, Run, RunState, Unit, Upload, Verb

# File ending -> format. A test holds it against labeling.formats, which the web process never loads.
ENDINGS = {"txt": "text", "html": "html", "htm": "html", "csv": "csv", "tsv": "tsv", "jsonl": "jsonl"}
# What a column may be for; the same test holds it against the readers.
COLUMNS = ("text", "label", "annotator", "lang", "title", "url", "publisher", "published_at", "article")
CHUNK = 1 << 20


def accept(
    *,
    project: Project,
    by: User | None,
    name: str,
    content: "bytes | File[bytes]",
    format: str | None = None,
    unit: str = Unit.ARTICLE,
    lang: str = "",
    options: Mapping[str, Any] | None = None,
    limited: bool = True,
) -> Run:
    """Keep `content` under its hash and owe the import; nothing is read into memory whole.

    `options` are for the reader: `columns` (our name -> theirs), and `title`, `url`, `publisher`, `published_at` of a
    paste. `limited=False` lifts the limit on the size, for commands.
    Raises BadUpload where it is empty, too large or of no known format; AlreadyHere where the same bytes were received
    before. If their import failed, it is owed again and goes on where it stopped; with the new options, where it had
    written nothing yet.
    """
    name = _bare(name)
    values = {"format": _format(name, format), "unit": _unit(unit), "lang": lang, "options": dict(options or {})}
    kept = keep(_chunks(content, name, limited=limited), folder="uploads")
    try:
        with transaction.atomic():
            return _receive(project, by, name, kept, values)
    except IntegrityError:
        # Received before, or a moment ago by somebody else: now that row is there to be seen.
        with transaction.atomic():
            return _again(project, by, name, kept, values)


def run_of(*, project: Project, sha256: str) -> Run | None:
    """The latest import of the upload with this hash, or None."""
    upload = Upload.objects.filter(project=project, sha256=sha256).first()
    runs = Run.objects.filter(project=project, kind=Kind.IMPORT, options__upload=upload.pk if upload else None)
    return runs.order_by("-pk").first()


def _receive(project: Project, by: User | None, name: str, kept: Kept, values: dict[str, Any]) -> Run:
    upload = Upload.objects.create(
        project=project, name=name, path=kept.path, sha256=kept.sha256, size=kept.size, received_by=by, **values
    )
    after = {"upload": upload.pk, "name": name, "sha256": kept.sha256, "size": kept.size}
    Event.objects.create(project=project, who=by, verb=Verb.RECEIVED, after=after)
    return jobs.owe(project=project, kind=Kind.IMPORT, by=by, options={"upload": upload.pk})


def _again(project: Project, by: User | None, name: str, kept: Kept, values: dict[str, Any]) -> Run:
    upload = Upload.objects.get(project=project, sha256=kept.sha256)
    run = run_of(project=project, sha256=kept.sha256)
    owed = run is not None and Run.objects.filter(pk=run.pk, state=RunState.FAILED).update(
        state=RunState.OWED, attempts=0, error="", ended_at=None, called_at=None, due_at=Now()
    )
    if run is None or not owed:
        when = date_format(timezone.localtime(upload.received_at), "Y-m-d H:i")
        said = _("%(name)s is here already: it came as %(first)s on %(when)s. Nothing was added twice.")
        raise AlreadyHere(said % {"name": name, "first": upload.name, "when": when})
    if not run.cursor:
        Upload.objects.filter(pk=upload.pk).update(**values)
    after = {"upload": upload.pk, "name": name, "sha256": kept.sha256, "size": kept.size, "again": True}
    Event.objects.create(project=project, who=by, verb=Verb.RECEIVED, after=after)
    run.refresh_from_db()
    return run


def _bare(name: str) -> str:
    """The last part of a path of any system, without control characters, ending kept, at most 200 characters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    clean = "".join(c for c in last if c.isprintable()).strip(". ") or "upload"
    stem, dot, ending = clean.rpartition(".")
    return f"{stem[:180]}{dot}{ending[:19]}" if dot else clean[:200]


def _format(name: str, asked: str | None) -> str:
    known = sorted(set(ENDINGS.values()))
    if asked:
        if asked not in known:
            said = _("There is no format %(format)s. Choose one of %(known)s.")
            raise BadUpload(said % {"format": asked, "known": ", ".join(known)})
        return asked
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending not in ENDINGS:
        said = _("%(name)s does not end like a file that can be read. Save it as one of %(endings)s.")
        raise BadUpload(said % {"name": name, "endings": ", ".join(f".{one}" for one in ENDINGS)})
    return ENDINGS[ending]


def _unit(unit: str) -> str:
    if unit not in Unit.values:
        raise BadUpload(_("The unit must be article or sentence, not %(unit)s.") % {"unit": unit})
    return unit


def _chunks(content: "bytes | File[bytes]", name: str, *, limited: bool) -> Iterator[bytes]:
    limit = settings.UPLOAD_MAX_BYTES
    # Asked before anything is read: of an upload beyond the limit only the size came through (labeling.uploads).
    if limited and (len(content) if isinstance(content, bytes) else content.size) > limit:
        said = _("%(name)s is larger than %(megabytes)d MB. Split it, or use the command import_sentences.")
        raise BadUpload(said % {"name": name, "megabytes": limit // 1_000_000})
    empty = True
    for chunk in [content] if isinstance(content, bytes) else content.chunks(CHUNK):
        empty = empty and not chunk
        yield chunk
    if empty:
        raise BadUpload(_("%(name)s is empty. Choose a file with text in it.") % {"name": name})
