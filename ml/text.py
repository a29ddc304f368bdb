"""What happens to a text before anything else: checked, brought to NFC, its language guessed."""

import re
import unicodedata
from typing import Literal

from ml.errors import LoneSurrogate, NulCharacter

Language = Literal["id", "en"]

_SURROGATE = re.compile("[\ud800-\udfff]")
_WORD = re.compile(r"[a-z]+")
_GUESS_CHARACTERS = 20_000


def words(text: str) -> frozenset[str]:
    """The words of `text`, which white space parts: word lists stay readable that way."""
    return frozenset(text.split())


# Function words that the other language does not use.
_INDONESIAN = words(
    "yang dan di ke dari untuk dengan pada ini itu tidak akan telah sudah belum oleh dalam adalah juga karena "
    "atau bahwa mereka kami kita dia ia saya sebagai namun tersebut para bisa dapat ada lebih saat seorang "
    "kata ujar "
)
_ENGLISH = words(
    "the and of to in is was were that for on with as at by from has have had be been are it its he she they "
    "we not but this which who will would said after their his her an or "
)


def require_clean(text: str) -> None:
    """Raise `NulCharacter` or `LoneSurrogate`, with the line it is on, if `text` cannot be stored."""
    nul = text.find("\0")
    if nul >= 0:
        line = _line_of(text, nul)
        raise NulCharacter(
            expected="text without NUL (U+0000)",
            came=f"a NUL on line {line}",
            cure="Remove it, or save the file again as UTF-8 text.",
            line=line,
        )
    surrogate = _SURROGATE.search(text)
    if surrogate:
        line = _line_of(text, surrogate.start())
        raise LoneSurrogate(
            expected="whole Unicode characters",
            came=f"a lone surrogate U+{ord(surrogate.group()):04X} on line {line}",
            cure="Save the file again as UTF-8 text.",
            line=line,
        )


def normalise(text: str) -> str:
    """`text` in Unicode normal form C.

    Raises `NulCharacter` and `LoneSurrogate`. Nothing else is changed: offsets are taken afterwards.
    """
    require_clean(text)
    return unicodedata.normalize("NFC", text)


def guess_language(text: str) -> Language:
    """ "id" or "en", by counting function words in the first 20,000 characters; a tie is "id"."""
    found = _WORD.findall(text[:_GUESS_CHARACTERS].lower())
    indonesian = sum(word in _INDONESIAN for word in found)
    english = sum(word in _ENGLISH for word in found)
    return "en" if english > indonesian else "id"


def _line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
