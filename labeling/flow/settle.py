"""The settled label of a sentence: what training and export use. The rule itself is in `flow.rule`."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from labeling.flow.rule import Likely, Origin, Rule, Undecided
from labeling.models import Annotation, ErrorKind, Posterior, Project, Verdict

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Settled:
    """`votes` maps a label's id to how many people chose it; `n_annotations` is their sum, 0 under a bare verdict.

    `probability` is the posterior of a label that is settled as the likeliest, else None; `error_kind` is a verdict's.
    """

    sentence_id: int
    label_id: int
    source: Origin
    votes: Mapping[int, int]
    probability: float | None = None
    error_kind: str = ""

    @property
    def n_annotations(self) -> int:
        return sum(self.votes.values())

    @property
    def agreement(self) -> float | None:
        """The share of the most chosen label, 0 to 1; None where nobody chose one."""
        return max(self.votes.values()) / self.n_annotations if self.votes else None

    @property
    def soft(self) -> dict[int, float]:
        """Each chosen label's share, 0 to 1; the verdict's label has all of it where nobody chose one."""
        n = self.n_annotations
        return {label: count / n for label, count in self.votes.items()} if n else {self.label_id: 1.0}

    @property
    def ambiguous(self) -> bool:
        """Whether the verdict is that more than one label is right."""
        return self.error_kind == ErrorKind.AMBIGUOUS


def settled(
    project: Project,
    rule: Rule | None = None,
    ids: Collection[int] | None = None,
    likely: Mapping[int, Likely] | None = None,
) -> Iterator[Settled]:
    """Every sentence of the project with a settled label, in the order of ids, in three queries; see `Rule.decide`.

    Nothing of a sentence outside the pool counts. `rule` is the project's own if it is not given, `likely` the
    posteriors that are kept. With `ids` only these sentences are looked at.
    """
    rule = rule or Rule.of(project)
    decided = Verdict.objects.filter(project=project, sentence__in_pool=True, **_among(ids))
    verdicts = {pk: (label, kind) for pk, label, kind in decided.values_list("sentence_id", "label_id", "error_kind")}
    if likely is None:
        likely = posteriors(project, rule, ids)
    for sentence_id, votes in _votes(project, sorted(verdicts), ids):
        verdict, error_kind = verdicts.get(sentence_id, (None, ""))
        found = rule.decide(votes, verdict, likely.get(sentence_id))
        if isinstance(found, Undecided):
            continue
        probability = likely[sentence_id].probability if found.step == "dawid_skene" else None
        yield Settled(sentence_id, found.label_id, found.step, votes, probability, error_kind)


def posteriors(project: Project, rule: Rule, ids: Collection[int] | None = None) -> dict[int, Likely]:
    """The posteriors that are kept and high enough to settle a sentence, by its id; none and no query where the rule
    asks for none."""
    if rule.posterior is None:
        return {}
    rows = Posterior.objects.filter(project=project, probability__gte=rule.posterior, **_among(ids))
    fields = ("sentence_id", "label_id", "probability", "n_answers")
    return {pk: Likely(*rest) for pk, *rest in rows.values_list(*fields)}


def _among(ids: Collection[int] | None) -> dict[str, Collection[int]]:
    return {} if ids is None else {"sentence_id__in": ids}


def _votes(project: Project, also: list[int], ids: Collection[int] | None) -> Iterator[tuple[int, dict[int, int]]]:
    """The counted answers a sentence, in the order of ids; `also` names sentences to yield even without any."""
    counted = Annotation.objects.decided().filter(project=project, surplus=False, sentence__in_pool=True, **_among(ids))
    answers = counted.order_by("sentence_id", "pk").values_list("sentence_id", "label_id")
    bare = iter(also)
    other = next(bare, None)
    for sentence_id, pairs in groupby(answers.iterator(chunk_size=_CHUNK), key=itemgetter(0)):
        while other is not None and other <= sentence_id:
            if other < sentence_id:
                yield other, {}
            other = next(bare, None)
        votes: dict[int, int] = {}
        for _pk, label in pairs:
            votes[label] = votes.get(label, 0) + 1
        yield sentence_id, votes
    while other is not None:
        yield other, {}
        other = next(bare, None)
