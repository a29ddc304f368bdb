"""A small picture of counts from day to day, made on the server. A table with the same figures belongs beside it."""

from collections.abc import Sequence

from django.utils.safestring import SafeString

from labeling.svg import element, picture, told

WIDE, HIGH, GAP = 340.0, 64.0, 6.0


def sparkline(counts: Sequence[tuple[str, int]], *, title: str, desc: str) -> SafeString:
    """A bar for each name and count, from left to right; the highest fills the height."""
    most = max((n for _name, n in counts), default=0) or 1
    step = WIDE / max(len(counts), 1)
    bars = [
        element(
            "rect",
            *told(f"{name}: {n}"),
            x=place * step + GAP / 2,
            y=HIGH - HIGH * n / most,
            width=step - GAP,
            height=HIGH * n / most,
            class_="bar kind-0",
        )
        for place, (name, n) in enumerate(counts)
    ]
    return picture(bars, size=WIDE, high=HIGH, title=title, desc=desc, standalone=False)
