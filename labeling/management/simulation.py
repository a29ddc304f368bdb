"""What a simulation leaves behind: one JSON object, curves and a table as files."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from labeling.charts import Level, Point, Series, lines
from labeling.errors import Refused
from ml.comparison import Standing, mean_bounds
from ml.durable import write_text
from ml.evaluation import Score
from ml.simulate import SimulationResult

YARDSTICK = "random"
FILES = ("curves.csv", "curves.svg", "table.csv", "table.md")
COLUMNS = ("strategy", "seeds", "area", "labels to 95 %", "gain over random", "wins over random")
_FIGURES = ("area", "labels_to_95", "gain", "wins")


def destination(name: str, *, force: bool) -> Path:
    """The directory for the files, made if it is not there. Raises Refused where somebody's files are in it."""
    directory = Path(name).expanduser()
    if directory.exists() and not directory.is_dir():
        raise Refused(f"{directory} is a file. Name a directory.")
    found = sorted(path.name for path in directory.iterdir()) if directory.exists() else []
    strange = [one for one in found if one not in FILES]
    if strange:
        raise Refused(f"{directory} holds other files ({strange[0]}). Name a new or an empty directory.")
    if found and not force:
        raise Refused(f"{directory} holds an earlier simulation. Name another directory, or replace it with --force.")
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def as_json(result: SimulationResult, *, stopped: bool) -> dict[str, Any]:
    """Curves and figures of each strategy; `stopped` before all replays were finished."""
    curves, standings = result.by_learner(), result.standings(yardstick=YARDSTICK)
    return {
        "strategies": {
            name: {
                "labels": list(result.labels),
                "seeds": list(curves[name]),
                "macro_f1": [list(curve) for curve in curves[name].values()],
                **standing.as_json(),
            }
            for name, standing in standings.items()
        },
        "full_data_macro_f1": result.full_data_macro_f1,
        "pool": result.n_pool,
        "hold_out": result.n_hold_out,
        "stopped": stopped,
    }


def write(directory: Path, result: SimulationResult) -> None:
    """All four files, each in one step: curves and table of what is finished."""
    standings = result.standings(yardstick=YARDSTICK)
    curves = [
        (curve.learner, curve.seed, labels, round(value, 6))
        for curve in result.curves
        for labels, value in zip(result.labels, curve.macro_f1, strict=True)
    ]
    figures = [
        (name, part, score.value, score.low, score.high, score.n, score.reason)
        for name, standing in standings.items()
        for part in _FIGURES
        for score in (getattr(standing, part),)
    ]
    write_text(directory / "curves.csv", _csv(("strategy", "seed", "labels", "macro_f1"), curves))
    write_text(directory / "curves.svg", picture(result))
    write_text(
        directory / "table.csv", _csv(("strategy", "figure", "value", "low", "high", "seeds", "reason"), figures)
    )
    write_text(directory / "table.md", table(result))


def table(result: SimulationResult) -> str:
    """A table for people, in Markdown, and under it what it is about."""
    rows = [COLUMNS, ["---"] * len(COLUMNS)]
    rows += [_row(name, standing) for name, standing in result.standings(yardstick=YARDSTICK).items()]
    first, last = result.labels[0], result.labels[-1]
    about = (
        f"Pool {result.n_pool:,} sentences, held out {result.n_hold_out:,}. Macro-F1 with all labels of the pool: "
        f"{result.full_data_macro_f1:.3f}. Area: mean macro-F1 from {first} to {last} labels. Intervals: 95 %, over "
        "the seeds; they say nothing about other data."
    )
    return "\n".join(["| " + " | ".join(cells) + " |" for cells in rows] + ["", about, ""])


def picture(result: SimulationResult) -> str:
    """The mean curve of each strategy, with bands of its interval over the seeds."""
    series = [
        Series(name, list(_points(result.labels, list(curves.values()))), yardstick=name == YARDSTICK)
        for name, curves in result.by_learner().items()
    ]
    full = result.full_data_macro_f1
    seeds = max((len(curves) for curves in result.by_learner().values()), default=0)
    return lines(
        series,
        title="Macro-F1 by number of labels",
        desc=f"Mean over {seeds} seeds for each strategy, with 95 % intervals.",
        x_label="labels",
        y_label=f"macro-F1 on {result.n_hold_out:,} held-out sentences",
        level=Level(f"all {result.n_pool:,} labels: {full:.2f}", full),
        standalone=True,
    )


def _points(labels: Sequence[int], curves: Sequence[Sequence[float]]) -> Iterable[Point]:
    bounds = mean_bounds(curves)
    for place, (n, value) in enumerate(zip(labels, np.mean(curves, axis=0).tolist(), strict=True)):
        low, high = (None, None) if bounds is None else (float(bounds[0][place]), float(bounds[1][place]))
        yield Point(n, value, low, high)


def _row(name: str, standing: Standing) -> list[str]:
    return [
        name.replace("|", "/"),
        str(standing.area.n),
        _words(standing.area, "{:.3f}"),
        _labels(standing.labels_to_95),
        _words(standing.gain, "{:+.3f}"),
        _words(standing.wins, "{:.0%}"),
    ]


def _labels(score: Score) -> str:
    if score.value is None or score.reason:
        return score.reason if score.value is None else f"{score.value:.0f}, {score.reason}"
    return f"{score.value:.0f} (seeds: {score.low:.0f} to {score.high:.0f})"


def _words(score: Score, form: str) -> str:
    if score.value is None:
        # What stands in the reason is the same for every row; the JSON and table.csv have it.
        return "–"
    value = form.format(score.value)
    if score.low is None or score.high is None:
        return f"{value}, {score.reason}" if score.reason else value
    return f"{value} ({form.format(score.low)} to {form.format(score.high)})"


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    into = io.StringIO()
    writer = csv.writer(into, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return into.getvalue()
