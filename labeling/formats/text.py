"""Plain text: one article a file, or one sentence a line."""

from collections.abc import Iterator
from typing import BinaryIO

from labeling.formats.decoding import lines, whole
from labeling.formats.shapes import ARTICLE_MAX, Options, Record, taken


def read(stream: BinaryIO, options: Options) -> Iterator[Record]:
    """Yields an Article, or a Row for every line that is not blank."""
    if options.unit == "article":
        # Room for what shrinks: line ends of two characters, characters that NFC composes.
        yield taken(1, whole(stream, 4 * ARTICLE_MAX).replace("\r\n", "\n").replace("\r", "\n"), options, {})
        return
    for number, line in lines(stream):
        if line.strip():
            yield taken(number, line, options, {})
