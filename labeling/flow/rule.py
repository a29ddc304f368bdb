"""The rule of the settled label, for one sentence. `flow.by_rule` is the same rule as SQL, for lists and counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from labeling.models import Project

# The steps that settle, in their order, then why a sentence is open: fewer answers than wanted, answers that differ,
# answers but nobody sure.
Origin = Literal["adjudicated", "unanimous", "majority", "single", "dawid_skene"]
Open = Literal["few", "apart", "unsure"]
SETTLING: tuple[Origin, ...] = ("adjudicated", "unanimous", "majority", "single", "dawid_skene")
OPEN: tuple[Open, ...] = ("few", "apart", "unsure")
# Posteriors are estimated from so many people on, and from so many sentences that two of them answered: with fewer,
# those of sentences that people differ on promise more than they keep (docs/agreement.md).
LEAST_ANNOTATORS, LEAST_DOUBLY = 3, 2_000


class Likely(NamedTuple):
    """The likeliest label of a sentence, as `models.Posterior` has it."""

    label_id: int
    probability: float
    n_answers: int


class Decision(NamedTuple):
    """What a sentence is settled as, and by which step."""

    label_id: int
    step: Origin


class Undecided(NamedTuple):
    """Why a sentence is open."""

    step: Open
    label_id: None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """An owner's rule: `least` answers, whether a `majority` settles, and from which `posterior` on the likeliest
    label does, None for never."""

    least: int
    majority: bool
    posterior: float | None

    @classmethod
    def of(cls, project: Project) -> "Rule":
        return cls(project.settle_least, project.settle_majority, project.settle_posterior)

    def decide(self, votes: Mapping[int, int], verdict: int | None, likely: Likely | None) -> Decision | Undecided:
        """The rule: the verdict, if there is one; with fewer than `least` answers it is open; else what all chose; else
        what more than half chose, where a majority settles; else the likeliest label, where it is likely enough, was
        estimated from as many answers and was chosen by somebody; else it is open.

        `votes` maps a label's id to how many people chose it. Answers that are unsure, withdrawn or surplus do not
        count. One answer is `single`, never `unanimous`.
        """
        if verdict is not None:
            return Decision(verdict, "adjudicated")
        n = sum(votes.values())
        if n == 0:
            return Undecided("unsure")
        if n < self.least:
            return Undecided("few")
        if len(votes) == 1:
            return Decision(next(iter(votes)), "single" if n == 1 else "unanimous")
        if self.majority and (most := majority(votes)) is not None:
            return Decision(most, "majority")
        if self.posterior is not None and likely is not None and self._settles(likely, votes):
            return Decision(likely.label_id, "dawid_skene")
        return Undecided("apart")

    def _settles(self, likely: Likely, votes: Mapping[int, int]) -> bool:
        enough = self.posterior is not None and likely.probability >= self.posterior
        # Of as many answers, and of these: one that was changed since may have left the label without a voice.
        return enough and likely.n_answers == sum(votes.values()) and votes.get(likely.label_id, 0) > 0


def majority(votes: Mapping[int, int]) -> int | None:
    """The label that more than half chose, or None."""
    if not votes:
        return None
    label = max(votes, key=lambda one: votes[one])
    return label if 2 * votes[label] > sum(votes.values()) else None
