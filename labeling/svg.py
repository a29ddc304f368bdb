"""The parts that charts are drawn from: elements, text that fits its place, the picture as a whole."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from labeling.printable import printable

FONT = 13.0
EDGE = 16.0  # Of empty ground around a picture that stands alone.
STYLE = Path(__file__).parent / "static" / "labeling" / "css" / "charts.css"
# The widest that system fonts make them: a text is rather cut too early than too late.
_NARROW, _WIDE = frozenset("fijlrt.,:;!|'()[]{}/ -1"), frozenset("mwMWGOQ@%&—…")


def element(name: str, *content: str, **attributes: str | float) -> SafeString:
    """An element; `content` that is not safe is escaped. `stroke_width` becomes stroke-width, `class_` class."""
    pairs = ((key.rstrip("_").replace("_", "-"), _written(value)) for key, value in attributes.items())
    # XML knows no upper case for free: viewBox keeps its own.
    opening = format_html("{}{}", name, format_html_join("", ' {}="{}"', pairs))
    inner = format_html_join("", "{}", ((part,) for part in content))
    return format_html("<{}>{}</{}>", opening, inner, name) if inner else format_html("<{}/>", opening)


def text(words: str, x: float, y: float, *, room: float, anchor: str = "start", kind: str = "label") -> SafeString:
    """One line of text with its baseline at `y`, cut to `room`. `anchor`: start, middle or end."""
    return element("text", fitted(words, room), x=x, y=y, text_anchor=anchor, class_=kind)


def path(points: Iterable[tuple[float, float]], kind: str, *, closed: bool = False, words: str = "") -> SafeString:
    """A line through points; `words` are shown where a pointer rests on it."""
    steps = "L".join(f"{_written(x)} {_written(y)}" for x, y in points)
    # Without a style sheet a shape would be filled with black.
    bare = {} if closed else {"fill": "none"}
    return element("path", *told(words), d=f"M{steps}{'Z' if closed else ''}", class_=kind, **bare)


def told(words: str) -> list[SafeString]:
    """What a pointer that rests on an element reads."""
    return [element("title", xml(words))] if words else []


def xml(words: str) -> str:
    """`words` without the characters that no XML document may hold."""
    return printable(words).translate({0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD})


def width(words: str) -> float:
    """How wide a text is at most, about, in units of the picture."""
    return FONT * sum(_width_of(character) for character in words)


def _width_of(character: str) -> float:
    if character in _NARROW:
        return 0.42
    if character in _WIDE:
        return 0.95
    if ord(character) > 0x1100:  # Han, Hangul, emoji
        return 1.25
    return 0.72 if character.isupper() else 0.6


def fitted(words: str, room: float) -> str:
    """`words`, or their beginning with an ellipsis where they need more than `room`."""
    words = " ".join(xml(words).split())
    if width(words) <= room:
        return words
    left = room - width("…")
    kept = 0
    while kept < len(words) and (left := left - width(words[kept])) >= 0:
        kept += 1
    return words[:kept].rstrip() + "…"


def nothing(left: float, right: float, y: float) -> SafeString:
    """What stands where there is nothing to draw."""
    return text(_("Not measured yet"), (left + right) / 2, y, room=right - left, anchor="middle", kind="label muted")


def picture(body: Iterable[str], *, size: float, high: float, title: str, desc: str, standalone: bool) -> SafeString:
    """The whole: `title` and `desc` are what a screen reader says. `standalone`: a file with its own style sheet."""
    about = [element("title", xml(title)), element("desc", xml(desc))]
    edge = EDGE if standalone else 0
    size, high = size + 2 * edge, high + 2 * edge
    extent: dict[str, str | float] = {"class_": "chart"}
    if standalone:
        about += [_style(), element("rect", x=-edge, y=-edge, width=size, height=high, class_="ground", fill="none")]
        extent = {"class_": "chart file", "width": size, "height": high}
    box = " ".join(map(_written, (-edge, -edge, size, high)))
    return element("svg", *about, *body, xmlns="http://www.w3.org/2000/svg", viewBox=box, role="img", **extent)


@cache
def _style() -> SafeString:
    # Our own file; a test sees to it that it holds no character that XML escapes.
    return mark_safe(f"<style>{STYLE.read_text(encoding='utf-8')}</style>")  # noqa: S308


def _written(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"
