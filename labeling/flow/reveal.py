"""What the model would have said of a sentence: told once a person's own answer is saved, and written down."""

from collections.abc import Sequence
from dataclasses import dataclass

from labeling import dialect
from labeling.acts import Act
from labeling.flow.annotate import Receipt
from labeling.models import Membership

# What the ranking had said that this sentence was lent by. An answer to the audit sample stays what it is: measured.
_SHOW = """
INSERT INTO labeling_exposure (project_id, sentence_id, annotator_id, version_id, label_id, share, shown_at)
SELECT a.project_id, a.sentence_id, a.annotator_id, a.version_id, q.suggested_id, q.suggested_share, {now}
FROM labeling_annotation a
    JOIN labeling_queueentry q ON q.version_id = a.version_id AND q.sentence_id = a.sentence_id
    JOIN labeling_sentence s ON s.id = a.sentence_id
    JOIN labeling_label l ON l.id = q.suggested_id
WHERE a.sentence_id = %s AND a.annotator_id = %s AND a.project_id = %s AND a.state = 'given'
    AND s.audit_place IS NULL AND l.retired_at IS NULL
ON CONFLICT (sentence_id, annotator_id) DO NOTHING"""
_SHOWN = """
SELECT l.key, x.share FROM labeling_exposure x
    JOIN labeling_sentence s ON s.id = x.sentence_id
    JOIN labeling_label l ON l.id = x.label_id
WHERE x.sentence_id = %s AND x.annotator_id = %s AND x.project_id = %s
    AND s.audit_place IS NULL AND l.retired_at IS NULL"""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The label's key, and how sure the model was of it, 0 to 1; `act` is the key of the act that it follows."""

    act: str
    label: str
    share: float


def reveal(*, by: Membership, acts: Sequence[Act], receipts: Sequence[Receipt]) -> Suggestion | None:
    """What the model would have said of the sentence answered last, if the project reveals it.

    Guarantees: nothing before the own answer is saved, and nothing of the audit sample; each showing is written down
    once a person and sentence, before it is told, and an act that is sent again is told the same. No query where the
    project reveals nothing. Answers before the last one are told nothing: their sentences have gone from the page.
    Nothing follows on the answer to a repeat.
    """
    if not (acts and by.project.reveals and acts[-1].kind == "answer" and receipts[-1].saved):
        return None
    if receipts[-1].repeated:
        return None
    which = (acts[-1].sentence, by.user_id, by.project_id)
    dialect.undeterred(lambda: _show(which))
    found = dialect.rows(_SHOWN, which)
    return Suggestion(receipts[-1].key, *found[0]) if found else None


def _show(which: tuple[int, int, int]) -> None:
    with dialect.writing():
        dialect.change(_SHOW.format(now=dialect.now()), which)
