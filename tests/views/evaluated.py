"""An evaluation as `labeling.flow.evaluate` writes it, with something in every part."""

from typing import Any

from labeling.models import Sentence

LABELS = ["claim", "condemnation", "denial", "none"]


def figure(value: float | None, n: int = 55, reason: str = "") -> dict[str, Any]:
    """A figure with an interval of a tenth to both sides."""
    low, high = (None, None) if value is None else (value - 0.1, value + 0.1)
    return {"value": value, "low": low, "high": high, "n": n, "n_groups": n, "reason": reason}


def condition(name: str, holds: bool | None, reason: str = "", **figures: object) -> dict[str, Any]:
    return {"name": name, "holds": holds, "figures": figures, "reason": reason}


def conditions(**holds: bool | None) -> list[dict[str, Any]]:
    """The four conditions; `holds` by name, True where it is not said."""
    return [
        condition("stable", holds.get("stable", True), "too few versions were compared", mean=0.962, needed=0.95),
        condition("labels", holds.get("labels", True), few={"denial": 4}, needed=10),
        condition("flat", holds.get("flat", True), "the interval is too wide to tell", low=0.6, high=0.8, of=5),
        condition(
            "gain",
            holds.get("gain", True),
            "not defined (needs 5 measured versions)",
            value=0.004,
            low=-0.01,
            high=0.02,
            needed=0.01,
            more=100,
        ),
    ]


def evaluation(*sentences: Sentence, **more: object) -> dict[str, Any]:
    """`sentences` are the audit sample: claims that were read as denials, and are doubted too."""
    bins = [{"low": 0.7, "high": 0.8, "confidence": 0.77, "right": figure(0.64, 22)}]
    shares = {key: figure(0.25, 14) for key in LABELS}
    n = len(sentences)
    return {
        "least": 20,
        "unsettled": 0,
        "audit": {"name": "", "macro_f1": figure(0.72), "per_label": {"denial": figure(0.66, 9)}},
        "sentences": {"labels": LABELS, "ids": [one.pk for one in sentences], "true": [0] * n, "predicted": [2] * n},
        "reliability": {"error": figure(0.13), "by_chance": 0.07, "bins": bins},
        "fixed": {"labels": LABELS, "ids": [], "predicted": []},
        "change": {
            "since": 6,
            "rows": 1000,
            "moved": 17,
            "kappa": figure(0.971),
            "grew": {"claim": 14, "none": -2},
            "macro_f1": figure(0.05, 51),
        },
        "doubtful": [{"id": one.pk, "label": "claim", "likelier": "none", "score": 0.93} for one in sentences],
        "shares": {"drawn": shares, "assisted": {**shares, "denial": figure(None, 3, "not defined (no sentences)")}},
        "corrected": {key: figure(None, 3, "not defined (no sentences)") for key in LABELS},
        "baseline": {"n": 60, "points": [{"n": 20, "macro_f1": figure(0.31)}, {"n": 45, "macro_f1": figure(0.44)}]},
        "stop": {"verdict": "stop", "conditions": conditions()},
        **more,
    }
