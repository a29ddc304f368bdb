"""People's answers to figures about each of them, as plain JSON. Which answers count where: flow.quality."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml import agreement, streaks
from ml.agreement.others import MISSING, majority, votes_of_others, with_others
from ml.comparison import wilson

# Half of the usual number: there are as many people as there are.
RESAMPLES = 500
# From fewer answers nobody's usual pace is known; of the project's, from fewer than ALL.
OWN, ALL = 30, 100
# Answers with a view of others that make a point of the drift, and how many points and streaks are told: the latest.
BLOCK, POINTS, STREAKS = 100, 20, 10
# Sentences of one cell of the confusion that are told, the newest.
SHOWN = 20
Numbers = NDArray[np.int64]
Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Given(NamedTuple):
    """One answer that stands. `at` is told as it comes; `label` is 0 for unsure, flags are 0 or 1.

    `counts`: as agreement counts it; `plain`: so, and nobody asked for it because of a doubt; `timed`: with a time that
    says something. `decided`, `decider`: the verdict's label and person, 0 without one.
    """

    at: object
    sentence: int
    who: int
    label: int
    article: int
    seconds: float
    length: int
    counts: int
    plain: int
    timed: int
    decided: int
    decider: int


def people(
    given: Sequence[Given], keys: Mapping[int, str], repeats: Sequence[tuple[int, int, int]], *, seed: int
) -> dict[int, dict[str, Any]]:
    """By person what is told of their answers. `keys`: of labels, by id; `repeats`: person, first label, second, or 0.

    `given` in the order of time. What others say of a sentence is the verdict where somebody else gave it, else what
    more than half of the other people chose. Intervals of kappa and percent resample articles, others are Wilson's.
    """
    table = _Table.of(given)
    steady, usual, views = _steadiness(repeats), _usual(table), _Views.of(table, keys)
    every = _quartiles(table.seconds[table.timed])["median"]
    told = {}
    for one in np.unique(table.who).tolist():
        mine = np.flatnonzero(table.who == one)
        unsure = int((table.label[mine] == 0).sum())
        tempo = _tempo(table, mine[table.timed[mine]], usual, every)
        told[one] = {"unsure": _share(unsure, len(mine)), **views.told(one, seed=seed), **tempo}
        told[one]["repeats"] = steady.get(one)
    return told


@dataclass(frozen=True)
class _Table:
    """`Given` by columns."""

    at: Sequence[object]
    sentence: Numbers
    who: Numbers
    label: Numbers
    article: Numbers
    seconds: Reals
    length: Reals
    counts: Flags
    plain: Flags
    timed: Flags
    decided: Numbers
    decider: Numbers

    @classmethod
    def of(cls, given: Sequence[Given]) -> "_Table":
        kinds = {"seconds": np.float64, "length": np.float64, "counts": np.bool_, "plain": np.bool_, "timed": np.bool_}
        columns = dict(zip(Given._fields, list(zip(*given, strict=True)) or [()] * len(Given._fields), strict=True))
        at = columns.pop("at")
        return cls(at, **{name: np.array(one, dtype=kinds.get(name, np.int64)) for name, one in columns.items()})


@dataclass(frozen=True)
class _Views:
    """Answers that count beside what others said: columns of `given` at `places`, labels as numbers from 0."""

    table: _Table
    keys: list[str]
    places: Numbers
    who: Numbers
    own: Numbers
    plain: Flags
    votes: Reals
    others: Numbers
    closed: Flags

    @classmethod
    def of(cls, table: _Table, keys: Mapping[int, str]) -> "_Views":
        places, known = np.flatnonzero(table.counts), sorted(keys)
        own = np.searchsorted(known, table.label[places])
        units = np.unique(table.sentence[places], return_inverse=True)[1]
        who, decided, plain = table.who[places], table.decided[places], table.plain[places]
        rest, votes = votes_of_others(units, own, len(known))
        by_other = (decided > 0) & (table.decider[places] != who)
        others = np.where(by_other, np.searchsorted(known, decided), majority(rest))
        unbiased = np.zeros((len(places), len(known)))
        unbiased[plain] = votes_of_others(units[plain], own[plain], len(known))[0]
        closed = (decided > 0) | (majority(votes) != MISSING)
        return cls(table, [keys[one] for one in known], places, who, own, plain, unbiased, others, closed)

    def told(self, person: int, *, seed: int) -> dict[str, Any]:
        mine = self.who == person
        beside = np.flatnonzero(mine & self.plain & (self.votes.sum(axis=1) > 0))
        articles = self.table.article[self.places[beside]]
        kappa, percent = with_others(
            self.own[beside], self.votes[beside], articles=articles, seed=seed, resamples=RESAMPLES
        )
        seen = np.flatnonzero(mine & (self.others != MISSING))
        return {
            "kappa": asdict(kappa),
            "percent": asdict(percent),
            "same": _share(int((self.own[seen] == self.others[seen]).sum()), len(seen)),
            "cells": self._cells(seen),
            "drift": self._drift(seen),
        }

    def _cells(self, seen: Numbers) -> list[dict[str, Any]]:
        """How often others said one label and the person one, in the order of labels. `ids` differ and are settled.

        What is not settled yet is counted in `open`: who saw what others say of it might follow them.
        """
        k = len(self.keys)
        cell = self.others[seen] * k + self.own[seen]
        told = []
        for one in np.unique(cell).tolist():
            rows = seen[cell == one]
            shut = rows[self.closed[rows]] if one // k != one % k else rows[:0]
            told.append(
                {
                    "others": self.keys[one // k],
                    "said": self.keys[one % k],
                    "n": len(rows),
                    "open": int((~self.closed[rows]).sum()),
                    "ids": self.table.sentence[self.places[shut[::-1][:SHOWN]]].tolist(),
                }
            )
        return told

    def _drift(self, seen: Numbers) -> list[dict[str, Any]]:
        """How often others said the same, a hundred answers at a time, the oldest first."""
        blocks = [seen[start : start + BLOCK] for start in range(0, len(seen), BLOCK)]
        return [
            {
                "from": str(self.table.at[self.places[rows[0]]]),
                "to": str(self.table.at[self.places[rows[-1]]]),
                **_share(int((self.own[rows] == self.others[rows]).sum()), len(rows)),
            }
            for rows in blocks[-POINTS:]
        ]


def _share(hits: int, n: int) -> dict[str, Any]:
    if not n:
        return {"value": None, "low": None, "high": None, "n": 0, "reason": "not defined"}
    low, high = wilson(hits, n)
    return {"value": round(hits / n, 4), "low": round(low, 4), "high": round(high, 4), "n": n, "reason": ""}


def _steadiness(repeats: Sequence[tuple[int, int, int]]) -> dict[int, dict[str, Any]]:
    who, first, second = np.array(repeats, dtype=np.int64).reshape(-1, 3).T
    found = agreement.repeat_consistency(who, np.where(first, first, MISSING), np.where(second, second, MISSING))
    return {one: asdict(figure) for one, figure in found.items()}


def _usual(table: _Table) -> Reals:
    """What an answer to a sentence of that length usually takes in the project; 0 where an answer is not timed."""
    usual = np.zeros(len(table.who))
    usual[table.timed] = streaks.usual_seconds(table.length[table.timed], table.seconds[table.timed])
    return usual


def _tempo(table: _Table, timed: Numbers, usual: Reals, every: float | None) -> dict[str, Any]:
    """`seconds` of an answer, and quick `streaks`, None where too few answers tell what is usual."""
    seconds = table.seconds[timed]
    told: dict[str, Any] = {"seconds": _quartiles(seconds) | {"all": every}, "streaks": None}
    if len(timed) < OWN or int(table.timed.sum()) < ALL:
        return told
    found = streaks.streaks(streaks.quick(seconds, usual[timed]))
    rows = [
        {
            "from": str(table.at[timed[first]]),
            "to": str(table.at[timed[end - 1]]),
            "n": end - first,
            "seconds": round(float(np.median(seconds[first:end])), 2),
            "usual": round(float(np.median(usual[timed[first:end]])), 2),
        }
        for first, end in found[::-1][:STREAKS]
    ]
    return told | {"streaks": {"n": len(found), "rows": rows}}


def _quartiles(seconds: Reals) -> dict[str, Any]:
    if not len(seconds):
        return {"n": 0, "low": None, "median": None, "high": None}
    low, median, high = (round(one, 2) for one in np.percentile(seconds, [25, 50, 75]).tolist())
    return {"n": len(seconds), "low": low, "median": median, "high": high}
