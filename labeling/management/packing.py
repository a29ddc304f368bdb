"""What a command sends: a file as it is, or a folder that we exported, packed into a zip."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from labeling.errors import BadUpload
from labeling.formats.zipped import MANIFEST

_EPOCH = (1980, 1, 1, 0, 0, 0)


@contextmanager
def sent(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The name and the bytes to send of a file, or of a folder: the same folder gives the same bytes.

    Raises BadUpload where there is neither, or a folder that is no export of ours.
    """
    if path.is_file():
        with path.open("rb") as stream:
            yield path.name, stream
    elif path.is_dir():
        with tempfile.TemporaryFile() as out:
            _pack(path, out)
            out.seek(0)
            yield f"{path.resolve().name}.zip", out
    else:
        raise BadUpload("There is no such file.")


def _pack(folder: Path, out: IO[bytes]) -> None:
    """What its export.json names, and nothing else; what is missing or was changed is named when it is read."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name in [MANIFEST, *_named(folder)]:
            if (folder / name).is_file():
                entry = zipfile.ZipInfo(name, date_time=_EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                with (folder / name).open("rb") as stream, packed.open(entry, "w", force_zip64=True) as target:
                    shutil.copyfileobj(stream, target)


def _named(folder: Path) -> list[str]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        names = sorted(map(str, manifest["files"]))
    except FileNotFoundError as error:
        said = f"{folder} has no {MANIFEST}, so it is no folder that Factcheck exported. Name its files one by one."
        raise BadUpload(said) from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadUpload(f"The {MANIFEST} of {folder} is none of Factcheck's. Export the folder again.") from error
    for name in names:
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts or _leads_away(folder, parts):
            raise BadUpload(f"The file {name} of {folder} is a link, or lies outside of it. Export the folder again.")
    return names


def _leads_away(folder: Path, parts: tuple[str, ...]) -> bool:
    return any(folder.joinpath(*parts[: n + 1]).is_symlink() for n in range(len(parts)))
