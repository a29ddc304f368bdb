"""The label scheme of a project: labels are added, described, put in order, retired, offered again, deleted.

Labels that are on offer have a digit each, which is their place and their key on the keyboard. A label that somebody
answered with is never deleted: it is retired, or merged into another (`flow.merging`).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import Now
from django.utils.text import slugify
from django.utils.translation import gettext as _

from labeling.errors import AlreadyHere, Refused
from labeling.flow import label_keys
from labeling.flow.archive import hold
from labeling.models import COLOURS, Annotation, Event, GuidelineExample, Label, Project, Repeat, Verb, Verdict

FIELDS = ("name_en", "name_id", "colour", "description_en", "description_id")
DIGITS = range(1, 10)
LEAST = 2
# In an Event: the change asks for another training. A name or a colour does not.
LABELS = "labels"

Fields = Mapping[str, object]


@transaction.atomic
def add(*, project: Project, by: User, key: str, fields: Fields) -> Label:
    """Offer a new label under the lowest digit that is free; `fields` has FIELDS, `key` comes of the name where empty.

    Raises AlreadyHere where the key was given before, Refused where nine labels are on offer.
    """
    held = hold(project.pk)
    key = key or slugify(str(fields["name_en"]))[:40].strip("-_")
    if not key:
        raise Refused(_("Write a short name for the export too: letters, digits and hyphens."))
    if Label.objects.filter(project=held, key=key).exists():
        said = _("There is a label called %(key)s already, on offer or retired. Choose another short name.")
        raise AlreadyHere(said % {"key": key})
    values = {name: fields[name] for name in FIELDS if name in fields}
    label = Label.objects.create(project=held, key=key, digit=_free_digit(held), **values)
    record(label, by, Verb.CHANGED, {}, {LABELS: {"added": key}, **values})
    return label


@transaction.atomic
def describe(*, label: Label, by: User, fields: Fields) -> list[str]:
    """Set what differs of FIELDS; returns the names of what changed. The key stays: files and models know it.

    Raises Refused where the project is archived.
    """
    hold(label.project_id)
    now = Label.objects.get(pk=label.pk)
    after = {name: fields[name] for name in FIELDS if name in fields and fields[name] != getattr(now, name)}
    if after:
        Label.objects.filter(pk=label.pk).update(**after)
        before = {name: getattr(now, name) for name in after}
        record(label, by, Verb.CHANGED, {"label": label.key, **before}, {"label": label.key, **after})
    return list(after)


def up(*, label: Label, by: User) -> None:
    """Change places with the label before. Raises Refused where there is none."""
    _swap(label, by, -1)


def down(*, label: Label, by: User) -> None:
    """Change places with the label after. Raises Refused where there is none."""
    _swap(label, by, 1)


@transaction.atomic
def _swap(label: Label, by: User, step: int) -> None:
    offered = list(Label.objects.offered().filter(project=hold(label.project_id)).order_by("digit"))
    place = next((place for place, one in enumerate(offered) if one.pk == label.pk), None)
    if place is None or not 0 <= place + step < len(offered):
        raise Refused(_("%(label)s cannot be moved further.") % {"label": label})
    mine, other = offered[place], offered[place + step]
    # Two labels on offer never have one digit, not even within a statement, and all nine may be taken.
    Label.objects.filter(pk=mine.pk).update(digit=other.digit, retired_at=Now())
    Label.objects.filter(pk=other.pk).update(digit=mine.digit)
    Label.objects.filter(pk=mine.pk).update(retired_at=None)
    order = {mine.key: mine.digit, other.key: other.digit}
    record(
        mine, by, Verb.CHANGED, {"digits": order}, {"digits": dict(zip(order, reversed(order.values()), strict=True))}
    )


@transaction.atomic
def retire(*, label: Label, by: User) -> None:
    """Offer the label no more. Its answers stay and are exported; training leaves them out from the next time on.

    Raises Refused where it is retired already, and where too little would stay: see `require_rest`.
    """
    held = hold(label.project_id)
    require_rest(held, label)
    if not Label.objects.offered().filter(pk=label.pk).update(retired_at=Now()):
        raise Refused(_("%(label)s is retired already.") % {"label": label})
    record(label, by, Verb.RETIRED, {}, {LABELS: {"retired": label.key}})


@transaction.atomic
def offer(*, label: Label, by: User) -> None:
    """Offer a retired label again, under its digit, or the lowest free one where that is taken.

    Raises Refused where it is on offer, where it was merged into another, and where nine labels are on offer.
    """
    held = hold(label.project_id)
    now = Label.objects.get(pk=label.pk)
    if now.retired_at is None:
        raise Refused(_("%(label)s is on offer already.") % {"label": label})
    if now.merged_into_id is not None:
        raise Refused(_("%(label)s was merged into another label. Add a new one instead.") % {"label": label})
    Label.objects.filter(pk=label.pk).update(retired_at=None, digit=_free_digit(held, wanted=now.digit))
    record(label, by, Verb.CHANGED, {}, {LABELS: {"offered": label.key}})


@transaction.atomic
def delete(*, label: Label, by: User) -> None:
    """Delete a label that nobody ever used. Raises Refused for any other, and where too little would stay."""
    held = hold(label.project_id)
    if label.pk in _used(held, *_named(held)):
        said = _("%(label)s is in use, so it stays. Retire it, or merge it into another label.")
        raise Refused(said % {"label": label})
    if Label.objects.offered().filter(pk=label.pk).exists():
        require_rest(held, label)
    Label.objects.filter(pk=label.pk).delete()
    record(label, by, Verb.CHANGED, {LABELS: {"deleted": label.key}}, {LABELS: {"deleted": label.key}})


def record(label: Label, by: User, verb: Verb, before: Fields, after: Fields) -> None:
    """Write the Event, and have the answers that come in from now on see the new scheme."""
    Event.objects.create(project_id=label.project_id, who=by, verb=verb, before=before, after=after)
    transaction.on_commit(lambda: label_keys.forget(label.project_id))


def require_rest(project: Project, without: Label) -> None:
    """Raises Refused unless two labels stay on offer without this one, and one that is none of the others if it is."""
    rest = list(Label.objects.offered().filter(project=project).exclude(pk=without.pk))
    if len(rest) < LEAST:
        raise Refused(_("Two labels must stay on offer. Add another one first."))
    if without.is_none and not any(one.is_none for one in rest):
        said = _("%(label)s is what a sentence gets that fits no other label, so it stays. You may rename it.")
        raise Refused(said % {"label": without})


def _free_digit(project: Project, *, wanted: int = 0) -> int:
    taken = set(Label.objects.offered().filter(project=project).values_list("digit", flat=True))
    free = [digit for digit in DIGITS if digit not in taken]
    if not free:
        raise Refused(_("Nine labels are on offer, one a digit of the keyboard. Retire one first."))
    return wanted if wanted in free else free[0]


@dataclass(frozen=True, slots=True)
class InScheme:
    """A label with how many answers name it, first or second, and how many decisions; `used`: it cannot be deleted."""

    label: Label
    answers: int
    seconds: int
    decisions: int
    used: bool


@dataclass(frozen=True, slots=True)
class Scheme:
    """The labels of a project: those on offer in the order of their keys, and the retired ones."""

    offered: list[InScheme]
    retired: list[InScheme]


def scheme(project: Project) -> Scheme:
    """What the labels page shows, in six queries."""
    labels = list(Label.objects.filter(project=project).select_related("merged_into"))
    named = _named(project)
    used = _used(project, *named)
    rows = [
        InScheme(
            one, answers=named[0][one.pk], seconds=named[1][one.pk], decisions=named[2][one.pk], used=one.pk in used
        )
        for one in labels
    ]
    return Scheme(
        offered=[one for one in rows if one.label.retired_at is None],
        retired=[one for one in rows if one.label.retired_at is not None],
    )


def in_scheme(label: Label) -> InScheme:
    """One label of its project's scheme."""
    told = scheme(label.project)
    return next(one for one in (*told.offered, *told.retired) if one.label.pk == label.pk)


def classes(project: Project) -> list[Label]:
    """The classes of an export, in its order: the labels on offer, then retired ones that answers still name."""
    named = set().union(*_named(project))
    return [one for one in Label.objects.filter(project=project) if one.retired_at is None or one.pk in named]


def _named(project: Project) -> tuple[Counter[int], Counter[int], Counter[int]]:
    """How many answers name each label, undone ones too, how many as the second one, and how many decisions."""
    given = Annotation.objects.filter(project=project)
    return (
        _counts(given.filter(label__isnull=False), "label"),
        _counts(given.filter(second_label__isnull=False), "second_label"),
        _counts(Verdict.objects.filter(project=project), "label"),
    )


def _counts(rows: "QuerySet[Any]", column: str) -> Counter[int]:
    return Counter(dict(rows.order_by().values_list(column).annotate(n=Count("pk"))))


def _used(project: Project, *named: Counter[int]) -> set[int]:
    """Labels that a row points at: an answer, a repeat, a decision, an example, a label that was merged."""
    repeats = Repeat.objects.filter(project=project)
    again = (repeats.values_list(name, flat=True) for name in ("first_label", "label"))
    shown = GuidelineExample.objects.filter(project=project).order_by().values_list("label", flat=True).union(*again)
    merged = Label.objects.filter(project=project, merged_into__isnull=False).values_list("merged_into", flat=True)
    return {pk for pk in (*shown, *merged) if pk is not None}.union(*named)


def next_colour(project: Project) -> int:
    """The first colour that no label on offer has."""
    taken = set(Label.objects.offered().filter(project=project).values_list("colour", flat=True))
    return next((one for one in range(1, COLOURS + 1) if one not in taken), 1)
