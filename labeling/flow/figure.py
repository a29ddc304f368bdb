"""A figure as reports keep it in JSON, read with care: parts may be missing, and what is missing is said."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from labeling.axes import between, number

# What `ml` gives as reasons, so that they can be translated; any other is shown as it came.
REASONS = (
    gettext_noop("not defined"),
    gettext_noop("not defined (no unit has two answers)"),
    gettext_noop("not defined (one label only)"),
    gettext_noop("not measured (no answer has a second label)"),
    gettext_noop("not measured (nobody was asked about a sentence again)"),
    gettext_noop("not defined (no sentences)"),
    gettext_noop("not defined (needs 10 labels of two articles)"),
    gettext_noop("not defined (not enough audit labels yet)"),
    gettext_noop("not defined (needs 20 labels drawn by lot, of 4 articles and two kinds)"),
    gettext_noop("not defined (fewer than 10 sentences of this label drawn by lot)"),
    gettext_noop(
        "not defined (the model chose some of these sentences; a choice by score has no chance to correct for)"
    ),
    gettext_noop("not defined (needs 5 measured versions)"),
    gettext_noop("not defined (the measured versions differ too little in their labels)"),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` is None where it is not defined or was not measured; `reason` then says why."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    n_answers: int | None = None
    reason: str = ""

    @property
    def has_interval(self) -> bool:
        return self.low is not None and self.high is not None

    @property
    def said(self) -> str:
        """The value with three decimals, as the reader's language writes it. A page of many figures asks here: a filter
        and a translation in the template for each take twice as long."""
        return "–" if self.value is None else number(self.value, 3)

    @property
    def between(self) -> str:
        """The interval in words; empty where there is none."""
        return "" if self.low is None or self.high is None else between(self.low, self.high, 3)


def figure(found: object) -> Figure:
    """The figure in `{"value", "low", "high", "n" or "n_units", "n_answers", "reason"}`; parts may be missing."""
    if not isinstance(found, Mapping):
        return Figure(None, reason=_("Not measured."))
    value = _number(found.get("value"))
    return Figure(
        value=value,
        low=_number(found.get("low")),
        high=_number(found.get("high")),
        n=_count(found.get("n", found.get("n_units"))),
        n_answers=_count(found.get("n_answers")),
        reason="" if value is not None else reason_of(found) or _("Not measured."),
    )


def reason_of(found: object) -> str:
    """The reason in a JSON object, in the language of the page; empty where there is none."""
    reason = part(found, "reason")
    return _(reason) if isinstance(reason, str) and reason else ""


def part(tree: object, *path: str) -> object:
    """What lies under `path` in nested JSON objects, None where a step is missing."""
    for key in path:
        tree = tree.get(key) if isinstance(tree, Mapping) else None
    return tree


def _number(found: object) -> float | None:
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def _count(found: object) -> int | None:
    return found if isinstance(found, int) and not isinstance(found, bool) else None
