"""The figures of the card: agreement and the shares of the labels, none without its n and its interval."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MEASURES = {
    "krippendorff_alpha": "Krippendorff's alpha",
    "gwet_ac1": "Gwet's AC1",
    "percent": "share of answers that agree",
}
POPULATIONS = {"audit": "the audit sample", "chosen": "chosen by a model", "all": "all"}
NOT_MEASURED = {"value": None, "low": None, "high": None, "n": 0, "reason": "not measured"}
# The ways to a label's share, in the order of their columns; after the plain count.
WAYS = {"drawn": "audit sample, weighted", "corrected": "corrected by chances", "assisted": "assisted by a model"}


def agreement(head: Mapping[str, Any]) -> str:
    """Tables of agreement: three measures, and alpha for each label, by the sentences they are of."""
    found = head["figures"].get("agreement", {})
    if not found:
        return "Agreement beyond chance was not measured."
    return (
        "Agreement beyond chance is measured on the answers of this very revision to sentences that two people or more "
        "answered, without answers that were asked for because the others differed. Intervals are 95%, by bootstrap of "
        "articles. Only the audit sample speaks for all sentences: a model asks where it is unsure, and there people "
        "agree less.\n\n"
        "| sentences | measure | value | 95% interval | n sentences | n answers |\n|---|---|---|---|---|---|\n"
        + "\n".join(_measures(found))
        + "\n\nKrippendorff's alpha of each label against all others, with its 95% interval; n: sentences.\n\n"
        + "\n".join(_per_label(found, [label["key"] for label in head["labels"]]))
    )


def _measures(found: Mapping[str, Any]) -> Iterator[str]:
    for population, of in POPULATIONS.items():
        for measure, name in MEASURES.items():
            one = found[population][measure]
            cells = (of, name, *_value(one), f"{one['n_units']:,}", f"{one['n_answers']:,}")
            yield f"| {' | '.join(cells)} |"


def _per_label(found: Mapping[str, Any], labels: Sequence[str]) -> Iterator[str]:
    yield f"| label | {' | '.join(POPULATIONS.values())} |"
    yield "|---" * (1 + len(POPULATIONS)) + "|"
    missing = NOT_MEASURED | {"n_units": 0, "reason": "does not occur"}
    for label in labels:
        cells = (_at_once(found[population]["per_label"].get(label, missing)) for population in POPULATIONS)
        yield f"| `{label}` | {' | '.join(cells)} |"


def _at_once(one: Mapping[str, Any]) -> str:
    """A coefficient with its interval and n in one cell: apart, they make the table wider than the hub's page."""
    value, interval = _value(one)
    return f"{value} ({interval}; n = {one['n_units']:,})"


def _value(one: Mapping[str, Any]) -> tuple[str, str]:
    """A coefficient and its interval as cells; a reason where there is none."""
    if one["value"] is None:
        return "–", one["reason"]
    return f"{one['value']:.3f}", one["reason"] if one["low"] is None else f"{one['low']:.3f} to {one['high']:.3f}"


def shares(head: Mapping[str, Any]) -> str:
    """The table of label shares, and under it how each column came about."""
    found = head["figures"].get("shares", {})
    keys = [one["key"] for one in head["labels"]]
    rows = (f"| `{key}` | {' | '.join(_of_label(key, head, found))} |" for key in keys)
    return (
        f"| label | all rows | {' | '.join(WAYS.values())} |\n|---|---|---|---|---|\n"
        + "\n".join(rows)
        + "\n\n"
        + "\n".join(f"* {line}" for line in _ways(head, found))
    )


def _of_label(key: str, head: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    n = head["by_label"].get(key, 0)
    yield f"{n / head['n_rows']:.1%} ({n:,} of {head['n_rows']:,})"
    for way in WAYS:
        one = found.get(way, {}).get("labels", {}).get(key, NOT_MEASURED)
        if one["value"] is None:
            yield "–"
            continue
        interval = one["reason"] if one["low"] is None else f"{one['low']:.1%} to {one['high']:.1%}"
        yield f"{one['value']:.1%} ({interval}; n = {one['n']:,})"


def _ways(head: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"All rows: a count of the {head['n_rows']:,} rows here. No estimate of the news: people were asked about what "
        "a model chose."
    )
    if not found:
        yield "The other shares were not measured."
        return
    drawn = found["drawn"]
    yield (
        f"Audit sample, weighted: {drawn['n']:,} settled sentences of the sample, each weighted by the inverse of its "
        "`selection_probability`, over the sum of the weights (Hájek 1971). 95% interval: Wilson's, at the number of "
        "independent sentences that would vary as much as a bootstrap over articles does. n: sentences of the label. "
        f"Answered without a settled label, and so not in it: {drawn['n_unsettled']:,}.{_why(drawn)}"
    )
    corrected, assisted = found["corrected"], found["assisted"]
    yield (
        "Corrected by chances: the labels that a model learns from, each weighted by the chance it had to be chosen "
        f"(LURE, Farquhar, Gal & Rainforth 2021). {_measured_with(corrected, 'sentences')}{_why(corrected)}"
    )
    yield (
        "Assisted by a model: the audit sample, and what models that had not seen a sentence's article say of every "
        "sentence of the project (regression estimator, Cochran 1977, ch. 7). "
        f"{_measured_with(assisted, 'settled sentences of the sample')}{_why(assisted)}"
    )


def _measured_with(way: Mapping[str, Any], made_of: str) -> str:
    """Which model it was measured with, and on how much; that is of its time."""
    model = way["model"]
    if not model:
        return "No model was measured yet."
    return f"Measured on {way['n']:,} {made_of} with model version {model['number']} of {model['trained_at']}."


def _why(way: Mapping[str, Any]) -> str:
    """Why values are missing, each reason once, with the labels it is true of."""
    missing: dict[str, list[str]] = {}
    for key, one in way["labels"].items():
        if one["value"] is None:
            missing.setdefault(one["reason"], []).append(f"`{key}`")
    return "".join(f" {', '.join(keys)}: {reason}." for reason, keys in missing.items())
