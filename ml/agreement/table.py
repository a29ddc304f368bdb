"""A CSV file of answers: columns unit, annotator, label, and label_2 and article if there are any."""

import csv
from collections.abc import Iterable

from ml.agreement.answers import Answer
from ml.errors import AnswersInvalid

REQUIRED = ("unit", "annotator", "label")
SECOND_LABEL = "label_2"


def read_answers(lines: Iterable[str]) -> tuple[list[Answer], dict[str, str] | None]:
    """Answers, and the article of each unit (None without that column). An empty label is a missing answer.

    `label_2` is the second label, mostly empty. Raises `AnswersInvalid` with the line: a column missing, a line cut, a
    unit or annotator empty, an answer twice, a second label without a first or equal to it.
    """
    reader = csv.DictReader(lines)
    columns = reader.fieldnames or ()
    absent = [name for name in REQUIRED if name not in columns]
    if absent:
        raise _invalid(
            f"the columns {', '.join(REQUIRED)}",
            f"a file without {', '.join(absent)}",
            "Name them in its first line.",
            1,
        )
    answers: list[Answer] = []
    articles: dict[str, str] = {}
    first_line: dict[tuple[str, str], int] = {}
    for row in reader:
        line = reader.line_num
        unit, annotator, label = ((row[name] or "").strip() for name in REQUIRED)
        if not unit or not annotator:
            raise _invalid("a unit and an annotator", f"an empty one on line {line}", "Fill it in.", line)
        earlier = first_line.setdefault((unit, annotator), line)
        if earlier != line:
            came = f"two of {annotator!r} for {unit!r}, on lines {earlier} and {line}"
            raise _invalid("one answer of an annotator a unit", came, "Keep one of them.", line)
        second_label = (row.get(SECOND_LABEL) or "").strip()
        if second_label and label in ("", second_label):
            came = f"{second_label!r} on line {line}" + (" twice" if label else " without a first label")
            raise _invalid("a second label beside another first one", came, f"Empty its {SECOND_LABEL}.", line)
        answers.append(Answer(unit, annotator, label or None, second_label or None))
        if "article" in columns:
            articles[unit] = (row["article"] or "").strip() or unit
    return answers, articles if "article" in columns else None


def _invalid(expected: str, came: str, cure: str, line: int) -> AnswersInvalid:
    return AnswersInvalid(expected=expected, came=came, cure=cure, line=line)
