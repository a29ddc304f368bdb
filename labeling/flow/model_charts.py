"""The charts of the model page. Beside each stands a table with the same figures."""

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from labeling.charts import Bar, Bin, Point, Series, bars, lines, reliability
from labeling.flow.figure import Figure
from labeling.flow.model_figures import Bin as Confidence
from labeling.models import Label


def learning_curve(measured: Sequence[tuple[int, Figure]], baseline: Sequence[tuple[int, Figure]]) -> SafeString:
    """Macro-F1 by number of labels: of the versions, and of random sampling as it is estimated."""
    series = [Series(_("This project"), [_point(n, one) for n, one in sorted(measured, key=lambda pair: pair[0])])]
    if baseline:
        series.append(Series(_("Random sampling, estimated"), [_point(n, one) for n, one in baseline], yardstick=True))
    return lines(
        series,
        title=_("Learning curve"),
        desc=_(
            "Macro-F1 on the audit sample by number of labels, with 95% intervals; the table beside it has the figures."
        ),
        x_label=_("labels"),
        y_label=_("macro-F1"),
    )


def by_label(figures: Sequence[tuple[Label, Figure]]) -> SafeString:
    """F1 of each label with its interval."""
    rows = [Bar(str(label), one.value, one.low, one.high, f"n = {one.n or 0}") for label, one in figures]
    return bars(
        rows,
        title=_("F1 by label"),
        desc=_("F1 of each label on the audit sample, with 95% intervals; the table beside it has the figures."),
        x_label="F1",
    )


def confidence(bins: Sequence[Confidence]) -> SafeString:
    """How often predictions are right against how sure they are."""
    rows = [Bin(one.confidence, one.right.value, one.right.low, one.right.high, one.right.n or 0) for one in bins]
    return reliability(
        rows,
        title=_("Reliability"),
        desc=_("Share of right predictions by confidence, with 95% intervals; the table beside it has the figures."),
        x_label=_("confidence"),
        y_label=_("share right"),
    )


def _point(n: int, one: Figure) -> Point:
    return Point(n, one.value, one.low, one.high)
