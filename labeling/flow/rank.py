"""Ranking: the model looks at the whole pool, the head of its order becomes the queue, in one swap."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import Any

from django.db import transaction
from django.db.models import Max

from labeling import jobs, learning
from labeling.claims import Claim
from labeling.flow import find, review, seek, twins
from labeling.flow.weave import woven
from labeling.learning import FittedModel, Ranked, Taught, Wish
from labeling.models import (
    Annotation,
    Dispute,
    Event,
    Kind,
    Label,
    Lease,
    ModelVersion,
    Prediction,
    Project,
    QueueEntry,
    Selection,
    Sentence,
    Verb,
)

# So much of the order becomes rows: more than all annotators take before the next training.
HEAD = 2_000
# The first stretch is varied as well as uncertain; what follows is there in case no worker runs for a while.
VARIED = 200
# Sentences that wait for a second answer stand first, but leave half of the head to new ones.
UNFINISHED = HEAD // 2
# So many sentences like the cues of one label stand in the head: more than are asked before the next training.
SOUGHT = 50
# A label is reviewed where it is wrong more likely than this.
DOUBTED = 0.5
# Of so many disputed sentences the model's view is kept: more than adjudicators come to before the next training.
DISPUTED = 5_000
_CHUNK = 500

# Of a sentence the probability of each label, by key.
Views = Mapping[int, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the pool; `waiting` stands before the answer, each with why it was chosen."""

    wish: Wish
    waiting: Mapping[int, str]


def run(
    *,
    claim: Claim,
    draft: ModelVersion,
    model: FittedModel,
    taught: Sequence[Taught],
    doubts: Mapping[int, float],
    views: Views,
) -> dict[str, Any]:
    """Order the pool by `model`, then publish `draft` with that order and end the Run; returns the Run's result.

    `taught`: what the model learned from; `doubts`: how likely the label of a sentence that may be reviewed is wrong;
    `views`: what the model says of disputed sentences, kept for whoever decides and for their order (`flow.route`).
    Guarantees: version, entries, views, the project's pointer and the end of the Run are one transaction, and without
    the claim there is none of it; leases stay as they are. Raises LostClaim where another worker took over.
    """
    return end(claim=claim, draft=draft, entries=list(head(claim.project, model, taught, doubts)), views=views)


def disputed(project: Project) -> list[int]:
    """The disputed sentences whose view is wanted, the worst of them."""
    worst = Dispute.objects.filter(project=project).order_by("-priority", "sentence_id")
    return list(worst.values_list("sentence_id", flat=True)[:DISPUTED])


def end(*, claim: Claim, draft: ModelVersion, entries: Sequence[Ranked], views: Views) -> dict[str, Any]:
    """Publish `draft` with this order and end the Run, as `run` does."""
    # Ranking takes long: who lost the claim meanwhile stops before anything is deleted.
    claim.renew()
    _forget_entries(claim.project)
    return _publish(claim, draft, entries, views)


def head(
    project: Project, model: FittedModel, taught: Sequence[Taught], doubts: Mapping[int, float]
) -> Iterator[Ranked]:
    """The sentences to ask for next, best first: open ones outside the audit sample.

    First what has an answer and wants another, with the reason it was chosen for: the person who gives the second
    answer should not wait until the model doubts it again. Then the strategy's order, with places in it for sentences
    like the cues of labels that lack examples, and for labels to be reviewed.
    """
    question = asked(project, taught)
    return placed(project, model, doubts, question, learning.rank(project, model, question.wish))


def asked(project: Project, taught: Sequence[Taught]) -> Asked:
    """What to ask of the pool as things stand."""
    unfinished = _unfinished(project)
    waiting = dict(islice(unfinished.items(), UNFINISHED))
    # What has its places anyway must not have a second one by its worth.
    closed = _closed(project).union(unfinished, review.waiting(project), (one.pk for one in find.sought(project)))
    return Asked(_wish(project, taught, closed, n=HEAD - len(waiting)), waiting)


def placed(
    project: Project, model: FittedModel, doubts: Mapping[int, float], question: Asked, ranking: Sequence[Ranked]
) -> Iterator[Ranked]:
    """The head of the queue out of the answer to `question`."""
    waiting = list(question.waiting)
    # A sentence may have left the pool, or filled up, since its features were made or its slots were read.
    open_now = _open([*waiting, *(one.sentence_id for one in ranking)])
    ranking = [one for one in ranking if one.sentence_id in open_now]
    sought = _named(project, model, _sought(project, question.wish.closed), Selection.SEED)
    reviews = _named(project, model, _reviews(project, doubts), Selection.REVIEW)
    apart = {one.sentence_id for one in (*sought, *reviews)}
    order = woven([one for one in ranking if one.sentence_id not in apart], sought, share=seek.SHARE)
    scores = zip(waiting, learning.unsure(project, model, waiting), strict=True)
    first = [Ranked(pk, question.waiting[pk], score) for pk, score in scores if pk in open_now]
    entries = [*first, *woven(order, reviews, share=project.review_share)]
    found = islice(twins.one_of_each_group(entries, beside=question.wish.taken), HEAD)
    return iter(learning.suggested(project, model, list(found))) if project.reveals else found


def _wish(project: Project, taught: Sequence[Taught], closed: set[int], *, n: int) -> Wish:
    lent = Lease.objects.filter(project=project, held=True).order_by("sentence_id")
    return Wish(
        strategy=project.strategy,
        n=n,
        varied=min(VARIED, n),
        seed=project.pk,
        closed=closed,
        taken=list(lent.values_list("sentence_id", flat=True).distinct()),
        taught=taught,
        rare=seek.rare(seek.counted(project)) if project.find_rare else (),
    )


def _sought(project: Project, closed: Collection[int]) -> list[int]:
    """Sentences like the cues of labels that lack examples: of each label in turn its likest."""
    found = [learning.nearest(project, label.cues, SOUGHT, closed=closed) for label in seek.lacking(project)]
    turns = chain.from_iterable(zip_longest(*found))
    wanted = list(dict.fromkeys(pk for pk in turns if pk is not None))
    open_now = _open(wanted)
    return [pk for pk in wanted if pk in open_now]


def _reviews(project: Project, doubts: Mapping[int, float]) -> list[int]:
    """Reviews that nobody has taken up yet and labels that may be reviewed, the most doubted first: there a second
    answer is expected to bring most.

    One is reviewed only if it is doubted more than believed: where nothing is wrong a second look is a second wasted.
    """
    may = [pk for pk, _label in review.candidates(project) if doubts.get(pk, 0) > DOUBTED]
    new = sorted(may, key=lambda pk: (-doubts[pk], pk))[: review.room(project)]
    return sorted([*review.waiting(project), *new], key=lambda pk: (-doubts.get(pk, 0), pk))


def _named(project: Project, model: FittedModel, ids: Sequence[int], why: Selection) -> list[Ranked]:
    scores = learning.unsure(project, model, ids)
    return [Ranked(pk, why.value, score) for pk, score in zip(ids, scores, strict=True)]


def _publish(claim: Claim, draft: ModelVersion, entries: Sequence[Ranked], views: Views) -> dict[str, Any]:
    project = claim.project
    with transaction.atomic():
        last = ModelVersion.objects.filter(project=project).aggregate(number=Max("number"))["number"]
        draft.number = (last or 0) + 1
        entries = _with_reviews(project, entries)
        draft.n_ranked = len(entries)
        result = _result(draft)
        claim.finish(result)
        draft.save(force_insert=True)
        labels = dict(Label.objects.offered().filter(project=project).values_list("key", "pk"))
        QueueEntry.objects.bulk_create(
            [
                QueueEntry(
                    project=project,
                    version=draft,
                    place=place,
                    sentence_id=one.sentence_id,
                    selection=one.selection,
                    score=one.score,
                    suggested_id=labels.get(one.suggested or ""),
                    suggested_share=one.share,
                )
                for place, one in enumerate(entries, start=1)
            ],
            batch_size=_CHUNK,
        )
        _keep_views(draft, views)
        Project.objects.filter(pk=project.pk).update(version=draft)
        Event.objects.create(project=project, who=claim.run.asked_by, verb=Verb.TRAINED, after=result)
        # Its figures come after it: nobody waits for them to be asked in the new order.
        jobs.owe(project=project, kind=Kind.EVALUATE, by=claim.run.asked_by)
    return result


def _keep_views(version: ModelVersion, views: Views) -> None:
    """In place of those of the version before: of what is disputed no more nobody asks."""
    Prediction.objects.filter(project_id=version.project_id).delete()
    Prediction.objects.bulk_create(
        [
            Prediction(project_id=version.project_id, sentence_id=pk, version=version, shares=shares)
            for pk, shares in views.items()
        ],
        batch_size=_CHUNK,
    )


def _with_reviews(project: Project, entries: Sequence[Ranked]) -> list[Ranked]:
    """The entries without reviews that may no longer be opened; the others are opened here."""
    waiting = set(review.waiting(project))
    wanted = [one.sentence_id for one in entries if one.selection == Selection.REVIEW]
    opened = waiting.union(review.open_for_review(project, [pk for pk in wanted if pk not in waiting]))
    return [one for one in entries if one.selection != Selection.REVIEW or one.sentence_id in opened]


def _result(draft: ModelVersion) -> dict[str, Any]:
    """The audit sample's figure is not known yet; what there is, is called by its name."""
    value = draft.metrics["cross_validation"]["macro_f1"]["value"]
    measured_on = None if value is None else "cross-validation"
    return {"version": draft.number, "macro_f1": value, "measured_on": measured_on, "n_labels": draft.n_labels}


def _closed(project: Project) -> set[int]:
    """Sentences that nobody is to be asked now, found by who answers or holds them: few, however large the pool."""
    taken = Sentence.objects.filter(project=project, slots_free=0).order_by()
    answered = taken.filter(pk__in=Annotation.objects.filter(project=project).values("sentence_id"))
    lent = taken.filter(pk__in=Lease.objects.filter(project=project, held=True).values("sentence_id"))
    tied = Sentence.objects.filter(project=project, tie_breaks__gt=0, slots_free__gt=0).order_by()
    audit = Sentence.objects.of_audit_sample().filter(project=project).order_by()
    return {pk for rows in (answered, lent, tied, audit) for pk in rows.values_list("pk", flat=True)}


def _unfinished(project: Project) -> dict[int, str]:
    """Sentences that have an answer and a free slot, longest waiting first, with why they were chosen.

    Not those whose answers differ: the queue asks for one more before it comes to the ranking.
    """
    waiting = Annotation.objects.given().filter(
        project=project,
        sentence__reviews=0,
        sentence__tie_breaks=0,
        sentence__slots_free__gt=0,
        sentence__in_pool=True,
        sentence__audit_place__isnull=True,
    )
    return dict(waiting.order_by("answered_at", "pk").values_list("sentence_id", "selection"))


def _open(sentence_ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for at in range(0, len(sentence_ids), _CHUNK):
        rows = Sentence.objects.with_free_slots().filter(pk__in=sentence_ids[at : at + _CHUNK])
        found.update(rows.filter(audit_place__isnull=True).values_list("pk", flat=True))
    return found


def _forget_entries(project: Project) -> None:
    """Delete entries of all versions but the one in service, in small steps: after the swap there are two.

    Each step asks the database which one that is: another worker may have published since this one read the project.
    """
    in_service = Project.objects.filter(pk=project.pk, version__isnull=False).values("version")
    old = QueueEntry.objects.filter(project=project).exclude(version__in=in_service).order_by()
    while some := list(old.values_list("pk", flat=True)[:_CHUNK]):
        old.filter(pk__in=some).delete()
