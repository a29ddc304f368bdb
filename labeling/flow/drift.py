"""Agreement week by week: whether people grow apart."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.utils import timezone

from labeling import learning
from labeling.flow.judging import Counted
from labeling.learning import Judged

# The latest weeks with sentences that two people answered.
WEEKS = 40
Week = dict[str, list[Judged]]


def weeks(answers: Sequence[Counted], *, seed: int) -> list[dict[str, Any]]:
    """Alpha and percent agreement of each week, oldest first, of `all` sentences and of the `audit` sample.

    `answers` are what `judging.counted` gives. A sentence with all its answers belongs to the week in which the second
    of them came, where the server lives: until then there is nothing to agree on. `monday` is the week's first day; a
    week without such a sentence is left out.
    """
    found: dict[date, Week] = defaultdict(lambda: {"all": [], "audit": []})
    for _sentence, group in groupby(answers, key=lambda one: one.answer.sentence_id):
        told = list(group)
        week = found[_monday(told)]
        week["all"] += [one.answer for one in told]
        week["audit"] += [one.answer for one in told if one.drawn]
    latest = sorted(found)[-WEEKS:]
    return [
        {"monday": monday.isoformat(), **{name: _measure(some, seed) for name, some in found[monday].items()}}
        for monday in latest
    ]


def _monday(told: Sequence[Counted]) -> date:
    second = timezone.localtime(sorted(one.at for one in told)[1]).date()
    return second - timedelta(days=second.weekday())


def _measure(some: list[Judged], seed: int) -> dict[str, Any] | None:
    return learning.measure_briefly(some, seed=seed) if some else None
