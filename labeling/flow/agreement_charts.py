"""The charts of the agreement page. Beside each stands a table with the same figures."""

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from labeling.axes import number
from labeling.charts import Bar, Level, Point, Series, bars, lines
from labeling.flow.agreement_verdict import USABLE
from labeling.flow.figure import Figure
from labeling.models import Label


def by_label(figures: Sequence[tuple[Label, Figure]]) -> SafeString:
    """Alpha of each label against all others, with its interval."""
    rows = [Bar(str(label), one.value, one.low, one.high, f"n = {one.n or 0}") for label, one in figures]
    return bars(
        rows,
        title=_("Agreement by label"),
        desc=_("Alpha of each label against all others, with 95% intervals; the table beside it has the figures."),
        x_label=_("alpha"),
    )


def by_week(weeks: Sequence[tuple[date, Figure]]) -> SafeString:
    """Alpha of each week, oldest first, with a band for its interval; a week without a figure is a gap."""
    first = weeks[0][0]
    places = [(float((monday - first).days // 7), monday, one) for monday, one in weeks]
    lows = [low for _monday, one in weeks for low in (one.low, one.value) if low is not None]
    return lines(
        [Series(_("All sentences together"), [Point(x, one.value, one.low, one.high) for x, _day, one in places])],
        title=_("Agreement by week"),
        desc=_("Alpha of each week, with 95% intervals; the table beside it has the figures."),
        x_label=_("week that began on"),
        y_label=_("alpha"),
        level=Level(number(USABLE, 3), USABLE),
        limits=(min(0.0, *lows), 1.0) if lows else (0.0, 1.0),
        x_names={x: date_format(monday, "j M") for x, monday, _one in places},
    )
