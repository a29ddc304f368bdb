"""The rule of the settled label as its owner sees it: what it settles, what another would change, the change itself."""

from dataclasses import asdict, dataclass
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count

from labeling.flow import by_rule
from labeling.flow.archive import hold
from labeling.flow.rule import LEAST_ANNOTATORS, LEAST_DOUBLY, OPEN, SETTLING, Rule
from labeling.flow.rule_words import STEPS
from labeling.models import Annotation, Event, Label, Posterior, Project, Sentence, Verb


class Counted(NamedTuple):
    """A step in words, and how many sentences it settles or leaves open."""

    said: str
    n: int


@dataclass(frozen=True, slots=True)
class Estimates:
    """What can be said of posteriors: how many are kept, and where there are none, whether the answers carry any.

    `people` and `doubly` (sentences that two of them answered) are counted only where none is kept.
    """

    kept: int
    people: int
    doubly: int
    least_people: int
    least_doubly: int

    @property
    def enough(self) -> bool:
        return self.people >= self.least_people and self.doubly >= self.least_doubly


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rule settles now: the steps that settle, and why the others are open."""

    settling: list[Counted]
    open: list[Counted]
    estimates: Estimates

    @property
    def n_settled(self) -> int:
        return sum(one.n for one in self.settling)

    @property
    def n_open(self) -> int:
        return sum(one.n for one in self.open)


@dataclass(frozen=True, slots=True)
class Move:
    """A sentence that another rule would move: its label before and after, None where it is open, and why in words."""

    sentence: Sentence
    now: Label | None
    why: str
    then: Label | None
    why_then: str


@dataclass(frozen=True, slots=True)
class Preview:
    """How many sentences another rule settles, opens and gives another label; `moves` are a few of each."""

    n_settled: int
    n_opened: int
    n_changed: int
    moves: list[Move]

    @property
    def n(self) -> int:
        return self.n_settled + self.n_opened + self.n_changed


def standing(project: Project) -> Standing:
    """What the project's rule settles now; one pass over the answers."""
    counts = by_rule.tally(project)
    settling, left = ([Counted(str(STEPS[step]), counts.get(step, 0)) for step in steps] for steps in (SETTLING, OPEN))
    return Standing(settling, left, _estimates(project))


def preview(project: Project, rule: Rule) -> Preview:
    """What `rule` would change, by the posteriors that are kept; nothing is written."""
    found = by_rule.changes(project, rule)
    counts = {one.kind: one.n for one in found}
    sentences = Sentence.objects.in_bulk([one.sentence_id for one in found])
    labels = {label.pk: label for label in project.labels.all()}
    moves = [
        Move(
            sentences[one.sentence_id],
            labels.get(one.label_id or 0),
            str(STEPS[one.step]),
            labels.get(one.label_then or 0),
            str(STEPS[one.step_then]),
        )
        for one in found
    ]
    return Preview(counts.get("settled", 0), counts.get("opened", 0), counts.get("changed", 0), moves)


@transaction.atomic
def change_rule(*, project: Project, by: User, rule: Rule) -> bool:
    """Settle sentences by `rule` from now on; returns whether it differed from the rule so far.

    Guarantees: rule and Event are one transaction, and an Event only where something changed; no answer, verdict or
    posterior is touched. A training follows by itself. Raises Refused for an archived project.
    """
    held = hold(project.pk)
    former, latter = (_as_settings(one) for one in (Rule.of(held), rule))
    after = {name: value for name, value in latter.items() if value != former[name]}
    if after:
        Project.objects.filter(pk=held.pk).update(**after)
        before = {name: former[name] for name in after}
        Event.objects.create(project=held, who=by, verb=Verb.CHANGED, before=before, after=after)
    return bool(after)


def _as_settings(rule: Rule) -> dict[str, object]:
    return {f"settle_{name}": value for name, value in asdict(rule).items()}


def _estimates(project: Project) -> Estimates:
    kept = Posterior.objects.filter(project=project).count()
    if kept:
        return Estimates(kept, 0, 0, LEAST_ANNOTATORS, LEAST_DOUBLY)
    counted = Annotation.objects.decided().filter(project=project, surplus=False, sentence__in_pool=True)
    doubly = counted.order_by().values("sentence").annotate(n=Count("pk")).filter(n__gt=1).values("sentence")
    people = counted.filter(sentence__in=doubly).order_by().values("annotator").distinct()
    return Estimates(0, people.count(), doubly.count(), LEAST_ANNOTATORS, LEAST_DOUBLY)
