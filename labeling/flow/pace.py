"""How fast a project goes, and when the rest is done if it goes on so."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labeling import dialect
from labeling.models import Project, Selection

# The days that are looked at, today among them, and how many of those with answers are shown.
LOOK_BACK, SHOWN = 21, 7
# From fewer whole days nothing is said of the end.
LEAST_DAYS = 2

# By the keys of the people, so that the index on the time of their answers leads to the rows of each day alone: told to
# look them up by itself, PostgreSQL reads all answers for each day. What came with a file is no pace.
_OF_A_DAY = """SELECT {number}, COUNT(*) FROM labeling_annotation
    WHERE project_id = %s AND annotator_id IN {people}
    AND answered_at >= %s AND answered_at < %s AND state = 'given' AND selection <> %s"""


@dataclass(frozen=True, slots=True)
class Day:
    """A day, where the server lives, and the answers of it that stand."""

    day: date
    n: int


@dataclass(frozen=True, slots=True)
class Pace:
    """`days`: the latest with answers, oldest first, at most SHOWN of the last LOOK_BACK; `today` may be among them.

    `a_day` is the mean of the whole days among them, None below LEAST_DAYS of those.
    """

    days: list[Day]
    today: int
    a_day: float | None


def pace(project: Project, people: Sequence[int]) -> Pace:
    """Answers a day by `people`, at least one, in one query that reads the rows of these days alone."""
    edges = _midnights(timezone.localtime())
    known = dialect.among(people)
    query = " UNION ALL ".join(_OF_A_DAY.format(number=number, people=known) for number in range(LOOK_BACK))
    values: list[dialect.Value] = []
    for start, end in zip(edges[1:], edges, strict=False):
        values += [project.pk, *people, dialect.moment(start), dialect.moment(end), Selection.IMPORTED.value]
    counts = dict(dialect.rows(query, values))
    days = [Day((edges[number + 1]).date(), counts[number]) for number in range(LOOK_BACK) if counts[number]][:SHOWN]
    whole = [one.n for one in days if one.day != edges[1].date()]
    mean = sum(whole) / len(whole) if len(whole) >= LEAST_DAYS else None
    return Pace(days=days[::-1], today=counts[0], a_day=mean)


def _midnights(now: datetime) -> list[datetime]:
    """The end of today, its beginning, that of yesterday and so on: one more than LOOK_BACK."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return [timezone.make_aware(today + timedelta(days=1 - back)) for back in range(LOOK_BACK + 1)]


def end_in_words(rest: int, a_day: float | None) -> str:
    """When `rest` more answers are given at this pace."""
    if rest <= 0:
        return _("Every sentence has the answers it wants.")
    if a_day is None:
        return _("Not enough days to say when the rest is done: it takes two whole days with answers.")
    days = math.ceil(rest / a_day)
    said = ngettext(
        "The rest is done in about %(days)s working day, at %(pace)s answers a day.",
        "The rest is done in about %(days)s working days, at %(pace)s answers a day.",
        days,
    )
    return said % {"days": f"{days:,}", "pace": f"{round(a_day):,}"}
