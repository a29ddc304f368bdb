"""The stop signal in words: what each sign says, and what they come to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from labeling.axes import between, number
from labeling.flow.figure import figure, part, reason_of
from labeling.models import Label

Verdict = Literal["stop", "go on", "unknown"]

# What `ml.stopping` gives as reasons why nothing can be said.
REASONS = (
    gettext_noop("too few versions were compared"),
    gettext_noop("too few versions were measured"),
    gettext_noop("the latest figure has no interval"),
    gettext_noop("the interval is too wide to tell"),
)


@dataclass(frozen=True, slots=True)
class Sign:
    """One condition: whether it holds (None: it cannot be told), and what it says."""

    holds: bool | None
    text: str


@dataclass(frozen=True, slots=True)
class Signal:
    verdict: Verdict
    text: str
    signs: list[Sign]


def signal(stop: object, labels: Sequence[Label]) -> Signal | None:
    """The part `stop` of an evaluation in words; None where there is none."""
    conditions = part(stop, "conditions")
    if not isinstance(conditions, list):
        return None
    names = {label.key: str(label) for label in labels}
    signs = [_sign(one, names) for one in conditions if part(one, "name") in _SAID]
    verdict = part(stop, "verdict")
    lacking = sum(one.holds is not True for one in signs)
    if verdict == "stop":
        return Signal("stop", _("Labelling may stop: every sign says so."), signs)
    if verdict == "go on":
        said = ngettext("Go on labelling: %(n)d sign is lacking.", "Go on labelling: %(n)d signs are lacking.", lacking)
        return Signal("go on", said % {"n": lacking}, signs)
    return Signal("unknown", _("It cannot be told yet whether labelling may stop."), signs)


def _sign(condition: object, names: Mapping[str, str]) -> Sign:
    holds = part(condition, "holds")
    figures = part(condition, "figures")
    told = figures if isinstance(figures, Mapping) else {}
    says = _SAID[str(part(condition, "name"))]
    known = holds if isinstance(holds, bool) else None
    return Sign(known, says(known, told, reason_of(condition), names))


def _stable(holds: bool | None, told: Mapping[str, Any], reason: str, _names: Mapping[str, str]) -> str:
    if holds is None:
        return _("Whether predictions still change from version to version: %(reason)s.") % {"reason": reason}
    said = (
        _("Predictions hardly change any more: kappa of successive versions is %(mean)s, wanted is %(needed)s.")
        if holds
        else _("Predictions still change: kappa of successive versions is %(mean)s, wanted is %(needed)s.")
    )
    return said % {"mean": number(told["mean"], 3), "needed": number(told["needed"], 2)}


def _labels(holds: bool | None, told: Mapping[str, Any], _reason: str, names: Mapping[str, str]) -> str:
    if holds:
        return _("The model learned every label from %(needed)d sentences or more.") % {"needed": told["needed"]}
    few = ", ".join(f"{names.get(key, key)} {n}" for key, n in told["few"].items())
    return _("Too few sentences to learn from: %(few)s. Every label needs %(needed)d.") % {
        "few": few,
        "needed": told["needed"],
    }


def _flat(holds: bool | None, told: Mapping[str, Any], reason: str, _names: Mapping[str, str]) -> str:
    if holds is None:
        return _("Whether macro-F1 on the audit sample still moves: %(reason)s.") % {"reason": reason}
    said = (
        _("Macro-F1 on the audit sample stayed within its interval (%(interval)s) for %(n)d versions.")
        if holds
        else _("Macro-F1 on the audit sample left its interval (%(interval)s) within the last %(n)d versions.")
    )
    return said % {"interval": between(told["low"], told["high"]), "n": told["of"]}


def _gain(holds: bool | None, told: Mapping[str, Any], reason: str, _names: Mapping[str, str]) -> str:
    if holds is None:
        return _("What the next hundred labels would add: %(reason)s.") % {"reason": reason}
    said = (
        _("The next hundred labels would add %(gain)s to macro-F1 (%(interval)s), less than your %(needed)s.")
        if holds
        else _("The next hundred labels would add %(gain)s to macro-F1 (%(interval)s); you stop below %(needed)s.")
    )
    gain = figure(told)
    interval = between(gain.low, gain.high, 3) if gain.low is not None and gain.high is not None else "–"
    return said % {"gain": number(gain.value or 0, 3), "interval": interval, "needed": number(told["needed"], 3)}


_SAID: dict[str, Callable[[bool | None, Mapping[str, Any], str, Mapping[str, str]], str]] = {
    "stable": _stable,
    "labels": _labels,
    "flat": _flat,
    "gain": _gain,
}
