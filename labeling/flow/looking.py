"""The first rows of an upload, as JSON lines or as the table that it is: what `flow.preview` looks at.

Parquet is read by a process of its own (`formats.parquet_head`): the web process loads no pyarrow.
"""

import codecs
import os
import subprocess
import sys
from functools import lru_cache
from io import BytesIO
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from labeling.errors import BadUpload
from labeling.formats.decoding import unpacked
from labeling.models import Upload

HEAD_BYTES = 256 * 1024
ROWS = 1_000
_SECONDS = 20


def start(upload: Upload) -> tuple[BinaryIO, bool]:
    """The beginning of the upload as UTF-8, up to the end of a line, and whether that is all of it."""
    if not default_storage.exists(upload.path):
        raise BadUpload(_("The uploaded file %(name)s is gone from the disk. Send it again.") % {"name": upload.name})
    if upload.format == "parquet":
        content, whole = _of_parquet(default_storage.path(upload.path), get_language() or "")
        return BytesIO(content), whole
    with default_storage.open(upload.path) as stored:
        stream = cast(BinaryIO, stored.file)
        content = (unpacked(stream) if upload.options.get("packed") else stream).read(HEAD_BYTES + 1)
    whole = len(content) <= HEAD_BYTES
    content = content[:HEAD_BYTES]
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = content.decode("utf-16", errors="ignore").encode()
    return BytesIO(content if whole else content[: content.rfind(b"\n") + 1]), whole


# An upload's path is the hash of its bytes, and a page looks several times.
@lru_cache(maxsize=8)
def _of_parquet(path: str, _language: str) -> tuple[bytes, bool]:
    # One row more, as the sign that there are more.
    command = [sys.executable, "-m", "labeling.formats.parquet_head", path, str(HEAD_BYTES), str(ROWS + 1)]
    try:
        read = subprocess.run(
            command, cwd=settings.BASE_DIR, env=dict(os.environ), capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        said = _("The first rows took longer than %(n)d seconds to read. Use the command import_sentences.")
        raise BadUpload(said % {"n": _SECONDS}) from error
    if read.returncode:
        said = _("The file is no whole parquet file: %(error)s. Save it again.")
        told = read.stderr.decode(errors="replace").strip().splitlines()
        raise BadUpload(said % {"error": told[-1][:200] if told else read.returncode})
    content, _newline, more = read.stdout.rstrip(b"\n").rpartition(b"\n")
    return content + b"\n" if content else b"", more == b"false"
