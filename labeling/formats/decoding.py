"""Bytes to text: UTF-8 with or without a mark, UTF-16 with one; bounded memory on any input."""

import codecs
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from django.utils.translation import gettext as _

from labeling.errors import BadUpload
from labeling.formats.shapes import LINE_MAX

_CHUNK = 1 << 20


@contextmanager
def utf8(stream: BinaryIO) -> Iterator[BinaryIO]:
    """`stream` as UTF-8 without a mark; UTF-16 goes through a temporary file. Raises BadUpload where it is broken."""
    head = stream.read(3)
    if not head.startswith(codecs.BOM_UTF8):
        stream.seek(0)
    if not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield stream
        return
    with tempfile.TemporaryFile() as anew:
        decoder = codecs.getincrementaldecoder("utf-16")()
        try:
            while chunk := stream.read(_CHUNK):
                anew.write(decoder.decode(chunk).encode())
            anew.write(decoder.decode(b"", final=True).encode())
        except UnicodeError as error:
            raise BadUpload(_("The file begins as UTF-16 but is broken further on. Save it again as UTF-8.")) from error
        anew.seek(0)
        yield cast(BinaryIO, anew)


def lines(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    """Lines with their numbers from 1. A byte that is not UTF-8 becomes a half character, which `shapes.flaw` names.

    A line of more than LINE_MAX bytes is cut there and its rest is skipped, so that no input fills the memory.
    """
    with utf8(stream) as text:
        number = 0
        while line := text.readline(LINE_MAX + 1):
            number += 1
            if len(line) > LINE_MAX:
                _skip_line(text, line)
                line = line[:LINE_MAX]
            yield number, line.decode("utf-8", errors="surrogateescape")


def whole(stream: BinaryIO, limit: int) -> str:
    """The text of a whole file of at most `limit` bytes; raises BadUpload where it is longer or not UTF-8."""
    with utf8(stream) as text:
        content = text.read(limit + 1)
    if len(content) > limit:
        said = _("The file is larger than %(megabytes)d MB, too long for one article. Split it.")
        raise BadUpload(said % {"megabytes": limit // 1_000_000})
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        said = _("Byte %(byte)d is not UTF-8; the file is perhaps latin-1. Open it in an editor and save it as UTF-8.")
        raise BadUpload(said % {"byte": error.start}) from error


def _skip_line(stream: BinaryIO, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = stream.readline(_CHUNK)
