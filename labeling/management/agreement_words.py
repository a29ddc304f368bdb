"""Figures of agreement as a person reads them in a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MEASURES = {
    "krippendorff_alpha": "Krippendorff's alpha",
    "krippendorff_alpha_masi": "alpha with second labels",
    "fleiss_kappa": "Fleiss' kappa",
    "gwet_ac1": "Gwet's AC1",
    "percent": "share that agrees",
}
REST = {"fleiss_kappa": "Fleiss' kappa", "gwet_ac1": "Gwet's AC1", "percent": "share that agrees"}
WIDE = 44


def in_words(done: Mapping[str, Any]) -> str:
    """What the command `agreement` found, the same as its JSON, section by section."""
    sections = [
        *(("Sentences: " + name, _population(figures)) for name, figures in done["populations"].items()),
        ("Sentences: all", _population(done)),
        ("Cohen's kappa by pair, all sentences", _pairs(done["pairs"])),
        *((f"Labels of one sentence: {one['population']}", _confusion(one)) for one in done["confusions"]),
        ("Alpha by week, all sentences and audit sample", _weeks(done["weeks"])),
        ("The same person, asked again", [_line("same label as before", done["repeats"])]),
    ]
    told = [(title, list(lines)) for title, lines in sections]
    told.append(("Revision", [f"  {done['revision']}"]))
    return "\n\n".join("\n".join([title, *lines]) for title, lines in told if lines)


def _population(figures: Mapping[str, Any]) -> Iterator[str]:
    for key, name in MEASURES.items():
        yield _line(name, figures[key])
    for label, alpha in figures["per_label"].items():
        yield _line(f"alpha, {label}", alpha)
        for key, name in REST.items():
            yield _line(f"{name}, {label}", figures["against_rest"][label][key])


def _pairs(pairs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in pairs:
        yield _line(f"{one['first']}, {one['second']}", one["cohen_kappa"])
        yield _line(f"{one['first']}, {one['second']}, share that agrees", one["percent"])


def _confusion(one: Mapping[str, Any]) -> Iterator[str]:
    """A row for a label, a column for another: sentences that have both among their answers."""
    rows = [["", *one["labels"], "sentences"]]
    for label, units, n in zip(one["labels"], one["units"], one["of_label"], strict=True):
        rows.append([label, *map(str, units), str(n)])
    wide = max(len(cell) for row in rows for cell in row)
    return ("  " + "  ".join(cell.rjust(wide) for cell in row) for row in rows if one["labels"])


def _weeks(weeks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for week in weeks:
        yield _line(f"week of {week['monday']}", week["all"]["krippendorff_alpha"])
        yield _line(f"week of {week['monday']}, share that agrees", week["all"]["percent"])
        if week["audit"]:
            yield _line(f"week of {week['monday']}, audit sample", week["audit"]["krippendorff_alpha"])


def _line(name: str, figure: Mapping[str, Any]) -> str:
    n = f"{figure['n_units']} sentences, {figure['n_answers']} answers"
    if figure["value"] is None:
        return f"  {name:<{WIDE}}  {figure['reason']}; {n}"
    between = figure["reason"] if figure["low"] is None else f"{figure['low']:.3f} to {figure['high']:.3f}"
    return f"  {name:<{WIDE}}  {figure['value']:.3f}  ({between}; {n})"
