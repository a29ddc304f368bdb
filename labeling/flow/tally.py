"""What an import did so far: written with every chunk, so that an interrupted import goes on counting."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from labeling.printable import printable

# Lists on a page end somewhere; the counts beside them are exact.
LISTED = 1_000
# Repeated sentences are harmless, and an archive has many: a few show what they are.
TWINS_LISTED = 10


class Note(NamedTuple):
    """What became of a line that was not simply added."""

    line: int
    outcome: str
    reason: str


@dataclass(slots=True)
class Tally:
    """`records` is how many the reader has given; `added` how many sentences went into the pool.

    `labels` is how many came in as annotations, `labels_surplus` how many of those were more than was wanted;
    `labels_left_out` had nobody to stand for them, or were not wanted. `predictions` is how many
    came with tasks. `notes` are those of the chunk at hand.
    """

    records: int = 0
    added: int = 0
    sentences: int = 0
    articles: int = 0
    twins: int = 0
    labels: int = 0
    labels_surplus: int = 0
    labels_left_out: int = 0
    predictions: int = 0
    n_duplicates: int = 0
    n_refused: int = 0
    duplicates: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    twin_sentences: list[dict[str, str]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @classmethod
    def resumed(cls, cursor: Mapping[str, Any]) -> "Tally":
        """The tally that the last whole chunk wrote, or an empty one."""
        return cls(**cursor["tally"]) if "tally" in cursor else cls()

    def duplicate(self, line: int, reason: str) -> None:
        self.n_duplicates += 1
        self._note(self.duplicates, Note(line, "duplicate", printable(reason)))

    def label_kept(self, line: int, reason: str) -> None:
        """A duplicate all the same, whose label was not here yet."""
        self.n_duplicates += 1
        self._note(self.duplicates, Note(line, "label kept", printable(reason)))

    def refuse(self, line: int, reason: str) -> None:
        self.n_refused += 1
        self._note(self.refused, Note(line, "refused", printable(reason)))

    def _note(self, listed: list[dict[str, Any]], note: Note) -> None:
        self.notes.append(note)
        if len(listed) < LISTED:
            listed.append({"line": note.line, "reason": note.reason})

    def twin(self, text: str, where: str) -> None:
        """List a repeated sentence and where it stood before; there is room for TWINS_LISTED."""
        self.twin_sentences.append({"text": printable(text), "where": printable(where)})

    def written(self) -> dict[str, Any]:
        """As JSON: the cursor's form and the result's."""
        return {name: value for name, value in asdict(self).items() if name != "notes"}
