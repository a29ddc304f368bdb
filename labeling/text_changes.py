"""What differs between two texts: whole lines, and words within lines that are still much the same."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

# The time of a comparison grows with the square of these: what is longer is shown as taken out and put in whole.
MOST_LINES, MOST_WORDS = 1_000, 400
# A line is compared with so many that may have taken its place.
REACH = 5
# Lines that stand unchanged around a change.
AROUND = 1
_ALIKE = 0.5
_WORDS = re.compile(r"\S+\s*")

Kind = Literal["same", "gone", "new"]


@dataclass(frozen=True, slots=True)
class Part:
    """Words of one line that are in both texts, in the former alone, or in the latter alone."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line in its parts; one without parts stands for `skipped` unchanged lines."""

    parts: tuple[Part, ...] = ()
    skipped: int = 0


def changes(former: str, latter: str) -> list[Line]:
    """What became of the lines of `former` in `latter`, from top to bottom; unchanged ones only beside changes.

    Empty lines and the white space around a line do not count. Nothing where no line differs.
    """
    old, new = _lines(former), _lines(latter)
    found: list[Line] = []
    for tag, start, end, new_start, new_end in _opcodes(old, new):
        if tag == "equal":
            found += [_line("same", text) for text in old[start:end]]
        else:
            found += _replaced(old[start:end], new[new_start:new_end])
    return list(_shortened(found))


def _lines(text: str) -> list[str]:
    return [stripped for line in text.splitlines() if (stripped := line.strip())]


def _opcodes(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """As SequenceMatcher gives them, the equal ends cut off first."""
    top = _equal(old, new)
    bottom = _equal(old[top:][::-1], new[top:][::-1])
    ends = len(old) - bottom, len(new) - bottom
    codes = [("equal", 0, top, 0, top)]
    if max(ends) - top > MOST_LINES:
        codes += [("delete", top, ends[0], top, top), ("insert", ends[0], ends[0], top, ends[1])]
    else:
        matcher = SequenceMatcher(None, old[top : ends[0]], new[top : ends[1]])
        codes += [(tag, a + top, b + top, c + top, d + top) for tag, a, b, c, d in matcher.get_opcodes()]
    return [*codes, ("equal", ends[0], len(old), ends[1], len(new))]


def _equal(one: Sequence[str], other: Sequence[str]) -> int:
    """With how many equal lines both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    place = 0
    for text in old:
        near = range(place, min(place + REACH, len(new)))
        met = next(((at, parts) for at in near if (parts := _worded(text, new[at]))), None)
        if met is None:
            yield _line("gone", text)
            continue
        at, parts = met
        yield from (_line("new", other) for other in new[place:at])
        yield Line(parts)
        place = at + 1
    yield from (_line("new", other) for other in new[place:])


def _worded(former: str, latter: str) -> tuple[Part, ...]:
    """The words of both where the lines are much the same; nothing where they are not, or are very long."""
    old, new = _WORDS.findall(former), _WORDS.findall(latter)
    if max(len(old), len(new)) > MOST_WORDS:
        return ()
    matcher = SequenceMatcher(None, [word.strip() for word in old], [word.strip() for word in new])
    if matcher.quick_ratio() < _ALIKE or matcher.ratio() < _ALIKE:
        return ()
    parts: list[Part] = []
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            parts.append(Part("same", "".join(new[new_start:new_end])))
            continue
        both: tuple[tuple[Kind, Sequence[str]], ...] = (("gone", old[start:end]), ("new", new[new_start:new_end]))
        parts += [Part(kind, "".join(words)) for kind, words in both if words]
    return tuple(parts)


def _line(kind: Kind, text: str) -> Line:
    return Line((Part(kind, text),))


def _shortened(lines: Sequence[Line]) -> Iterator[Line]:
    """Without the unchanged lines that stand further than AROUND from a change."""
    changed = [place for place, line in enumerate(lines) if any(part.kind != "same" for part in line.parts)]
    kept = sorted({near for at in changed for near in range(max(0, at - AROUND), min(len(lines), at + AROUND + 1))})
    last = -1
    for place in kept:
        if place > last + 1:
            yield Line(skipped=place - last - 1)
        yield lines[place]
        last = place
    if kept and last + 1 < len(lines):
        yield Line(skipped=len(lines) - last - 1)
