"""What goes in and out of the door: rows of ours, no arrays."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Taught:
    """A labelled sentence: `label` is the label's key, `article` keeps together what is not independent.

    `weight`: in training how much the label counts; in the audit sample 1 / the chance that it had to be drawn.
    """

    sentence_id: int
    label: str
    article: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """A sentence in the order of asking; `score` is its uncertainty, 0 to 1, `selection` why it was chosen.

    `suggested` is the key of the label that the model would give it, and `share` how sure it is, where that is wanted.
    """

    sentence_id: int
    selection: str
    score: float
    suggested: str | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """One person's answer, for measuring agreement."""

    sentence_id: int
    annotator: str
    label: str
    article: str
    second_label: str | None = None


@dataclass(frozen=True, slots=True)
class Outside:
    """What models say of sentences whose articles they had not seen: `probabilities`, one row each, by `labels`."""

    labels: tuple[str, ...]
    taught: tuple[Taught, ...]
    probabilities: tuple[tuple[float, ...], ...]
