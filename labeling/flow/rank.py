"""Ranking: the model looks at the whole pool, the head of its order becomes the queue, in one swap."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max

from labeling import learning
from labeling.claims import Claim
from labeling.learning import FittedModel, Ranked
from labeling.models import Annotation, Event, Lease, ModelVersion, Project, QueueEntry, Sentence, Verb

# So much of the order becomes rows: more than all annotators take before the next training.
HEAD = 2_000
# The first stretch is varied as well as uncertain; what follows is there in case no worker runs for a while.
VARIED = 200
# Sentences that wait for a second answer stand first, but leave half of the head to new ones.
UNFINISHED = HEAD // 2
_CHUNK = 500


def run(*, claim: Claim, draft: ModelVersion, model: FittedModel) -> dict[str, Any]:
    """Order the pool by `model`, then publish `draft` with that order and end the Run; returns the Run's result.

    Guarantees: version, entries, the project's pointer and the end of the Run are one transaction, and without the
    claim there is none of it; leases stay as they are. Raises LostClaim where another worker took over.
    """
    entries = list(head(claim.project, model))
    # Ranking takes long: who lost the claim meanwhile stops before anything is deleted.
    claim.renew()
    _forget_entries(claim.project)
    return _publish(claim, draft, entries)


def head(project: Project, model: FittedModel) -> Iterator[Ranked]:
    """The sentences to ask for next, best first: open ones outside the audit sample.

    A sentence that has an answer and wants another stands first, with the reason it was chosen for: the person who
    gives the second answer should not wait until the model doubts it again.
    """
    unfinished = _unfinished(project)
    waiting = list(unfinished)
    ranking = learning.rank(
        project,
        model,
        closed=_closed(project).union(waiting[UNFINISHED:]),
        first=waiting[:UNFINISHED],
        varied=VARIED,
        n=HEAD,
        seed=project.pk,
    )
    # A sentence may have left the pool, or filled up, since its features were made or its slots were read.
    open_now = _open([one.sentence_id for one in ranking])
    for one in ranking:
        if one.sentence_id in open_now:
            yield Ranked(one.sentence_id, unfinished.get(one.sentence_id, one.selection), one.score)


def _publish(claim: Claim, draft: ModelVersion, entries: Sequence[Ranked]) -> dict[str, Any]:
    project = claim.project
    with transaction.atomic():
        last = ModelVersion.objects.filter(project=project).aggregate(number=Max("number"))["number"]
        draft.number = (last or 0) + 1
        draft.n_ranked = len(entries)
        result = _result(draft)
        claim.finish(result)
        draft.save(force_insert=True)
        QueueEntry.objects.bulk_create(
            [
                QueueEntry(
                    project=project,
                    version=draft,
                    place=place,
                    sentence_id=one.sentence_id,
                    selection=one.selection,
                    score=one.score,
                )
                for place, one in enumerate(entries, start=1)
            ],
            batch_size=_CHUNK,
        )
        Project.objects.filter(pk=project.pk).update(version=draft)
        Event.objects.create(project=project, who=claim.run.asked_by, verb=Verb.TRAINED, after=result)
    return result


def _result(draft: ModelVersion) -> dict[str, Any]:
    """The figure of the audit sample where there is one; else of cross-validation, by its name."""
    audit = draft.metrics["audit"]["macro_f1"]["value"]
    value = draft.metrics["cross_validation"]["macro_f1"]["value"] if audit is None else audit
    measured_on = None if value is None else "cross-validation" if audit is None else "audit sample"
    return {"version": draft.number, "macro_f1": value, "measured_on": measured_on, "n_labels": draft.n_labels}


def _closed(project: Project) -> set[int]:
    """Sentences that nobody is to be asked now, found by who answers or holds them: few, however large the pool."""
    taken = Sentence.objects.filter(project=project, slots_free=0).order_by()
    answered = taken.filter(pk__in=Annotation.objects.filter(project=project).values("sentence_id"))
    lent = taken.filter(pk__in=Lease.objects.filter(project=project, held=True).values("sentence_id"))
    audit = Sentence.objects.of_audit_sample().filter(project=project).order_by()
    return {pk for rows in (answered, lent, audit) for pk in rows.values_list("pk", flat=True)}


def _unfinished(project: Project) -> dict[int, str]:
    """Sentences that have an answer and a free slot, longest waiting first, with why they were chosen."""
    waiting = Annotation.objects.given().filter(
        project=project, sentence__slots_free__gt=0, sentence__in_pool=True, sentence__audit_place__isnull=True
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
