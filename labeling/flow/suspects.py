"""Labels that may be wrong, as a list to review: what models that had not seen a sentence say of its label.

`flow.evaluate` measures them once a version is in service; here is what is still to be looked at. A label that somebody
found right is left alone until it changes.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from labeling.flow.figure import part
from labeling.flow.shelf import ReadSentence, told
from labeling.models import Event, Label, Project, Sentence, Verb

ROWS = 50
# What the Event of an act holds the label's key under: `flow.suspects_acts` writes it.
RIGHT, AGAIN = "right", "again"


@dataclass(frozen=True, slots=True)
class Suspect:
    """`likelier` is what the models say, with the probability `share` (None: measured before it was kept); `score` is
    how much they doubt the label. `waits`: somebody is to answer the sentence again; `may_ask`: somebody may be."""

    sentence: Sentence
    label: Label
    likelier: Label
    share: float | None
    score: float
    waits: bool
    may_ask: bool


@dataclass(frozen=True, slots=True)
class Suspects:
    """A page of what is still to be reviewed, the most doubted first, from place `start` on; `n` are left in all.

    `looked` labels were measured and `suspected` of them, None where that was not kept; of these `kept` are listed.
    Seen to: found `right`, `asked` again and answered alike, `changed` or out of the pool since.
    """

    rows: list[Suspect]
    n: int
    start: int
    before: int | None
    after: int | None
    version: int | None
    looked: int | None
    suspected: int | None
    kept: int
    right: int
    asked: int
    changed: int


def suspects(project: Project, *, start: int = 0) -> Suspects:
    """The list for the version in service, in twelve queries at most. Reads `project.version`."""
    version = project.version
    evaluation = version.evaluation if version else None
    doubted = doubtful(evaluation)
    named = {one.key: one for one in project.labels.all()}
    sentences = Sentence.objects.in_pool().filter(project=project).in_bulk([one["id"] for one in doubted])
    read = {one.sentence.pk: one for one in told(list(sentences.values()), project)} if sentences else {}
    acts = seen_to(project, read)
    rows, right, asked = [], 0, 0
    for one in doubted:
        at = read.get(one["id"])
        if at is None or at.settled is None or at.settled.key != one["label"] or one["likelier"] not in named:
            continue
        found = _suspect(one, at, at.settled, named)
        if RIGHT in acts[at.sentence.pk, at.settled.key]:
            right += 1
        elif AGAIN in acts[at.sentence.pk, at.settled.key] and not found.waits:
            asked += 1
        else:
            rows.append(found)
    start = min(start, max(len(rows) - 1, 0)) // ROWS * ROWS
    looked, suspected = (part(evaluation, "second_look", name) for name in ("n", "suspected"))
    return Suspects(
        rows=rows[start : start + ROWS],
        n=len(rows),
        start=start,
        before=start - ROWS if start else None,
        after=start + ROWS if start + ROWS < len(rows) else None,
        version=version.number if version else None,
        looked=looked if isinstance(looked, int) else None,
        suspected=suspected if isinstance(suspected, int) else None,
        kept=len(doubted),
        right=right,
        asked=asked,
        changed=len(doubted) - len(rows) - right - asked,
    )


def doubtful(evaluation: object) -> list[Mapping[str, Any]]:
    """The part `doubtful` of an evaluation, the most doubted first."""
    found = part(evaluation, "doubtful")
    return found if isinstance(found, list) else []


def seen_to(project: Project, sentence_ids: Collection[int]) -> Mapping[tuple[int, str], set[str]]:
    """By sentence and label's key what was done about the doubt, RIGHT or AGAIN; one query."""
    acts: dict[tuple[int, str], set[str]] = defaultdict(set)
    events = Event.objects.filter(project=project, verb=Verb.SOUGHT, sentence__in=list(sentence_ids))
    for sentence_id, after in events.values_list("sentence_id", "after"):
        for name in (RIGHT, AGAIN):
            if sentence_id is not None and name in after:
                acts[sentence_id, after[name]].add(name)
    return acts


def _suspect(one: Mapping[str, Any], at: ReadSentence, label: Label, named: Mapping[str, Label]) -> Suspect:
    waits = at.sentence.slots_free > 0 or at.in_hand > 0
    return Suspect(
        sentence=at.sentence,
        label=label,
        likelier=named[one["likelier"]],
        share=one.get("share"),
        score=one["score"],
        waits=waits,
        may_ask=not waits and at.sentence.reviews == 0 and at.verdict is None,
    )
