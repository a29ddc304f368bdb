"""Labels that lack examples are sought until found: first sentences like their cues are asked for."""

from collections import Counter
from dataclasses import dataclass

from labeling.flow.settle import settled
from labeling.models import Label, Project

# A label with fewer settled sentences is sought.
ENOUGH = 3
# Of the head of the ranking, while a label is sought: every fifth place.
SHARE = 0.2
# A label is rare whose settled sentences are fewer than this part of an even share.
RARE = 0.5


@dataclass(frozen=True, slots=True)
class Sought:
    """A label, by its key, that lacks examples; `cues` are texts to look near, one a language of the project."""

    label: str
    cues: tuple[str, ...]


def lacking(project: Project) -> list[Sought]:
    """The labels to be sought, in the order of the scheme; none where the owner switched that off.

    The labels of the audit sample count: whoever has met three examples there knows that the label is not missing.
    A label without a cue is sought by its name.
    """
    if not project.find_rare:
        return []
    counts = counted(project)
    return [
        Sought(label.key, tuple(_cue(label, lang) for lang in project.languages if lang in ("en", "id")))
        for label in Label.objects.offered().filter(project=project)
        if counts[label.key] < ENOUGH
    ]


def counted(project: Project) -> Counter[str]:
    """Settled sentences by label, audit sample and all; 0 for a label on offer that nobody has met."""
    keys = dict(Label.objects.offered().filter(project=project).values_list("pk", "key"))
    counts = Counter(dict.fromkeys(keys.values(), 0))
    counts.update(keys[one.label_id] for one in settled(project) if one.label_id in keys)
    return counts


def rare(counts: Counter[str]) -> set[str]:
    """The labels that have less than half of an even share of what is settled."""
    even = sum(counts.values()) / max(1, len(counts))
    return {label for label, n in counts.items() if n < RARE * even}


def _cue(label: Label, lang: str) -> str:
    """The label's cue in a language, else its name there."""
    return str(getattr(label, f"cue_{lang}") or getattr(label, f"name_{lang}"))
