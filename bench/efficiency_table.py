"""The tables of `bench.efficiency`: pure, from curves to markdown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from ml.comparison import area, mean, wilson

SHOWN = (60, 100, 300, 600)
YARDSTICK = "random"
TUTORIAL = "tutorial"


@dataclass(frozen=True)
class Replayed:
    """One curve: `macro_f1` of `learner` on `set` at each of `labels`."""

    set: str
    seed: int
    learner: str
    labels: tuple[int, ...]
    macro_f1: tuple[float, ...]

    @property
    def key(self) -> tuple[str, int, str]:
        return self.set, self.seed, self.learner

    @property
    def area(self) -> float:
        return area(self.labels, self.macro_f1)

    def at(self, n: int) -> float:
        """Macro-F1 with the most labels that are not above `n`."""
        return self.macro_f1[sum(one <= n for one in self.labels) - 1]

    def as_json(self) -> dict[str, Any]:
        rounded = [round(value, 5) for value in self.macro_f1]
        return {"set": self.set, "seed": self.seed, "learner": self.learner, "labels": self.labels, "macro_f1": rounded}

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> "Replayed":
        return cls(line["set"], line["seed"], line["learner"], tuple(line["labels"]), tuple(line["macro_f1"]))


def tables(replayed: Sequence[Replayed], *, ours: str) -> Iterator[str]:
    """All of what is to be said: the means, each set, what labels are worth."""
    by_learner: dict[str, list[Replayed]] = {}
    for one in replayed:
        by_learner.setdefault(one.learner, []).append(one)
    sets = sorted({one.set for one in replayed})
    random = {one.key[:2]: one.area for one in by_learner.get(YARDSTICK, [])}
    ordered = sorted(by_learner, key=lambda name: -_of_sets(by_learner[name], lambda one: one.area))
    yield from _means(ordered, by_learner, random)
    yield ""
    yield from _each_set(ordered, by_learner, sets)
    yield ""
    yield from _worth(by_learner, ours)


def _means(
    ordered: Sequence[str], by_learner: Mapping[str, Sequence[Replayed]], random: Mapping[tuple[str, int], float]
) -> Iterator[str]:
    heads = [*(f"{n}" for n in SHOWN), "area", "gain over random", "sets above", "runs above random"]
    yield f"| learner | {' | '.join(heads)} |"
    yield f"|---|{'---|' * len(heads)}"
    for name in ordered:
        curves = by_learner[name]
        reached = min(one.labels[-1] for one in curves)
        cells = [f"{_of_sets(curves, lambda one, n=n: one.at(n)):.3f}" if n <= reached else "" for n in SHOWN]
        cells += [f"{_of_sets(curves, lambda one: one.area):.4f}", *_against(name, curves, random)]
        yield f"| {name} | {' | '.join(cells)} |"


def _against(name: str, curves: Sequence[Replayed], random: Mapping[tuple[str, int], float]) -> list[str]:
    """Gain, sets and runs above random, paired by set and seed."""
    pairs = {one.key[:2]: one.area - random[one.key[:2]] for one in curves if one.key[:2] in random}
    if name == YARDSTICK or not pairs:
        return ["", "", ""]
    gain = mean(list(pairs.values()))
    bounds = "" if gain.low is None or gain.high is None else f" ({gain.low:+.4f} to {gain.high:+.4f})"
    sets = sorted({key[0] for key in pairs})
    above = sum(fmean(value for key, value in pairs.items() if key[0] == one) > 0 for one in sets)
    hits = sum(value > 0 for value in pairs.values())
    low, high = wilson(hits, len(pairs))
    runs = f"{hits} of {len(pairs)} ({low:.0%} to {high:.0%})"
    return [f"{gain.value:+.4f}{bounds}", f"{above} of {len(sets)}", runs]


def _each_set(
    ordered: Sequence[str], by_learner: Mapping[str, Sequence[Replayed]], sets: Sequence[str]
) -> Iterator[str]:
    yield f"| area on each set | {' | '.join(sets)} |"
    yield f"|---|{'---|' * len(sets)}"
    for name in ordered:
        areas = [[one.area for one in by_learner[name] if one.set == each] for each in sets]
        yield f"| {name} | {' | '.join(f'{fmean(some):.4f}' if some else '' for some in areas)} |"


def _worth(by_learner: Mapping[str, Sequence[Replayed]], ours: str) -> Iterator[str]:
    """How many labels of the others it takes to be where ours is with sixty."""
    if ours not in by_learner:
        return
    level = _of_sets(by_learner[ours], lambda one: one.at(SHOWN[0]))
    for name, curves in by_learner.items():
        if name == YARDSTICK or name.startswith(TUTORIAL):
            labels = curves[0].labels
            reached = next((n for n in labels if _of_sets(curves, lambda one, n=n: one.at(n)) >= level), None)
            worth = f"more than {labels[-1]}" if reached is None else f"{reached}"
            yield f"{SHOWN[0]} labels of `{ours}` ({level:.3f}) are worth {worth} of `{name}`."


def _of_sets(curves: Sequence[Replayed], figure: Any) -> float:
    """The mean over sets of the mean over seeds."""
    sets = {one.set for one in curves}
    return fmean(fmean(figure(one) for one in curves if one.set == each) for each in sets)
