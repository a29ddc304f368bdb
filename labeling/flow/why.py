"""The page that says why the model reads a sentence as it does. Its Run is owed by the first look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from labeling import jobs
from labeling.models import Explanation, Kind, Label, Lease, Project, Repeat, Run, Sentence

Side = Literal["", "for", "against"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the sentence, and which side its words spoke for."""

    text: str
    side: Side


@dataclass(frozen=True, slots=True)
class Word:
    """One word or part of a word; `share` is its weight over the greatest weight of the sentence, 0 to 1."""

    text: str
    side: Side
    weight: float
    share: float


@dataclass(frozen=True, slots=True)
class Reason:
    """What spoke for and against one label, strongest first; `pieces` together are the sentence."""

    label: Label
    probability: float | None
    pieces: list[Piece]
    words: list[Word]


@dataclass(frozen=True, slots=True)
class Why:
    """`refused` says why nothing is shown; `run` is the work that is owed or failed while there are no reasons."""

    refused: str = ""
    run: Run | None = None
    reasons: list[Reason] = field(default_factory=list)


def why(*, project: Project, sentence: Sentence, by: User) -> Why:
    """The likeliest label first. Owes the Run where the version in service has not explained the sentence yet.

    Guarantees that nobody sees it who has the sentence in hand: it would lead them. Reads `project.version`.
    """
    asked = {"sentence": sentence, "annotator": by, "until__gt": Now()}
    lent = Lease.objects.filter(held=True, **asked).values("pk")
    if lent.union(Repeat.objects.filter(answered_at__isnull=True, **asked).values("pk")).exists():
        said = _("This sentence is in your hand. Answer it first: what the model reads in it must not lead you.")
        return Why(refused=said)
    if project.version is None:
        return Why(refused=_("There is no model yet. Once one is trained, this page says what it reads."))
    made = Explanation.objects.filter(version=project.version, sentence=sentence).first()
    if made is None:
        return Why(run=_latest(project, sentence) or ask(project=project, sentence=sentence, by=by))
    return Why(reasons=_reasons(project, sentence.text, made.words))


def ask(*, project: Project, sentence: Sentence, by: User) -> Run:
    """Owe the explanation by the version in service, unless it is owed or under way."""
    known = _latest(project, sentence)
    if known is not None and known.is_open:
        return known
    options = {"sentence": sentence.pk, "version": project.version_id}
    return jobs.owe(project=project, kind=Kind.EXPLAIN, by=by, options=options)


def _latest(project: Project, sentence: Sentence) -> Run | None:
    asked = {"options__sentence": sentence.pk, "options__version": project.version_id}
    return Run.objects.filter(project=project, kind=Kind.EXPLAIN, **asked).first()


def _reasons(project: Project, text: str, told: Sequence[Mapping[str, Any]]) -> list[Reason]:
    labels = {label.key: label for label in project.labels.all()}
    known = [one for one in told if one["label"] in labels]
    weights = [abs(word["weight"]) for one in known for side in ("for", "against") for word in one[side]]
    most = max(weights, default=0) or 1.0
    reasons = [
        Reason(
            label=labels[one["label"]],
            probability=one.get("probability"),
            pieces=pieces(text, one["for"], one["against"]),
            words=[*_words(one["for"], "for", most), *_words(one["against"], "against", most)],
        )
        for one in known
    ]
    return sorted(reasons, key=lambda one: -(one.probability or 0))


def _words(told: Sequence[Mapping[str, Any]], side: Side, most: float) -> list[Word]:
    words = [Word(one["text"], side, abs(one["weight"]), abs(one["weight"]) / most) for one in told]
    return sorted(words, key=lambda one: -one.weight)


def pieces(text: str, spoke_for: Sequence[Mapping[str, Any]], against: Sequence[Mapping[str, Any]]) -> list[Piece]:
    """`text` cut where what spoke for or against begins and ends; where both cover a stretch, the heavier side has it.

    Each of `spoke_for` and `against` has `start`, `end` (offsets into `text`) and `weight`.
    """
    sum_at = [0.0] * len(text)
    for sign, spans in ((1, spoke_for), (-1, against)):
        for one in spans:
            for place in range(max(0, one["start"]), min(len(text), one["end"])):
                sum_at[place] += sign * abs(one["weight"])
    cut: list[Piece] = []
    for letter, weight in zip(text, sum_at, strict=True):
        side: Side = "for" if weight > 0 else "against" if weight < 0 else ""
        if cut and cut[-1].side == side:
            cut[-1] = Piece(cut[-1].text + letter, side)
        else:
            cut.append(Piece(letter, side))
    return cut
