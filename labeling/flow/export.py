"""Exporting: a version of a project, as files that come out the same whenever it is asked for."""

import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import file_digest
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from labeling import formats
from labeling.claims import Claim
from labeling.errors import Refused
from labeling.files import keep
from labeling.flow.export_steps import PACKING, UNTOLD, Steps, Watched
from labeling.flow.export_versions import current, folder_of, forget, numbered
from labeling.flow.without_text import NEEDS_TEXT, WithoutText
from labeling.formats.shapes import Snapshot
from labeling.formats.zipped import MANIFEST
from labeling.models import Event, Project, Verb

_EPOCH = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be written: in which format, of which version (None: as the project is now), with texts or without."""

    to: str = "hf"
    version: int | None = None
    texts: bool = True

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "Wanted":
        """As an export Run has it in its options."""
        return cls(str(options.get("to", "hf")), options.get("version"), bool(options.get("texts", True)))


@dataclass(frozen=True, slots=True)
class ExportReport:
    """`revision` is higher after every change to what an export holds; `splits` maps names to rows; `content` is the
    SHA-256 of the version's rows and judgements, whatever the format."""

    directory: str
    revision: int
    rows: int
    splits: dict[str, int]
    version: int
    content: str


def write(*, claim: Claim) -> dict[str, Any]:
    """Do an export Run: a zip in the default storage, whole or not there. Returns path, sha256 and the counts.

    Raises Refused where there is nothing to export, the format is unknown or the version is not there, LostClaim where
    another worker took over.
    """
    wanted, by, steps = Wanted.of(claim.run.options), claim.run.asked_by, Steps(claim)
    with tempfile.TemporaryDirectory(prefix="factcheck-export-") as scratch:
        folder = Path(scratch) / claim.project.slug
        report = _fill(claim.project, folder, wanted, by=by, steps=steps)
        with tempfile.TemporaryFile(dir=scratch) as packed:
            _pack(folder, packed, steps)
            packed.seek(0)
            name = f"{claim.project.slug}-v{report.version}-{wanted.to}{'' if wanted.texts else '-without-text'}.zip"
            kept = keep(iter(lambda: packed.read(_CHUNK), b""), folder=folder_of(claim.project), name=name)
    result = {"path": kept.path, "sha256": kept.sha256, "to": wanted.to, "texts": wanted.texts, **asdict(report)}
    del result["directory"]
    with transaction.atomic():
        _record(claim.project, by, wanted, report)
        claim.progress(report.rows, report.rows)
        claim.finish(result)
    return result


def write_folder(
    *,
    project: Project,
    directory: Path,
    to: str,
    by: User | None = None,
    version: int | None = None,
    texts: bool = True,
    steps: Steps = UNTOLD,
) -> ExportReport:
    """Export into `directory`, which must be new, empty, or an earlier export of ours: that one is replaced as a whole.

    `version` is the number of one that is there, None for the project as it is now. Raises Refused for any other
    directory, for an unknown format or version, for a format that needs texts, and where there is nothing to export;
    LostClaim as `steps` does.
    """
    if directory.exists() and not _ours(directory):
        said = _("%(directory)s holds files that are no export of ours. Name an empty or a new directory.")
        raise Refused(said % {"directory": directory})
    wanted = Wanted(to, version, texts)
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{directory.name}-", dir=directory.parent) as beside:
        report = _fill(project, Path(beside) / "new", wanted, by=by, steps=steps)
        if directory.exists():
            directory.rename(Path(beside) / "old")
        (Path(beside) / "new").rename(directory)
    with transaction.atomic():
        _record(project, by, wanted, report)
    return replace(report, directory=str(directory))


def _fill(project: Project, folder: Path, wanted: Wanted, *, by: User | None, steps: Steps) -> ExportReport:
    """Write `folder`, which must not be there yet; the version is made where there is none of now. Writes no Event.

    Raises Refused as `write_folder` does.
    """
    writer = formats.writer(wanted.to)
    if not wanted.texts and wanted.to in NEEDS_TEXT:
        raise Refused(_("Label Studio shows its tasks by their text. Choose another format, or export with the texts."))
    folder.mkdir()
    forget(project)
    with tempfile.TemporaryDirectory(prefix="factcheck-snapshot-") as scratch:
        if wanted.version is None:
            version, spool = current(project, Path(scratch), by=by, steps=steps)
        else:
            version, spool = numbered(project, wanted.version, Path(scratch), steps=steps)
        snapshot: Snapshot = spool if wanted.texts else WithoutText(spool)
        writer.write(Watched(snapshot, steps), folder)
    head = snapshot.head
    manifest = {
        "made_by": "factcheck",
        "to": wanted.to,
        **{key: head[key] for key in ("project", "revision", "splits", "version", "content", "texts")},
        "rows": head["n_rows"],
        "judgements": head["n_judgements"],
        "files": {str(path.relative_to(folder)): _hash(path) for path in _files(folder)},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return ExportReport(
        str(folder), version.revision, version.n_rows, dict(head["splits"]), version.number, version.sha256
    )


def _ours(directory: Path) -> bool:
    """Whether the directory is empty, or holds an export of ours and nothing that we did not write."""
    if not directory.is_dir():
        return False
    there = {str(path.relative_to(directory)) for path in _files(directory)}
    if MANIFEST not in there:
        return not any(directory.iterdir())
    try:
        manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
        return manifest["made_by"] == "factcheck" and there <= {MANIFEST, *manifest["files"]}
    except (ValueError, KeyError, TypeError):
        return False


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def _pack(folder: Path, out: Any, steps: Steps = UNTOLD) -> None:
    """A zip that depends on the files alone: sorted, without times."""
    steps.begin(PACKING, sum(path.stat().st_size for path in _files(folder)))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in _files(folder):
            entry = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}", date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with path.open("rb") as stream, packed.open(entry, "w", force_zip64=True) as target:
                while chunk := stream.read(_CHUNK):
                    target.write(chunk)
                    steps.advance(len(chunk))


def _record(project: Project, by: User | None, wanted: Wanted, report: ExportReport) -> None:
    told = {"version": report.version, "revision": report.revision, "rows": report.rows}
    Event.objects.create(project=project, who=by, verb=Verb.EXPORTED, after={**asdict(wanted), **told})
