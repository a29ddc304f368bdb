"""Charts as SVG, made on the server: no script, no inline style. Colours are classes in css/charts.css.

Series differ in colour, in dashes and in markers. A table with the same figures belongs beside every chart.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.safestring import SafeString

from labeling.axes import Axis, axis, between, frame, named_axis, number, roomy_axis, x_ticks
from labeling.marks import CORNERS, legend, mark
from labeling.svg import element, nothing, path, picture, text, told, width

# In a page: so narrow that text has 11 px where the picture has 290 px. As a file there is more room.
PAGE, FILE = (340.0, 160.0), (640.0, 330.0)
LINE, BAR_ROW = 18.0, 38.0
MARKS_A_SERIES = 10


@dataclass(frozen=True, slots=True)
class Point:
    """`y` is None where it is not defined: the line has a gap there. `low`, `high`: its interval."""

    x: float
    y: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """Points from left to right. `yardstick`: drawn in grey, for what the others are compared with."""

    name: str
    points: Sequence[Point]
    yardstick: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """A value to compare with, drawn across."""

    name: str
    y: float


@dataclass(frozen=True, slots=True)
class Bar:
    """`value` is None where it is not defined; `note` then says why, else it stands behind the value (its n)."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    note: str = ""
    kind: int = 0


@dataclass(frozen=True, slots=True)
class Bin:
    """Of `n` sentences with about this predicted probability, the share that was right, with its interval."""

    predicted: float
    observed: float | None
    low: float | None
    high: float | None
    n: int


def lines(
    series: Sequence[Series],
    *,
    title: str,
    desc: str,
    x_label: str,
    y_label: str,
    level: Level | None = None,
    limits: tuple[float, float] | None = None,
    x_names: Mapping[float, str] | None = None,
    standalone: bool = False,
) -> SafeString:
    """Named series with bands for their intervals. `limits` of the y axis; without them the figures set it.

    `x_names`: what to call every x, where these are whole numbers that mean something else.
    """
    size, high = FILE if standalone else PAGE
    drawn = [replace(one, points=_finite(one.points)) for one in series]
    looks = list(_looks(drawn))
    key, top = legend([one.name for one in drawn], looks, size)
    points = [point for one in drawn for point in one.points]
    heights = [value for p in points for value in (p.y, p.low, p.high) if value is not None]
    heights += [level.y] if level else []
    low, most = limits or (min(heights, default=0.0), max(heights, default=1.0))
    y = axis(low, most, start=top + LINE + high, end=top + LINE + 6, count=5, tight=limits is not None)
    left = max(width(y.written(tick)) for tick in y.ticks) + 14
    places = {"start": left, "end": size - 12}
    x = named_axis(x_names, **places) if x_names else roomy_axis([point.x for point in points], **places)
    body = [*key, *frame(x, y, x_label=x_label, y_label=y_label, size=size)]
    pairs = list(zip(drawn, looks, strict=True))
    body += [part for one, look in pairs for part in _intervals(one.points, look, x, y)]
    body += _across(level, x, y) if level else []
    body += [part for one, look in pairs for part in _line(one, look, x, y)]
    body += [] if heights else [nothing(x.start, x.end, y.at((low + most) / 2))]
    return picture(body, size=size, high=y.start + 42, title=title, desc=desc, standalone=standalone)


def bars(
    rows: Sequence[Bar],
    *,
    title: str,
    desc: str,
    x_label: str,
    kinds: Sequence[str] = (),
    limits: tuple[float, float] = (0.0, 1.0),
    standalone: bool = False,
) -> SafeString:
    """Horizontal bars, each under its name and its value. Bars of one name that follow each other stand together.

    `kinds`: names of up to three kinds of bars, for a legend.
    """
    size = (FILE if standalone else PAGE)[0]
    key, top = legend(kinds, [f"kind-{number}" for number in range(len(kinds))], size)
    most = max([limits[1], *(one for row in rows for one in (_or_none(row.value), _or_none(row.high)) if one)])
    x = axis(limits[0], most, start=1, end=size - 12, count=5, tight=True)
    y, shown, before = top - 8, list[SafeString](), None
    for row in rows:
        y += BAR_ROW if row.name != before else BAR_ROW - LINE
        shown += _bar(row, x, y, named=row.name != before)
        before = row.name
    if not rows:
        y += BAR_ROW
        shown = [nothing(x.start, x.end, y - LINE)]
    y += 8
    base = path([(x.start, y), (x.end, y)], "axis")
    body = [*key, *shown, base, *x_ticks(x, y, x_label=x_label, size=size)]
    return picture(body, size=size, high=y + 42, title=title, desc=desc, standalone=standalone)


def reliability(
    bins: Sequence[Bin], *, title: str, desc: str, x_label: str, y_label: str, standalone: bool = False
) -> SafeString:
    """How often the model was right against how sure it was; on the diagonal both are the same.

    The area of a mark grows with its n.
    """
    size, high = FILE if standalone else PAGE
    high *= 1.25
    y = axis(0, 1, start=LINE + high, end=LINE + 6, count=5, tight=True)
    left = max(width(y.written(tick)) for tick in y.ticks) + 14
    x = axis(0, 1, start=left, end=min(size - 12, left + high * 1.45), count=5, tight=True)
    body = [*frame(x, y, x_label=x_label, y_label=y_label, size=size)]
    body.append(path([(x.at(0), y.at(0)), (x.at(1), y.at(1))], "diagonal"))
    known = [one for one in bins if _or_none(one.predicted) is not None and _or_none(one.observed) is not None]
    most = max([1, *(one.n for one in known)])
    points = _finite([Point(one.predicted, one.observed, one.low, one.high) for one in known])
    body += [part for point in points for part in _whisker(point, "look-1", x, y)]
    body += [_path_through(points, "thread look-1", x, y)] if len(points) > 1 else []
    for point, one in zip(points, known, strict=True):
        radius = 2.5 + 5 * math.sqrt(max(one.n, 0) / most)
        words = f"{number(point.x, 2)}: {_in_words(point)}, n = {number(one.n, 0)}"
        place = {"cx": x.at(point.x), "cy": y.at(point.y or 0)}
        body.append(element("circle", *told(words), **place, r=radius, class_="dot look-1"))
    body += [] if known else [nothing(x.start, x.end, y.at(0.5))]
    return picture(body, size=size, high=y.start + 42, title=title, desc=desc, standalone=standalone)


def _finite(points: Sequence[Point]) -> list[Point]:
    """The points from left to right, with None for what is no number."""
    kept = sorted((point for point in points if math.isfinite(point.x)), key=lambda point: point.x)
    return [replace(one, y=_or_none(one.y), low=_or_none(one.low), high=_or_none(one.high)) for one in kept]


def _or_none(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _looks(series: Sequence[Series]) -> Iterator[str]:
    place = 0
    for one in series:
        place += not one.yardstick
        yield "look-0" if one.yardstick else f"look-{(place - 1) % len(CORNERS) + 1}"


def _runs(points: Sequence[Point], part: str) -> Iterator[list[Point]]:
    """Points side by side that have this part."""
    run: list[Point] = []
    for point in points:
        if getattr(point, part) is not None:
            run.append(point)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _intervals(points: Sequence[Point], look: str, x: Axis, y: Axis) -> Iterator[SafeString]:
    """A band where points follow each other, a whisker where one stands alone."""
    both = [point if point.low is not None and point.high is not None else replace(point, low=None) for point in points]
    for run in _runs(both, "low"):
        if len(run) == 1:
            yield from _whisker(run[0], look, x, y)
            continue
        above = [(x.at(point.x), y.at(point.high or 0)) for point in run]
        below = [(x.at(point.x), y.at(point.low or 0)) for point in reversed(run)]
        yield path([*above, *below], f"band {look}", closed=True)


def _whisker(point: Point, look: str, x: Axis, y: Axis) -> Iterator[SafeString]:
    if point.low is not None and point.high is not None:
        yield path([(x.at(point.x), y.at(point.low)), (x.at(point.x), y.at(point.high))], f"whisker {look}")


def _path_through(points: Sequence[Point], kind: str, x: Axis, y: Axis) -> SafeString:
    return path([(x.at(point.x), y.at(point.y or 0)) for point in points], kind)


def _line(one: Series, look: str, x: Axis, y: Axis) -> Iterator[SafeString]:
    """The line, and a mark on some of its points: the last, and any that stands alone."""
    known = [point for point in one.points if point.y is not None]
    every = max(1, math.ceil(len(known) / MARKS_A_SERIES))
    marked = known[::-1][::every]
    for run in _runs(one.points, "y"):
        marked += run if len(run) == 1 else []
        if len(run) > 1:
            yield _path_through(run, f"line {look}", x, y)
    for point in dict.fromkeys(marked):
        where = x.names.get(point.x) or number(point.x, 0 if float(point.x).is_integer() else 2)
        yield mark(look, x.at(point.x), y.at(point.y or 0), f"{one.name}, {where}: {_in_words(point)}")


def _in_words(point: Point) -> str:
    value = number(point.y or 0, 2)
    return f"{value} ({between(point.low, point.high)})" if point.low is not None and point.high is not None else value


def _across(level: Level, x: Axis, y: Axis) -> list[SafeString]:
    line = path([(x.start, y.at(level.y)), (x.end, y.at(level.y))], "level")
    return [line, text(level.name, x.end, y.at(level.y) - 5, room=x.end - x.start, anchor="end")]


def _bar(row: Bar, x: Axis, y: float, *, named: bool) -> Iterator[SafeString]:
    """Name and value over the bar, whose foot is at `y`."""
    value = _or_none(row.value)
    said = row.note if value is None else " · ".join(filter(None, (number(value, 2), row.note)))
    whole = x.end - x.start
    yield text(said, x.end, y - 15, room=whole * 0.6, anchor="end", kind="label muted number")
    if named:
        yield text(row.name, x.start, y - 15, room=whole - min(width(said), whole * 0.6) - 8)
    for tick in x.ticks:
        yield path([(x.at(tick), y - 12), (x.at(tick), y + 2)], "grid")
    if value is None:
        return
    (point,) = _finite([Point(0, value, row.low, row.high)])
    words = f"{row.name}: {_in_words(point)}"
    box = {"x": x.start, "y": y - 10, "width": x.at(value) - x.start, "height": 10}
    yield element("rect", *told(words), **box, rx=1.5, class_=f"bar kind-{row.kind}")
    if point.low is not None and point.high is not None:
        low, high = x.at(point.low), x.at(point.high)
        yield path([(low, y - 5), (high, y - 5)], "interval")
        for end in (low, high):
            yield path([(end, y - 8), (end, y - 2)], "interval")
