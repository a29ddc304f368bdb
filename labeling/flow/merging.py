"""Merging a label into another: every answer and decision that names it names the other instead."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import BigIntegerField, Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.functions import JSONObject, Now
from django.utils.translation import gettext as _

from labeling import dialect
from labeling.errors import Refused
from labeling.flow import scheme
from labeling.flow.archive import hold
from labeling.models import Annotation, GuidelineExample, Label, Repeat, Verb, Verdict

Expression = Any


def merge(*, label: Label, into: Label, by: User) -> int:
    """Move what names `label` to `into` and retire it; returns how many answers and decisions were moved.

    Guarantees: each of them has an Event of verb AMENDED with what it named before and after; an answer whose second
    label becomes its first has no second label any more; one transaction, in memory that does not grow with them. A
    training follows by itself. Raises Refused where that makes no sense, or where too little would stay on offer.
    """
    return dialect.undeterred(lambda: _merge(label, into, by))


@transaction.atomic
def _merge(label: Label, into: Label, by: User) -> int:
    held = hold(label.project_id)
    label, into = Label.objects.get(pk=label.pk), Label.objects.get(pk=into.pk)
    if label.pk == into.pk or into.project_id != held.pk or into.retired_at is not None:
        raise Refused(_("Choose another label of this project that is on offer."))
    if label.merged_into_id is not None:
        raise Refused(_("%(label)s was merged already.") % {"label": label})
    if label.retired_at is None:
        scheme.require_rest(held, label)
    moved = _move(label, into, by)
    GuidelineExample.objects.filter(label=label).update(label=into)
    Label.objects.filter(pk=label.pk).update(retired_at=Now(), merged_into=into)
    Label.objects.filter(merged_into=label).update(merged_into=into)
    after = {scheme.LABELS: {"retired": label.key, "merged_into": into.key}, "moved": moved}
    scheme.record(label, by, Verb.RETIRED, {}, after)
    return moved


def follow() -> int:
    """Move what came in under a label at the moment of its merging; returns how much that was, nearly always nothing.

    An answer that is being written cannot be seen by the merge. The sweep calls this every second.
    """
    return sum(
        _move(label, label.merged_into, None)
        for label in Label.objects.filter(merged_into__isnull=False).select_related("merged_into")
        if label.merged_into is not None and (_naming(label).exists() or _repeating(label).exists())
    )


def _naming(label: Label) -> "QuerySet[Annotation]":
    return Annotation.objects.filter(Q(label=label) | Q(second_label=label))


def _repeating(label: Label) -> "QuerySet[Repeat]":
    return Repeat.objects.filter(Q(label=label) | Q(first_label=label))


@transaction.atomic
def _move(label: Label, into: Label, by: User | None) -> int:
    answers, verdicts = _naming(label), Verdict.objects.filter(label=label)
    was = JSONObject(label="label__key", second_label="second_label__key", annotator="annotator__username")
    becomes = JSONObject(
        label=Case(When(label=label, then=Value(into.key)), default=F("label__key"), output_field=CharField()),
        second_label=_second(label, into, then=Value(into.key), default=F("second_label__key"), kind=CharField()),
        annotator="annotator__username",
    )
    moved = _tell(answers, was, becomes, by)
    moved += _tell(verdicts, JSONObject(verdict="label__key"), JSONObject(verdict=Value(into.key)), by)
    answers.update(
        label=Case(When(label=label, then=Value(into.pk)), default=F("label_id"), output_field=BigIntegerField()),
        second_label=_second(label, into, then=Value(into.pk), default=F("second_label_id"), kind=BigIntegerField()),
    )
    verdicts.update(label=into)
    # Else whoever gave the same label twice, before and after the merge, would seem to have changed their mind.
    for name in ("first_label", "label"):
        Repeat.objects.filter(**{name: label}).update(**{name: into})
    return moved


def _second(label: Label, into: Label, *, then: Expression, default: Expression, kind: Expression) -> Case:
    """The second label afterwards: none where it would be the first one again."""
    same = Q(label=label, second_label=into) | Q(label=into, second_label=label)
    return Case(When(same, then=Value(None)), When(second_label=label, then=then), default=default, output_field=kind)


def _tell(rows: "QuerySet[Any]", was: Expression, becomes: Expression, by: User | None) -> int:
    """An Event for each of `rows`, written by the database out of what it holds: no row comes here."""
    told = rows.order_by("pk").annotate(
        teller=Value(by.pk if by else None, BigIntegerField(null=True)),
        deed=Value(Verb.AMENDED.value),
        was=was,
        becomes=becomes,
        moment=Now(),
    )
    columns = ("project_id", "teller", "deed", "sentence_id", "was", "becomes", "moment")
    query, values = told.values_list(*columns).query.sql_with_params()
    return dialect.change(
        f"INSERT INTO labeling_event (project_id, who_id, verb, sentence_id, before, after, at) {query}", values
    )
