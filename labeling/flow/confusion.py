"""The audit sentences of one cell of the confusion matrix: settled as one label, predicted as another."""

from dataclasses import dataclass

from labeling.flow.figure import part
from labeling.flow.shelf import Shelf, pages_by_key
from labeling.models import Label, Project, Sentence

ROWS = 50


@dataclass(frozen=True, slots=True)
class Confused:
    """`n` sentences settled as `true` and predicted as `predicted`; `shelf` holds one page of them."""

    true: Label
    predicted: Label
    n: int
    shelf: Shelf[Sentence]


def confused(project: Project, true: str, predicted: str, *, before: int | None) -> Confused | None:
    """The cell of the version in service as it was measured, newest sentences first; None for a key without a label.

    Reads `project.version`.
    """
    named = {label.key: label for label in project.labels.all()}
    if true not in named or predicted not in named:
        return None
    ids = _ids(part(project.version.evaluation, "sentences"), true, predicted) if project.version else []
    rows = Sentence.objects.filter(project=project, pk__in=ids).select_related("source").defer("source__text")
    shelf = pages_by_key(rows, before=before, size=ROWS)
    return Confused(named[true], named[predicted], len(ids), shelf)


def _ids(sentences: object, true: str, predicted: str) -> list[int]:
    columns = [part(sentences, name) for name in ("labels", "ids", "true", "predicted")]
    keys, ids, truths, guesses = (one if isinstance(one, list) else [] for one in columns)
    rows = zip(ids, truths, guesses, strict=True)
    return [pk for pk, truth, guess in rows if (keys[truth], keys[guess]) == (true, predicted)]
