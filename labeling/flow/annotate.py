"""A person's answers: kept once, amended with their history, undone without loss."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from labeling.acts import Act
from labeling.flow.queue import LEASE
from labeling.models import Annotation, Event, Guideline, Label, Lease, Membership, Sentence, State, Verb


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one act. `surplus`: kept, but the sentence had all the answers it wanted."""

    key: str
    saved: bool
    surplus: bool = False
    reason: str = ""


def submit(*, by: Membership, acts: Sequence[Act]) -> list[Receipt]:
    """Keep the acts of one person, in their order, in one transaction; one receipt an act.

    Guarantees: an act whose key is known already is not done again; an act that makes no sense is refused alone, with
    its reason, and the others are kept; row and Event are written together or not at all; a slot is never overfilled:
    an answer that comes after its lease ran out takes a free slot, or is kept as surplus.
    """
    try:
        with transaction.atomic():
            return _submit(by, acts)
    except IntegrityError:
        # The same acts arrived twice at once and the other request won: now its Events are there to be seen.
        with transaction.atomic():
            return _submit(by, acts)


def _submit(by: Membership, acts: Sequence[Act]) -> list[Receipt]:
    receipts: dict[str, Receipt] = {}
    for event in Event.objects.filter(key__in=[act.key for act in acts]).only("key", "after", "who_id"):
        receipts[str(event.key)] = Receipt(str(event.key), saved=True, surplus=bool(event.after.get("surplus")))
    fresh = list({act.key: act for act in acts if str(act.key) not in receipts}.values())
    if fresh:
        labels = {label.key: label for label in Label.objects.filter(project_id=by.project_id)}
        for batch in _batches(fresh):
            for receipt in _withdraw(by, batch[0]) if batch[0].kind == "withdraw" else _answer(by, batch, labels):
                receipts[receipt.key] = receipt
    return [receipts[str(act.key)] for act in acts]


def _batches(acts: Sequence[Act]) -> list[list[Act]]:
    """Runs of answers about different sentences, which are written together; every other act stands alone."""
    batches: list[list[Act]] = []
    for act in acts:
        last = batches[-1] if batches else []
        together = last and act.kind == last[0].kind == "answer" and act.sentence not in {one.sentence for one in last}
        if together:
            last.append(act)
        else:
            batches.append([act])
    return batches


def _answer(by: Membership, acts: Sequence[Act], labels: dict[str, Label]) -> list[Receipt]:
    ids = sorted(act.sentence for act in acts)
    mine = {"annotator_id": by.user_id, "project_id": by.project_id, "sentence_id__in": ids}
    # Locked before it is read: a lease must not run out between the look and the answer.
    leases = {lease.sentence_id: lease for lease in Lease.objects.select_for_update().filter(**mine).order_by("pk")}
    former = {}
    if len(leases) < len(acts):
        told = Annotation.objects.select_for_update(of=("self",)).select_related("label", "second_label")
        former = {one.sentence_id: one for one in told.filter(**mine)}
    receipts, rows, events = [], [], []
    guideline: int = getattr(by, "guideline_id", 0) or Guideline.objects.filter(project=by.project_id).latest("number").pk
    for act in sorted(acts, key=lambda one: one.sentence):
        lease, before = leases.get(act.sentence), former.get(act.sentence)
        reason = _why_not(act, labels, lease, before)
        if reason:
            receipts.append(Receipt(str(act.key), saved=False, reason=reason))
            continue
        row = _row(by, act, labels, guideline)
        if lease is not None:
            row.selection, row.version_id = lease.selection, lease.version_id
            row.surplus = not (lease.held or _take_slot(act.sentence))
        elif before is not None:
            row.selection, row.version_id, row.surplus = before.selection, before.version_id, before.surplus
        rows.append(row)
        events.append(_event(by, act, row, None if lease else before))
        receipts.append(Receipt(str(act.key), saved=True, surplus=row.surplus))
    _keep(rows, events, [leases[row.sentence_id].pk for row in rows if row.sentence_id in leases])
    return receipts


def _why_not(act: Act, labels: dict[str, Label], lease: Lease | None, before: Annotation | None) -> str:
    if lease is None and before is None:
        return _("This sentence was never lent to you, so the answer was not kept.")
    if not act.unsure and act.label not in labels:
        return _("This project has no label %(label)s; reload the page to see its labels.") % {"label": act.label}
    if act.second_label is not None and act.second_label not in labels:
        return _("This project has no label %(label)s; reload the page to see its labels.") % {"label": act.second_label}
    return ""


def _row(by: Membership, act: Act, labels: dict[str, Label], guideline_id: int) -> Annotation:
    second = None if act.unsure or act.second_label == act.label else act.second_label
    return Annotation(
        project_id=by.project_id,
        sentence_id=act.sentence,
        annotator_id=by.user_id,
        label=None if act.unsure else labels[act.label or ""],
        second_label=labels[second] if second else None,
        unsure=act.unsure,
        boilerplate=act.boilerplate,
        bad_segment=act.bad_segment,
        comment=act.comment,
        seconds=act.seconds,
        guideline_id=guideline_id,
        answered_at=Now(),
    )


def _take_slot(sentence_id: int) -> bool:
    free = Sentence.objects.filter(pk=sentence_id, slots_free__gt=0)
    return bool(free.update(slots_free=F("slots_free") - 1))


def said(annotation: Annotation) -> dict[str, object]:
    """An answer as an Event remembers it. Reads `label` and `second_label`: select them with the row."""
    return {
        "label": annotation.label.key if annotation.label else None,
        "second_label": annotation.second_label.key if annotation.second_label else None,
        "unsure": annotation.unsure,
        "boilerplate": annotation.boilerplate,
        "bad_segment": annotation.bad_segment,
        "comment": annotation.comment,
        "seconds": annotation.seconds,
        "surplus": annotation.surplus,
    }


def _event(by: Membership, act: Act, row: Annotation, before: Annotation | None) -> Event:
    return Event(
        project_id=by.project_id,
        who_id=by.user_id,
        verb=Verb.AMENDED if before else Verb.ANSWERED,
        sentence_id=act.sentence,
        key=act.key,
        before=said(before) if before else {},
        after=said(row),
    )


def _keep(rows: Sequence[Annotation], events: Sequence[Event], used_leases: Sequence[int]) -> None:
    if not rows:
        return
    if used_leases:
        Lease.objects.filter(pk__in=used_leases).delete()
    answer = ["label", "second_label", "unsure", "boilerplate", "bad_segment", "comment", "seconds"]
    Annotation.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["sentence", "annotator"],
        update_fields=[*answer, "state", "surplus", "selection", "version", "guideline", "answered_at"],
    )
    Event.objects.bulk_create(events)


def _withdraw(by: Membership, act: Act) -> list[Receipt]:
    """Undo: the answer steps back, its history stays, and the sentence is in this person's hand again."""
    mine = {"annotator_id": by.user_id, "project_id": by.project_id, "sentence_id": act.sentence}
    told = Annotation.objects.given().select_for_update(of=("self",)).select_related("label", "second_label")
    former = told.filter(**mine).first()
    if former is None:
        return [Receipt(str(act.key), saved=False, reason=_("There is no answer of yours to undo here."))]
    Annotation.objects.filter(pk=former.pk).update(state=State.WITHDRAWN)
    lease = Lease(
        **mine,
        held=not former.surplus,
        until=Now() + LEASE,
        selection=former.selection,
        version_id=former.version_id,
    )
    Lease.objects.bulk_create(
        [lease],
        update_conflicts=True,
        unique_fields=["sentence", "annotator"],
        update_fields=["held", "until", "selection", "version", "turn", "place"],
    )
    Event.objects.create(
        project_id=by.project_id,
        who_id=by.user_id,
        verb=Verb.WITHDREW,
        sentence_id=act.sentence,
        key=act.key,
        before=said(former),
    )
    return [Receipt(str(act.key), saved=True)]
