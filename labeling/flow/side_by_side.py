"""Ranking by several workers: who trained hands over, each looks at a part of the pool, the last puts it in order.

All of it is one attempt at one Run: whoever finds its token changed stops, and nothing is published but by `settle`.
"""

from collections.abc import Mapping, Sequence

from labeling import learning
from labeling.claims import Claim, HandedOver
from labeling.flow import rank
from labeling.flow.rank import Views
from labeling.learning import Handed, Seal, Taught
from labeling.models import ModelVersion

_FIELDS = ("path", "sha256", "n_labels", "n_label_events", "label_counts", "metrics")
# Where the progress bar stands, of 100, when a step is done.
HANDED, LOOKED = 88, 95


def hand_over(
    *,
    claim: Claim,
    draft: ModelVersion,
    taught: Sequence[Taught],
    doubts: Mapping[int, float],
    views: Views,
    parts: int,
) -> HandedOver:
    """Write down `draft` and the question to the pool for those who look, and for the one who publishes."""
    question = rank.asked(claim.project, taught)
    told = {
        "draft": {name: getattr(draft, name) for name in _FIELDS},
        "waiting": list(question.waiting.items()),
        "doubts": [(pk, doubt) for pk, doubt in doubts.items() if doubt > rank.DOUBTED],
        "views": list(views.items()),
    }
    seal = learning.hand_over(claim.project, question.wish, told, parts=parts)
    claim.progress(HANDED, 100, handed=seal)
    return HandedOver(parts)


def look(*, claim: Claim, part: int) -> Seal | None:
    """Look at one part of the pool; returns where its shortlist lies, None where the pool has changed meanwhile."""
    handed = _handed(claim)
    return learning.look(claim.project, learning.load(_draft(claim, handed)), handed, part)


def settle(*, claim: Claim, found: Sequence[Seal | None]) -> None:
    """Put what the parts found in order and publish it, with the guarantees of `rank.run`.

    The order is the one that `rank.run` gives; of a part that is missing or a pool that changed this process looks at
    the whole pool itself. Raises LostClaim where another worker took over.
    """
    project, handed = claim.project, _handed(claim)
    draft = _draft(claim, handed)
    model = learning.load(draft)
    ranking = learning.settle(project, model, handed, found)
    claim.progress(LOOKED, 100)
    question = rank.Asked(handed.wish, dict(handed.told["waiting"]))
    entries = rank.placed(project, model, dict(handed.told["doubts"]), question, ranking)
    rank.end(claim=claim, draft=draft, entries=list(entries), views=dict(handed.told["views"]))


def _handed(claim: Claim) -> Handed:
    path, sha256 = claim.run.cursor["handed"]
    return learning.taken_up((path, sha256))


def _draft(claim: Claim, handed: Handed) -> ModelVersion:
    return ModelVersion(project=claim.project, run=claim.run, **handed.told["draft"])
