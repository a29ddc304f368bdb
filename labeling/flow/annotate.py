"""A person's answers: kept once, amended with their history, undone without loss."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, connection
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from labeling import dialect
from labeling.acts import Act
from labeling.flow import at_once, label_keys, repeated
from labeling.flow.content import COLUMNS, content, told
from labeling.flow.guideline import in_force
from labeling.flow.queue import LEASE
from labeling.models import Annotation, Event, Lease, Membership, Sentence, State, Verb


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one act. `surplus`: kept, but the sentence had all the answers it wanted. `repeated`: it was to a
    repeat, of which nobody is told."""

    key: str
    saved: bool
    surplus: bool = False
    reason: str = ""
    repeated: bool = False


def submit(*, by: Membership, acts: Sequence[Act]) -> list[Receipt]:
    """Keep the acts of one person, in their order, in one transaction; one receipt an act.

    Guarantees: an act whose key is known already is not done again; an act that makes no sense is refused alone, with
    its reason, and the others are kept; row and Event are written together or not at all; a slot is never overfilled:
    an answer that comes after its lease ran out takes a free slot, or is kept as surplus; an answer to a repeat is kept
    with it, see `flow.repeated`.
    """
    if not acts:
        return []
    return dialect.undeterred(lambda: _submit_in_turn(by, acts, label_keys.known(by.project_id)))


def _submit_in_turn(by: Membership, acts: Sequence[Act], labels: dict[str, int]) -> list[Receipt]:
    try:
        kept = _keep_at_once(by, acts, labels) if connection.vendor == "postgresql" else {}
        if len(kept) == len(acts):
            return list(kept.values())
        with dialect.writing():
            return _submit(by, acts, labels, known=kept)
    except IntegrityError:
        # One of the acts was done before, or is being done by another request that won: its Event is there to be seen.
        # Or a label was deleted a moment ago.
        with dialect.writing():
            return _submit(by, acts, label_keys.fresh(by.project_id), known=_known(acts))


def _keep_at_once(by: Membership, acts: Sequence[Act], labels: dict[str, int]) -> dict[str, Receipt]:
    """Receipts of the acts that one statement could keep: answers to different sentences in hand, and nothing else."""
    plain = all(act.kind == "answer" and not _why_not(act, labels) for act in acts)
    if not plain or len({act.sentence for act in acts}) < len(acts):
        return {}
    rows = [(act.sentence, *content(act, labels), act.age, _stored(act.key), told(act)) for act in acts]
    used = at_once.keep(by=by, answers=rows)
    return {str(act.key): Receipt(str(act.key), saved=True) for act in acts if act.sentence in used}


def _submit(by: Membership, acts: Sequence[Act], labels: dict[str, int], *, known: dict[str, Receipt]) -> list[Receipt]:
    # Two tabs of one person take turns, as in queue.take: a sentence answered here is not lent there meanwhile.
    if turn := dialect.lock("m"):
        dialect.rows(f"SELECT 1 FROM labeling_membership m WHERE m.id = %s {turn}", (by.pk,))
    receipts = dict(known)
    fresh = list({act.key: act for act in acts if str(act.key) not in known}.values())
    for batch in _batches(fresh):
        for receipt in _withdraw(by, batch[0]) if batch[0].kind == "withdraw" else _answer(by, batch, labels):
            receipts[receipt.key] = receipt
    refused = [act for act in fresh if not receipts[str(act.key)].saved]
    if refused:
        # What makes no sense now may have been done before.
        receipts |= _known(refused)
    return [receipts[str(act.key)] for act in acts]


def _known(acts: Sequence[Act]) -> dict[str, Receipt]:
    """Receipts of the acts that were done before."""
    keys = [_stored(act.key) for act in acts]
    if not dialect.rows(f"SELECT 1 FROM labeling_event WHERE key IN {dialect.among(keys)} LIMIT 1", keys):
        return {}
    events = Event.objects.filter(key__in=[act.key for act in acts]).only("key", "verb", "after")
    return {str(one.key): _receipt(one) for one in events}


def _receipt(event: Event) -> Receipt:
    again = event.verb == Verb.REPEATED
    return Receipt(str(event.key), saved=True, surplus=bool(event.after.get("surplus")), repeated=again)


def _stored(key: uuid.UUID) -> dialect.Value:
    """A UUID as the database at hand keeps it."""
    stored: dialect.Value = Event._meta.get_field("key").get_db_prep_value(key, connection)
    return stored


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


def _answer(by: Membership, acts: Sequence[Act], labels: dict[str, int]) -> list[Receipt]:
    refused = {act.key: reason for act in acts if (reason := _why_not(act, labels))}
    sound = sorted((act for act in acts if act.key not in refused), key=lambda act: act.sentence)
    origins = _origins(by, sound)
    for act in sound:
        origin = origins.get(act.sentence)
        if origin is None:
            refused[act.key] = _("This sentence was never lent to you, so the answer was not kept.")
        elif origin.age is not None and origin.age < act.age:
            refused[act.key] = _("You answered this sentence elsewhere after this answer; the later one stands.")
    kept = [act for act in sound if act.key not in refused]
    for act in kept:
        if again := origins[act.sentence].repeat_id:
            repeated.keep(by, act, again, labels, anew=origins[act.sentence].age is not None)
    if first := [act for act in kept if not origins[act.sentence].repeat_id]:
        _keep(by, first, labels, origins)
    return [
        Receipt(str(act.key), saved=False, reason=refused[act.key])
        if act.key in refused
        else origins[act.sentence].receipt(act)
        for act in acts
    ]


def _why_not(act: Act, labels: dict[str, int]) -> str:
    for label in (None if act.unsure else act.label or "", act.second_label):
        if label is not None and label not in labels:
            return _("This project offers no label %(label)s; reload the page to see its labels.") % {"label": label}
    return ""


@dataclass(frozen=True, slots=True)
class _Origin:
    """How a sentence came to this person, what they had said about it before, and how many seconds ago."""

    selection: str = ""
    version_id: int | None = None
    surplus: bool = False
    before: dict[str, object] | None = None
    age: float | None = None
    # The repeat that the answer is to.
    repeat_id: int | None = None

    def receipt(self, act: Act) -> Receipt:
        return Receipt(str(act.key), saved=True, surplus=self.surplus, repeated=self.repeat_id is not None)


def _origins(by: Membership, acts: Sequence[Act]) -> dict[int, _Origin]:
    """Use up the leases on the sentences of `acts`; where there is none, a repeat is answered, or the answer given
    before is amended."""
    ids = [act.sentence for act in acts]
    if not ids:
        return {}
    leases = dialect.rows(
        "DELETE FROM labeling_lease WHERE annotator_id = %s AND project_id = %s"
        f" AND sentence_id IN {dialect.among(ids)} RETURNING sentence_id, held, selection, version_id",
        (by.user_id, by.project_id, *ids),
    )
    origins = {
        # A lease that ran out has given its slot back: a late answer takes a free one, or is surplus.
        sentence: _Origin(selection, version, surplus=not (held or _take_slot(sentence)))
        for sentence, held, selection, version in sorted(leases, key=lambda lease: int(lease[0]))
    }
    again = repeated.meant(by, [act for act in acts if act.sentence not in origins])
    origins |= {sentence: _Origin(age=one.age, repeat_id=one.repeat_id) for sentence, one in again.items()}
    rest = [pk for pk in ids if pk not in origins]
    if rest:
        given = Annotation.objects.given().select_for_update(of=("self",)).select_related("label", "second_label")
        ages = _ages(by, rest)
        for one in given.filter(annotator_id=by.user_id, project_id=by.project_id, sentence_id__in=rest):
            before, age = said(one), ages[one.sentence_id]
            origins[one.sentence_id] = _Origin(one.selection, one.version_id, one.surplus, before, age)
    return origins


def _ages(by: Membership, ids: Sequence[int]) -> dict[int, float]:
    """How many seconds ago `by` answered the sentences `ids`, on the database's clock."""
    sql = f"SELECT sentence_id, {dialect.age('answered_at')} FROM labeling_annotation WHERE annotator_id = %s"
    found = dialect.rows(f"{sql} AND sentence_id IN {dialect.among(ids)}", (by.user_id, *ids))
    return {sentence: float(age) for sentence, age in found}


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


_PROVENANCE = ("state", "surplus", "selection", "version_id", "guideline_id", "answered_at")


def _keep(by: Membership, acts: Sequence[Act], labels: dict[str, int], origins: dict[int, _Origin]) -> None:
    """Write the answers and their Events: two statements, whatever their number."""
    names = ("project_id", "annotator_id", "sentence_id", *COLUMNS, *_PROVENANCE)
    row = f"({', '.join(['%s'] * 10)}, 'given', %s, %s, %s, {in_force('%s')}, {dialect.now()})"
    history = f"(%s, %s, %s, %s, %s, {dialect.json()}, {dialect.json()}, {dialect.now()})"
    answers: list[dialect.Value] = []
    events: list[dialect.Value] = []
    for act in acts:
        origin = origins[act.sentence]
        answers += [by.project_id, by.user_id, act.sentence, *content(act, labels)]
        answers += [origin.surplus, origin.selection, origin.version_id, by.project_id, act.age]
        verb = Verb.ANSWERED if origin.before is None else Verb.AMENDED
        events += [by.project_id, by.user_id, verb.value, act.sentence, _stored(act.key)]
        events += [json.dumps(origin.before or {}), told(act, surplus=origin.surplus)]
    changed = ", ".join(f"{name} = excluded.{name}" for name in (*COLUMNS, *_PROVENANCE))
    dialect.change(
        f"INSERT INTO labeling_annotation ({', '.join(names)}) VALUES {', '.join([row] * len(acts))}"
        f" ON CONFLICT (sentence_id, annotator_id) DO UPDATE SET {changed}",
        answers,
    )
    dialect.change(
        "INSERT INTO labeling_event (project_id, who_id, verb, sentence_id, key, before, after, at)"
        f" VALUES {', '.join([history] * len(acts))}",
        events,
    )


def _withdraw(by: Membership, act: Act) -> list[Receipt]:
    """Undo: the answer steps back, its history stays, and the sentence is in this person's hand again."""
    done = repeated.take_back(by, act)
    if done:
        return [Receipt(str(act.key), saved=True, repeated=True)]
    mine = {"annotator_id": by.user_id, "project_id": by.project_id, "sentence_id": act.sentence}
    given = Annotation.objects.given().select_for_update(of=("self",)).select_related("label", "second_label")
    # What left the pool since has nobody's hand to go back to: the answer stays as it is.
    former = given.filter(**mine, sentence__in_pool=True).first() if done is None else None
    if former is None:
        return [Receipt(str(act.key), saved=False, reason=_("There is no answer of yours to undo here."))]
    Annotation.objects.filter(pk=former.pk).update(state=State.WITHDRAWN)
    repeated.forget(by, act.sentence)
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
