"""Axes of charts: ticks at round numbers, scales, numbers as the reader's language writes them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from labeling.svg import path, text, width


def number(value: float, decimals: int) -> str:
    """A number as the reader's language writes it."""
    # Django cuts off where one would round.
    return number_format(round(value, decimals), decimals, use_l10n=True, force_grouping=True)


def between(low: float, high: float, decimals: int = 2) -> str:
    """An interval in words."""
    return _("%(low)s to %(high)s") % {"low": number(low, decimals), "high": number(high, decimals)}


@dataclass(frozen=True, slots=True)
class Axis:
    """Values from `low` to `high`, laid from `start` to `end`; `ticks` on round numbers; `names`: words for values."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]
    decimals: int
    names: Mapping[float, str] = field(default_factory=dict)

    def at(self, value: float) -> float:
        """Where a value lies; one outside the axis lies at its end."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def written(self, tick: float) -> str:
        return self.names.get(tick) or number(tick, self.decimals)


def axis(
    low: float, high: float, *, start: float, end: float, count: int, whole: bool = False, tight: bool = False
) -> Axis:
    """At most `count` steps of 1, 2 or 5 times a power of ten, or one more. `whole`: counts, no step is under 1.

    `tight`: the axis ends at `low` and `high`; else at the ticks around them.
    """
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-3):
        margin = max(abs(low) * 0.1, 1.0 if whole else 0.1)
        low, high, tight = low - margin, high + margin, False
    step = _round_step((high - low) / count)
    step = max(step, 1.0) if whole else step
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(round(times * step, decimals) for times in range(first, last + 1))
    if tight:
        return Axis(low, high, start, end, tuple(tick for tick in ticks if low <= tick <= high), decimals)
    return Axis(ticks[0], ticks[-1], start, end, ticks, decimals)


def roomy_axis(values: Sequence[float], *, start: float, end: float) -> Axis:
    """An x axis over `values` with as many ticks as can be read side by side."""
    if len(set(values)) < 2:
        only = float(values[0]) if values else 0.0
        return replace(
            axis(only, only, start=start, end=end, count=2, whole=only.is_integer()), ticks=tuple(set(values))
        )
    low, high = min(values), max(values)
    whole = all(float(value).is_integer() for value in values)
    found = [axis(low, high, start=start, end=end, count=n, whole=whole, tight=True) for n in (10, 8, 6, 5, 4, 3)]
    fits = [one for one in found if 1.6 * sum(width(one.written(tick)) for tick in one.ticks) <= end - start]
    return fits[0] if fits else found[-1]


def named_axis(names: Mapping[float, str], *, start: float, end: float) -> Axis:
    """An x axis over whole numbers that have names: a tick at the last, and before it at as many as can be read."""
    low, high = min(names), max(names)
    room = max(width(name) for name in names.values()) * 1.3
    steps = (step for step in range(1, int(high - low) + 2) if (end - start) * step >= room * max(high - low, 1))
    step = next(steps, int(high - low) + 1)
    ticks = tuple(place for place in sorted(names) if (high - place) % step == 0)
    margin = 0.0 if high > low else 0.5
    return Axis(low - margin, high + margin, start, end, ticks, 0, names)


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next((times * power for times in (1, 2, 5) if times * power >= rough * (1 - 1e-9)), 10 * power)


def frame(x: Axis, y: Axis, *, x_label: str, y_label: str, size: float) -> Iterator[SafeString]:
    """Lines across at the ticks of `y`, its name over them, the ticks of `x` and its name below."""
    yield text(y_label, 0, y.end - 11, room=size, kind="label muted")
    for tick in y.ticks:
        kind = "axis" if tick == y.low else "grid"
        yield path([(x.start - 6, y.at(tick)), (x.end, y.at(tick))], kind)
        yield text(y.written(tick), x.start - 10, y.at(tick) + 4.5, room=size, anchor="end", kind="label number")
    yield from x_ticks(x, y.start, x_label=x_label, size=size)


def x_ticks(x: Axis, y: float, *, x_label: str, size: float) -> Iterator[SafeString]:
    """The ticks of an x axis that lies at `y`, and its name; both need 40 below."""
    for tick in x.ticks:
        words = x.written(tick)
        half = width(words) / 2
        middle = min(max(x.at(tick), half), size - half)
        yield path([(x.at(tick), y), (x.at(tick), y + 4)], "axis")
        yield text(words, middle, y + 18, room=size, anchor="middle", kind="label number")
    yield text(x_label, x.end, y + 35, room=x.end, anchor="end", kind="label muted")
