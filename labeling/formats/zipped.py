"""An exported folder in a zip: unpacked into a directory of ours, under names of ours, once it is known to be whole."""

import errno
import json
import stat
import zipfile
import zlib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from labeling.errors import BadUpload
from labeling.formats.decoding import RATIO_FROM, RATIO_MAX, UNPACKED_MAX
from labeling.printable import printable

# Lies in every folder that we write, says what is in it, and lets us write there again.
MANIFEST = "export.json"
# Files of a folder, and bytes of its export.json: far more than any export has.
FILES_MAX = 10_000
MANIFEST_MAX = 10_000_000
# Bytes of the list of files that a zip ends with. It is read as a whole, before anybody knows how many there are.
LIST_MAX = FILES_MAX * 512
_CHUNK = 1 << 20

_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OverflowError)


class _Frugal:
    """A stream of which no more than LIST_MAX bytes are read at once, whatever a zip says how long its list is."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.seek, self.tell, self.seekable = stream.seek, stream.tell, stream.seekable

    def read(self, n: int | None = -1, /) -> bytes:
        most = LIST_MAX + 1
        content = self._stream.read(most if n is None or n < 0 else min(n, most))
        if len(content) == most:
            raise BadUpload(_("The zip holds more files than any export of ours does."))
        return content


def unzipped(stream: BinaryIO, directory: Path) -> tuple[Mapping[str, Any], dict[str, Path]]:
    """The manifest of the folder in the zip, and where each of its files lies now, in `directory`.

    Guarantees: no name of the zip becomes a path; nothing is written beyond what the zip says that it holds, and
    nothing at all where that is too much; each file has the hash that `export.json` names. What the manifest does not
    name is left in the zip. Raises BadUpload for anything else, with what to do.
    """
    try:
        with zipfile.ZipFile(_Frugal(stream)) as packed:
            entries = _sound(packed, stream)
            top, manifest = _manifest(packed, entries)
            return manifest, {
                name: _file(packed, entries.get(top + name), name, digest, directory / str(number))
                for number, (name, digest) in enumerate(sorted(manifest["files"].items()))
            }
    except _BROKEN as error:
        raise _broken(error) from error
    except OSError as error:
        # What a zip says may lead to a place before the file's beginning. Anything else is trouble of ours.
        if error.errno != errno.EINVAL:
            raise
        raise _broken(error) from error


def _broken(error: Exception) -> BadUpload:
    said = _("The zip is broken or of a kind that is not read: %(error)s. Pack the folder again.")
    return BadUpload(said % {"error": str(error)[:200]})


def _sound(packed: zipfile.ZipFile, stream: BinaryIO) -> dict[str, zipfile.ZipInfo]:
    """The files of the zip by name, if it holds nothing that no export holds."""
    entries = [one for one in packed.infolist() if not one.is_dir()]
    if len(entries) > FILES_MAX:
        raise BadUpload(_("The zip holds %(n)d files; no export of ours does.") % {"n": len(entries)})
    for one in entries:
        if flaw := _flaw(one):
            said = _("The zip is refused for its entry %(name)s: %(flaw)s. Pack the folder as it was exported.")
            raise BadUpload(said % {"name": printable(one.filename[:100]), "flaw": flaw})
    found = {one.filename: one for one in entries}
    if len(found) < len(entries):
        raise BadUpload(_("The zip holds two files of one name. Pack the folder as it was exported."))
    size, limit = sum(one.file_size for one in entries), UNPACKED_MAX
    if size > RATIO_FROM:
        limit = min(limit, RATIO_MAX * stream.seek(0, 2))
    if size > limit:
        said = _("The zip unpacks to %(megabytes)d MB, more than any export of its size does.")
        raise BadUpload(said % {"megabytes": size // 1_000_000})
    return found


def _flaw(entry: zipfile.ZipInfo) -> str:
    # As it stands in the zip: zipfile itself cuts a name at a NUL and turns other separators.
    name = entry.orig_filename
    parts = name.split("/")
    if name.startswith("/") or "\\" in name or "\0" in name or ":" in parts[0] or {"..", ".", ""} & set(parts):
        return _("its path leads out of the folder")
    mode = entry.external_attr >> 16
    if mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
        return _("it is a link, or no file")
    if entry.flag_bits & _ENCRYPTED:
        return _("it is encrypted")
    return "" if entry.compress_type in _PACKINGS else _("it is packed in another way than deflate")


def _manifest(packed: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo]) -> tuple[str, Mapping[str, Any]]:
    """The folder's name in the zip, with its slash, and its manifest."""
    at = sorted((name for name in entries if name.split("/")[-1] == MANIFEST and name.count("/") < 2), key=len)
    if not at:
        said = _(
            "There is no export.json in it, so it is no folder that Factcheck exported. Send its parquet or JSON Lines"
            " files one by one."
        )
        raise BadUpload(said)
    with packed.open(entries[at[0]]) as member:
        content = member.read(MANIFEST_MAX + 1)
    try:
        manifest = json.loads(content)
        sound = manifest["made_by"] == "factcheck" and all(
            isinstance(name, str) and isinstance(digest, str) for name, digest in manifest["files"].items()
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        sound = False
    if not sound or len(content) > MANIFEST_MAX:
        raise BadUpload(_("The export.json in it is none of Factcheck's. Export the folder again."))
    return at[0].removesuffix(MANIFEST), manifest


def _file(packed: zipfile.ZipFile, entry: zipfile.ZipInfo | None, name: str, digest: str, to: Path) -> Path:
    if entry is None:
        raise BadUpload(
            _("The file %(name)s of the export is missing. Export the folder again.") % {"name": printable(name)}
        )
    found = sha256()
    with packed.open(entry) as member, to.open("wb") as out:
        while chunk := member.read(_CHUNK):
            found.update(chunk)
            out.write(chunk)
    if found.hexdigest() != digest:
        said = _(
            "The file %(name)s was changed since the export: its hash is not the one in export.json. Export the folder"
            " again, or import that file alone, as a table."
        )
        raise BadUpload(said % {"name": printable(name)})
    return to
