"""Bytes to text: packed or not, UTF-8 with or without a mark, UTF-16 with one; bounded memory on any input."""

import codecs
import gzip
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, BinaryIO, cast

from django.utils.translation import gettext as _

from labeling.errors import BadUpload
from labeling.formats.shapes import LINE_MAX

_CHUNK = 1 << 20
# Bytes that a packed upload may hold; and how many times its own size, once there is more than a little of it. News
# packs to a quarter, the most regular of tables to a fiftieth; a bomb to a thousandth.
UNPACKED_MAX = 20_000_000_000
RATIO_MAX = 200
RATIO_FROM = 10_000_000
_PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class _Unpacked(RawIOBase):
    """What a gzip stream holds, as it is read; may be read again from its beginning."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._gzip = gzip.GzipFile(fileobj=stream)
        self._came = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._came

    def seek(self, offset: int, whence: int = 0) -> int:
        self._came = self._gzip.seek(offset, whence)
        return self._came

    def readinto(self, buffer: "WriteableBuffer") -> int:
        room = memoryview(buffer).cast("B")
        try:
            chunk = self._gzip.read(min(len(room), _CHUNK))
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise BadUpload(
                _("The file is no whole gzip file: %(error)s. Pack it again.") % {"error": error}
            ) from error
        if not self._came and chunk.startswith(_PACKED):
            raise BadUpload(_("The file is packed twice. Unpack it once and send that."))
        self._came += len(chunk)
        self._check()
        room[: len(chunk)] = chunk
        return len(chunk)

    def _check(self) -> None:
        limit = UNPACKED_MAX
        if self._came > RATIO_FROM:
            limit = min(limit, RATIO_MAX * self._stream.tell())
        if self._came > limit:
            said = _("The file unpacks to more than %(megabytes)d MB, which no news file does. Unpack and split it.")
            raise BadUpload(said % {"megabytes": limit // 1_000_000})


def unpacked(stream: BinaryIO) -> BinaryIO:
    """What the gzip file `stream` holds, in bounded memory. Reading raises BadUpload where it is broken, holds another
    packed file, or unpacks to more than any honest file does."""
    return cast(BinaryIO, BufferedReader(_Unpacked(stream), _CHUNK))


@contextmanager
def utf8(stream: BinaryIO) -> Iterator[BinaryIO]:
    """`stream` as UTF-8 without a mark; UTF-16 goes through a temporary file.

    Raises BadUpload where that is broken, and for UTF-32 and UTF-16 without a mark.
    """
    head = stream.read(4)
    stream.seek(len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0)
    marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if head in _UTF_32 or (b"\0" in head and not marked):
        raise BadUpload(_("The file seems to be UTF-16 without a mark, or UTF-32. Save it as UTF-8."))
    if not marked:
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
