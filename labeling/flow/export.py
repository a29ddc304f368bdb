"""Exporting: one snapshot of a project, as files that come out the same for the same data revision."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from labeling import formats
from labeling.claims import Claim
from labeling.errors import Refused
from labeling.files import keep
from labeling.flow import posterior, snapshot
from labeling.models import Event, Project, Verb

# Lies in every folder we write, says what is in it, and lets us write there again.
MANIFEST = "export.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class ExportReport:
    """`revision` is higher after every change to what an export holds; `splits` maps names to rows."""

    directory: str
    revision: int
    rows: int
    splits: dict[str, int]


def write(*, claim: Claim) -> dict[str, Any]:
    """Do an export Run: a zip in the default storage, whole or not there. Returns path, sha256 and the counts.

    Raises Refused where there is nothing to export or the format is unknown, LostClaim where another worker took over.
    """
    to = str(claim.run.options.get("to", "hf"))
    with tempfile.TemporaryDirectory(prefix="factcheck-export-") as scratch:
        folder = Path(scratch) / claim.project.slug
        report = _fill(claim.project, folder, to)
        claim.renew()
        with tempfile.TemporaryFile(dir=scratch) as packed:
            _pack(folder, packed)
            packed.seek(0)
            name = f"{claim.project.slug}-{to}-r{report.revision}.zip"
            kept = keep(iter(lambda: packed.read(_CHUNK), b""), folder=f"exports/{claim.project.pk}", name=name)
    result = {"path": kept.path, "sha256": kept.sha256, "to": to, **asdict(report)}
    del result["directory"]
    with transaction.atomic():
        _record(claim.project, claim.run.asked_by, to, report)
        claim.progress(report.rows, report.rows)
        claim.finish(result)
    return result


def write_folder(*, project: Project, directory: Path, to: str, by: User | None = None) -> ExportReport:
    """Export into `directory`, which must be new, empty, or an earlier export of ours: that one is replaced as a whole.

    Raises Refused for any other directory, for an unknown format, and where there is nothing to export.
    """
    if directory.exists() and not _ours(directory):
        said = _("%(directory)s holds files that are no export of ours. Name an empty or a new directory.")
        raise Refused(said % {"directory": directory})
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{directory.name}-", dir=directory.parent) as beside:
        report = _fill(project, Path(beside) / "new", to)
        if directory.exists():
            directory.rename(Path(beside) / "old")
        (Path(beside) / "new").rename(directory)
    with transaction.atomic():
        _record(project, by, to, report)
    return ExportReport(str(directory), report.revision, report.rows, report.splits)


def _fill(project: Project, folder: Path, to: str) -> ExportReport:
    writer = formats.writer(to)
    folder.mkdir()
    with tempfile.TemporaryDirectory(prefix="factcheck-snapshot-") as scratch:
        taken = snapshot.take(project, Path(scratch))
        # The pages then say of a sentence what the export says.
        posterior.store(project, taken.likely)
        writer.write(taken, folder)
    head = taken.head
    files = {str(path.relative_to(folder)): _hash(path) for path in _files(folder)}
    manifest = {
        "made_by": "factcheck",
        "to": to,
        **{key: head[key] for key in ("project", "revision", "splits")},
        "rows": head["n_rows"],
        "judgements": head["n_judgements"],
        "files": files,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return ExportReport(str(folder), head["revision"], head["n_rows"], head["splits"])


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
        digest = sha256()
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _pack(folder: Path, out: Any) -> None:
    """A zip that depends on the files alone: sorted, without times."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in _files(folder):
            entry = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}", date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with path.open("rb") as stream, packed.open(entry, "w", force_zip64=True) as target:
                shutil.copyfileobj(stream, target, _CHUNK)


def _record(project: Project, by: User | None, to: str, report: ExportReport) -> None:
    after = {"to": to, "revision": report.revision, "rows": report.rows}
    Event.objects.create(project=project, who=by, verb=Verb.EXPORTED, after=after)
