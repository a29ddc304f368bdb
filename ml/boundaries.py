"""Sentence boundaries inside one paragraph: sentencex proposes, our rules take away and add.

The rules follow what news in Indonesian and English was seen to need: abbreviations, initials, list markers,
datelines, a tail in lower case, quotations; the tests hold an example of each.
"""

import re
from collections.abc import Iterator

import sentencex

from ml.abbreviations import (
    BEFORE_NUMBER,
    ENDS_BEFORE_CAPITAL,
    ENDS_BEFORE_STARTER,
    NEVER_ENDS,
    STARTERS,
    TITLES_THAT_ARE_WORDS,
)
from ml.quotations import quotations

CALL_CHARACTERS = 5_000
_LOOK = 64  # Characters looked at on either side of a boundary: no rule needs more, and the cost stays linear.

_CLOSERS = ")]}”\"’'»"
_OPENERS = "([{“\"‘'«"
# Possessive, and two dots only: a run of a million dots or spaces is walked once.
_ADDED = re.compile(r"(?:\.\.|…|\.[)\]])[”\"’»]?\s++(?=[“\"‘«(\[]?[^\W\d_])")
_MARKER = re.compile(r"[(\[]?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)]{1,2}\Z")
_LETTERED = re.compile(r"[a-z][.)]\s+[A-Z]")
_INITIALS = re.compile(r"(?:[A-Z][a-z]?\.)*[A-Z]\Z")
_DATELINE = re.compile(r"[A-Z][\w.,/() -]{1,58}\Z")
_DASH = re.compile(r"[-–—]\s")
_WORD = re.compile(r"[^\W\d_]+")
_ATTRIBUTION = re.compile(
    r"(?:[A-Z][\w’'-]+\s+){1,3}(?:said|says|asked|asks|added|replied|told|wrote|shouted|kata|ujar|tanya|bertanya|tegas|"
    r"jelas|ucap|tutur|seru|berseru)\b"
)


def boundaries(paragraph: str, lang: str) -> list[int]:
    """Offsets where a sentence begins, 0 left out; ordered, each strictly inside `paragraph`.

    sentencex is asked in calls of at most `CALL_CHARACTERS`; all calls together see each character twice at most.
    """
    proposed = set(_proposed(paragraph, lang))
    proposed.update(match.end() for match in _ADDED.finditer(paragraph))
    kept: list[int] = []
    start = 0
    for offset in _outside_quotations(sorted(proposed), quotations(paragraph)):
        if not _joins(paragraph, start, offset):
            kept.append(offset)
            start = offset
    return kept


def _proposed(paragraph: str, lang: str) -> Iterator[int]:
    """sentencex, a window at a time: a window's last boundary is an artefact of the cut and is asked for again."""
    position = 0
    while position < len(paragraph):
        window = paragraph[position : position + CALL_CHARACTERS]
        last_window = position + len(window) == len(paragraph)
        ends = [int(found["end_index"]) for found in sentencex.get_sentence_boundaries(lang, window)]
        inside = sorted({end for end in ends if 0 < end < len(window)})
        yield from (position + end for end in inside)
        # Going back to the last boundary gives the next call its context; less than half a window would not advance.
        back = inside[-1] if inside and inside[-1] >= CALL_CHARACTERS // 2 else len(window)
        position += len(window) if last_window else back


def _outside_quotations(offsets: list[int], spans: list[tuple[int, int]]) -> Iterator[int]:
    index = 0
    for offset in offsets:
        while index < len(spans) and spans[index][1] <= offset:
            index += 1
        if index == len(spans) or offset <= spans[index][0]:
            yield offset


def _joins(paragraph: str, start: int, offset: int) -> bool:
    """Whether the boundary at `offset` is none: what stands left and right belongs together."""
    raw_left = paragraph[max(start, offset - _LOOK) : offset]
    left = raw_left.rstrip()
    right = paragraph[offset : offset + _LOOK].lstrip()
    if not left or not right:
        return True
    if (right[0].islower() and not _LETTERED.match(right)) or right[0] in ")]},;:”’»":
        return True
    if offset - start <= _LOOK and (_MARKER.fullmatch(left.strip()) or (_DASH.match(right) and _is_dateline(left))):
        return True
    if left == raw_left and not paragraph[offset].isspace():
        return _runs_on(left, right)
    if left[-1] in _CLOSERS and left[-2:-1] in ("?", "!") and _ATTRIBUTION.match(right):
        return True
    return _is_abbreviation(left, right)


def _is_dateline(left: str) -> bool:
    return bool(_DATELINE.fullmatch(left.strip())) and sum(map(str.isupper, left)) * 2 >= sum(map(str.isalpha, left))


def _runs_on(left: str, right: str) -> bool:
    """No space at the boundary: a domain, a number or initials, unless two plain words lost the space between them."""
    if left[-1] in "?!" + _CLOSERS:
        return False
    word = re.split(r"[\s.]", left.rstrip("."))[-1]
    next_word = _WORD.match(right)
    plain = word.isalpha() and word.islower() and len(word) > 1 and next_word is not None
    return not (plain and next_word is not None and next_word.group().istitle() and len(next_word.group()) > 1)


def _is_abbreviation(left: str, right: str) -> bool:
    """Whether `left` ends in an abbreviation that does not end its sentence before `right`."""
    bare = left.rstrip(_CLOSERS)
    if not bare.endswith(".") or bare.endswith(".."):
        return False
    token = bare.split()[-1].lstrip(_OPENERS)[:-1]
    key = token.lower()
    next_word = _WORD.match(right.lstrip(_OPENERS))
    starter = next_word is not None and next_word.group()[0].isupper() and next_word.group().lower() in STARTERS
    if key in NEVER_ENDS and (len(bare) == len(left) or left[-1] in ")]"):
        return token[0].isupper() or key not in TITLES_THAT_ARE_WORDS or not starter
    if key in BEFORE_NUMBER:
        return right[0].isdigit()
    if key in ENDS_BEFORE_CAPITAL:
        return _is_degree(right) or next_word is None
    if key in ENDS_BEFORE_STARTER or _INITIALS.fullmatch(token):
        return not starter
    return False


def _is_degree(right: str) -> bool:
    first = right.split()[0].rstrip(".,").lower()
    return "." in first and first in ENDS_BEFORE_CAPITAL
