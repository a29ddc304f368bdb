"""`python -m ml.agreement FILE.csv [--json]`: measure a file of answers."""

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from ml.agreement.figures import Figure
from ml.agreement.report import AgreementReport, agreement
from ml.agreement.table import read_answers
from ml.errors import AnswersInvalid


def main(arguments: Sequence[str]) -> int:
    """0 if measured, 1 if the file cannot be used; argparse exits with 2 on wrong arguments."""
    options = _parser().parse_args(arguments)
    try:
        with options.file.open(encoding="utf-8-sig", newline="") as lines:
            answers, articles = read_answers(lines)
        report = agreement(answers, articles=articles, seed=options.seed)
    except (OSError, UnicodeDecodeError, csv.Error, AnswersInvalid) as reason:
        print(f"{options.file}: {reason}", file=sys.stderr)
        return 1
    print(json.dumps(report.as_json(), allow_nan=False) if options.json else _page(report))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ml.agreement",
        description="Agreement between annotators, with 95 %% bootstrap intervals by article.",
    )
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE.csv",
        help="columns unit, annotator, label; label_2 (a second label) and article if there are any",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap (default 0)")
    return parser


def _page(report: AgreementReport) -> str:
    rows = [
        ("Krippendorff's alpha", report.krippendorff_alpha),
        ("Alpha of label sets", report.krippendorff_alpha_masi),
        ("Fleiss' kappa", report.fleiss_kappa),
        ("Gwet's AC1", report.gwet_ac1),
        ("Percent agreement", report.percent),
        *((f"alpha of {label}", figure) for label, figure in report.per_label.items()),
        *((f"Fleiss' kappa of {label}", figures.fleiss_kappa) for label, figures in report.against_rest.items()),
        *((f"AC1 of {label}", figures.gwet_ac1) for label, figures in report.against_rest.items()),
        *((f"percent of {label}", figures.percent) for label, figures in report.against_rest.items()),
        *((f"Cohen's kappa {pair.first} - {pair.second}", pair.cohen_kappa) for pair in report.pairs),
    ]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:<{width}}  {_words(figure)}" for name, figure in rows)


def _words(figure: Figure) -> str:
    size = f"n = {figure.n_units} units, {figure.n_answers} answers"
    if figure.value is None:
        return f"{figure.reason}; {size}"
    bounds = figure.reason if figure.low is None else f"{figure.low:.3f} to {figure.high:.3f}"
    return f"{figure.value:.3f} ({bounds}; {size})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
