"""How far an export is, for the page of its Run. What is written is the same whether anybody is told or not."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from labeling.claims import Claim
from labeling.formats.shapes import Snapshot

# The page has a sentence for each (`_export_step.html`).
READING, KEEPING, SENTENCES, JUDGEMENTS, PACKING, UPLOADING = (
    *("reading", "keeping", "sentences", "judgements", "packing", "uploading"),
)
EACH = 1_000
One = TypeVar("One")


class Steps:
    """The steps of the export that `claim` holds; of one without a claim, as a command's is, nobody is told.

    Every method raises LostClaim where another worker has taken over, as soon as that is known.
    """

    def __init__(self, claim: Claim | None = None) -> None:
        self._claim = claim
        self._step = ""
        self._done = self._total = 0

    def begin(self, step: str, total: int = 0) -> None:
        """Write down that this step begins, of `total` rows or bytes; 0 where nobody knows. Not within one moment."""
        self._step, self._done, self._total = step, 0, total
        if self._claim:
            self._claim.progress(0, total, step=step)

    def past(self, found: Iterable[One], *, step: str = "") -> Iterator[One]:
        """`found`, counted as it passes; `step` is what the page then says, without a new count."""
        for one in found:
            yield one
            self._done += 1
            if self._done % EACH == 0:
                self._step = step or self._step
                self._tell()

    def advance(self, n: int) -> None:
        """`n` more were done."""
        self._done += n
        self._tell()

    def _tell(self) -> None:
        if self._claim:
            self._claim.tell(self._done, self._total, step=self._step)


UNTOLD = Steps()


class Watched:
    """A snapshot whose rows and judgements are counted as a writer goes through them."""

    def __init__(self, whole: Snapshot, steps: Steps) -> None:
        self._whole = whole
        self._steps = steps
        steps.begin(SENTENCES, whole.head["n_rows"] + whole.head["n_judgements"])

    @property
    def head(self) -> Mapping[str, Any]:
        return self._whole.head

    def rows(self) -> Iterator[dict[str, Any]]:
        return self._steps.past(self._whole.rows(), step=SENTENCES)

    def judgements(self) -> Iterator[dict[str, Any]]:
        return self._steps.past(self._whole.judgements(), step=JUDGEMENTS)
