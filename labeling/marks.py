"""Marks on the lines of charts, and the legend that names them."""

from collections.abc import Sequence

from django.utils.safestring import SafeString

from labeling.svg import element, path, text, told, width

LINE, SAMPLE = 18.0, 34.0
# Corners of the marks of series 1, 2, ...; a circle has none. The style sheet has a look for each, and 0.
CORNERS = (
    (),
    ((-3, -3), (3, -3), (3, 3), (-3, 3)),
    ((0, -4), (3.8, 3), (-3.8, 3)),
    ((0, -4.4), (4.4, 0), (0, 4.4), (-4.4, 0)),
    ((0, 4), (3.8, -3), (-3.8, -3)),
    ((-1, -4), (1, -4), (1, 4), (-1, 4)),
    ((-4.5, -1), (4.5, -1), (4.5, 1), (-4.5, 1)),
    ((-4, 0), (-1, -1), (0, -4), (1, -1), (4, 0), (1, 1), (0, 4), (-1, 1)),
)


def legend(names: Sequence[str], looks: Sequence[str], size: float) -> tuple[list[SafeString], float]:
    """A sample and the name of each, in rows, and where they end. One series needs none: the axis names it."""
    if len(names) < 2:
        return [], 0
    parts, x, y = [], 0.0, LINE - 4
    for name, look in zip(names, looks, strict=True):
        wide = min(width(name), size - SAMPLE)
        if x and x + SAMPLE + wide > size:
            x, y = 0, y + LINE
        parts += _sample(look, x, y - 4.5)
        parts.append(text(name, x + SAMPLE, y, room=wide))
        x += SAMPLE + wide + 10
    return parts, y + 8


def _sample(look: str, x: float, y: float) -> list[SafeString]:
    if look.startswith("kind"):
        return [element("rect", x=x, y=y - 5, width=SAMPLE - 8, height=10, class_=f"bar {look}")]
    return [path([(x, y), (x + SAMPLE - 8, y)], f"line {look}"), mark(look, x + SAMPLE / 2 - 4, y)]


def mark(look: str, x: float, y: float, words: str = "") -> SafeString:
    """The mark of a look at a place; `words` are shown where a pointer rests on it."""
    if look == "look-0":
        return element("circle", *told(words), cx=x, cy=y, r=2.6, class_="mark hollow look-0")
    corners = CORNERS[int(look[-1]) - 1]
    if not corners:
        return element("circle", *told(words), cx=x, cy=y, r=3.2, class_=f"mark {look}")
    return path([(x + dx, y + dy) for dx, dy in corners], f"mark {look}", closed=True, words=words)
