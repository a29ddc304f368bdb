"""Words out of somebody's file, made fit to be stored and shown."""

import re

# PostgreSQL refuses NUL, UTF-8 has no half characters, and a terminal obeys control characters. Tab and line ends stay.
_UNPRINTABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def printable(text: str) -> str:
    """`text` with U+FFFD in place of every NUL, other control character and lone surrogate."""
    return _UNPRINTABLE.sub("\ufffd", text)
