"""Receiving: an upload or a paste is kept as it came, and an import is owed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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
from labeling.errors import AlreadyHere, BadUpload, Refused
from labeling.files import Kept, keep
from labeling.flow.archive import require_open
from labeling.models import OPEN, Event, Kind, Project, Run, RunState, Unit, Upload, Verb

# File ending -> format. A test holds it against labeling.formats, which this room does not load.
ENDINGS = {
    "txt": "text",
    "html": "html",
    "htm": "html",
    "csv": "csv",
    "tsv": "tsv",
    "jsonl": "jsonl",
    "parquet": "parquet",
    # A folder that we exported.
    "zip": "folder",
}
# Behind any of these endings, but for those that are packed in themselves.
PACKED = ".gz"
PACKED_THEMSELVES = ("parquet", "folder")
# What a column may be for; the same test holds it against the readers.
COLUMNS = ("text", "label", "annotator", "lang", "title", "url", "publisher", "published_at", "article")
CHUNK = 1 << 20
# An import that ended so goes on when its upload is sent again.
ENDED_EARLY = (RunState.FAILED, RunState.STOPPED)


@dataclass(frozen=True, slots=True)
class Reading:
    """How an upload is to be read: see `accept`."""

    unit: str = Unit.ARTICLE
    lang: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


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

    `options` are for the reader: `columns` (our name -> theirs), `annotator` (whose the labels are that name nobody),
    `labels` (their value -> our key, or empty to leave it out), `names` (of labels that come as numbers), and `title`,
    `url`, `publisher`, `published_at` of a paste. `limited=False` lifts the limit on the size, for commands.
    Raises BadUpload where it is empty, too large or of no known format; AlreadyHere where the same bytes were received
    before. If their import failed or was stopped, it is owed again and goes on where it ended; with the new options,
    where it had written nothing yet.
    """
    reading = Reading(unit, lang, options or {})
    upload = put_by(project=project, by=by, name=name, content=content, reading=reading, format=format, limited=limited)
    return begin(upload=upload, by=by, reading=reading, sent_as=_bare(name))


def put_by(
    *,
    project: Project,
    by: User | None,
    name: str,
    content: "bytes | File[bytes]",
    reading: Reading,
    format: str | None = None,
    limited: bool = True,
) -> Upload:
    """Keep `content` as `accept` does, and owe nothing yet: an owner looks at its columns first.

    The same bytes give the same Upload until their import has begun. Raises what `accept` raises.
    """
    require_open(project)
    bare = _bare(name)
    known = _format(bare, format)
    if known in PACKED_THEMSELVES and _is_packed(bare):
        raise BadUpload(_("%(name)s is packed twice. Unpack it once and send that.") % {"name": bare})
    values = {"format": known, **_values(reading, packed=_is_packed(bare))}
    kept = keep(_chunks(content, bare, limited=limited), folder="uploads")
    try:
        with transaction.atomic():
            return _receive(project, by, bare, kept, values)
    except IntegrityError:
        # Received before, or a moment ago by somebody else: now that row is there to be seen.
        upload = Upload.objects.get(project=project, sha256=kept.sha256)
        run = run_of(project=project, sha256=kept.sha256)
        if run is not None and run.state not in ENDED_EARLY:
            raise _already_here(upload, bare) from None
        if run is None or not run.cursor:
            Upload.objects.filter(pk=upload.pk).update(**values)
            upload.refresh_from_db()
        return upload


def begin(*, upload: Upload, by: User | None, reading: Reading, sent_as: str = "") -> Run:
    """Owe the import of an upload that was kept.

    Raises AlreadyHere where it is owed, at work or done, and BadUpload where it was discarded meanwhile.
    One that failed or was stopped goes on where it ended; `reading` counts where nothing had been written yet.
    """
    require_open(upload.project)
    with transaction.atomic():
        if not Upload.objects.select_for_update(no_key=True).filter(pk=upload.pk).exists():
            raise BadUpload(_("%(name)s was discarded. Send it again.") % {"name": upload.name})
        run = run_of(project=upload.project, sha256=upload.sha256)
        if run is None or not run.cursor:
            packed = upload.options.get("packed", False)
            Upload.objects.filter(pk=upload.pk).update(**_values(reading, packed=packed))
        if run is None:
            return jobs.owe(project=upload.project, kind=Kind.IMPORT, by=by, options={"upload": upload.pk})
        again = Run.objects.filter(pk=run.pk, state__in=ENDED_EARLY)
        if not again.update(
            state=RunState.OWED, attempts=0, error="", result={}, ended_at=None, called_at=None, due_at=Now()
        ):
            raise _already_here(upload, sent_as or upload.name)
        after = {"upload": upload.pk, "name": sent_as, "sha256": upload.sha256, "size": upload.size, "again": True}
        Event.objects.create(project=upload.project, who=by, verb=Verb.RECEIVED, after=after)
    run.refresh_from_db()
    return run


def stop(*, run: Run, by: User) -> Run:
    """End an import before its end: what went in stays, and the report says how much that is.

    The worker notices at its next chunk, which is not written. Sending the same file again goes on from here.
    Raises Refused where the import has ended already.
    """
    with transaction.atomic():
        # Held, so that the tally is that of the last chunk that was written.
        held = Run.objects.select_for_update(no_key=True).get(pk=run.pk)
        if held.kind != Kind.IMPORT or not held.is_open:
            raise Refused(_("This import has ended already."))
        result = held.cursor.get("tally", {})
        Run.objects.filter(pk=held.pk, state__in=OPEN).update(
            state=RunState.STOPPED, result=result, ended_at=Now(), token=None, leased_until=None
        )
        after = {"run": held.pk, "upload": held.options["upload"], "records": result.get("records", 0)}
        Event.objects.create(project_id=held.project_id, who=by, verb=Verb.STOPPED, after=after)
        if result:
            jobs.owe_of_pool(held.project)
    held.refresh_from_db()
    return held


def run_of(*, project: Project, sha256: str) -> Run | None:
    """The latest import of the upload with this hash, or None."""
    upload = Upload.objects.filter(project=project, sha256=sha256).first()
    runs = Run.objects.filter(project=project, kind=Kind.IMPORT, options__upload=upload.pk if upload else None)
    return runs.order_by("-pk").first()


def _receive(project: Project, by: User | None, name: str, kept: Kept, values: dict[str, Any]) -> Upload:
    upload = Upload.objects.create(
        project=project, name=name, path=kept.path, sha256=kept.sha256, size=kept.size, received_by=by, **values
    )
    after = {"upload": upload.pk, "name": name, "sha256": kept.sha256, "size": kept.size}
    Event.objects.create(project=project, who=by, verb=Verb.RECEIVED, after=after)
    return upload


def _values(reading: Reading, *, packed: bool) -> dict[str, Any]:
    options = {**reading.options, **({"packed": True} if packed else {})}
    return {"unit": _unit(reading.unit), "lang": reading.lang, "options": options}


def _already_here(upload: Upload, name: str) -> AlreadyHere:
    when = date_format(timezone.localtime(upload.received_at), "Y-m-d H:i")
    said = _("%(name)s is here already: it came as %(first)s on %(when)s. Nothing was added twice.")
    return AlreadyHere(said % {"name": name, "first": upload.name, "when": when})


def _bare(name: str) -> str:
    """The last part of a path of any system, without control characters, ending kept, at most 200 characters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    clean = "".join(c for c in last if c.isprintable()).strip(". ") or "upload"
    packed = clean[-len(PACKED) :] if _is_packed(clean) else ""
    stem, dot, ending = clean.removesuffix(packed).rpartition(".")
    return f"{stem[:180]}{dot}{ending[:16]}{packed}" if dot else clean[:200]


def _format(name: str, asked: str | None) -> str:
    known = sorted(set(ENDINGS.values()))
    if asked:
        if asked not in known:
            said = _("There is no format %(format)s. Choose one of %(known)s.")
            raise BadUpload(said % {"format": asked, "known": ", ".join(known)})
        return asked
    unpacked = name.lower().removesuffix(PACKED)
    ending = unpacked.rpartition(".")[2] if "." in unpacked else ""
    if ending not in ENDINGS:
        said = _("%(name)s does not end like a file that can be read. Save it as one of %(endings)s.")
        raise BadUpload(said % {"name": name, "endings": ", ".join(f".{one}" for one in ENDINGS)})
    return ENDINGS[ending]


def _is_packed(name: str) -> bool:
    return name.lower().endswith(PACKED)


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
