"""Real sentences that show in the guideline what a label means."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from labeling.errors import Refused
from labeling.flow.archive import hold
from labeling.models import Event, GuidelineExample, Label, Project, Sentence, Verb

# Of one label: more than these nobody reads.
MOST = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """A label and the sentences that show it, if there are any."""

    label: Label
    examples: list[GuidelineExample]


def shown(project: Project) -> list[Shown]:
    """Labels on offer in their order, each with its examples; in two queries.

    A sentence that came into the audit sample since is not shown.
    """
    rows = GuidelineExample.objects.filter(project=project, sentence__audit_place__isnull=True)
    by_label: dict[int, list[GuidelineExample]] = {}
    for one in rows.select_related("sentence"):
        by_label.setdefault(one.label_id, []).append(one)
    return [Shown(label, by_label.get(label.pk, [])) for label in project.labels.offered()]


def why_not(sentence: Sentence) -> str:
    """Why this sentence may not be shown as an example; empty where it may."""
    if sentence.replaced_at is not None:
        return _("This sentence was cut anew. Choose the one that stands in its place.")
    near = Q(text_hash=sentence.text_hash)
    if sentence.duplicate_group is not None:
        near |= Q(duplicate_group=sentence.duplicate_group)
    if Sentence.objects.of_audit_sample().filter(near, project_id=sentence.project_id).exists():
        return _(
            "This sentence, or one that says the same, is in the audit sample. As an example it would teach the very "
            "thing that is measured there. Choose another."
        )
    return ""


@transaction.atomic
def add(*, by: User, sentence: Sentence, label: Label, note: str = "") -> GuidelineExample:
    """Show `sentence` in the guideline as an example of `label`. Adding it again changes its label and note.

    Guarantees: row and Event are written together. Raises Refused where the sentence may not be shown (see `why_not`),
    where the label is of another project or retired, where it has MOST examples already, and in an archived project.
    """
    hold(sentence.project_id)
    if label.project_id != sentence.project_id:
        raise Refused(_("That label belongs to another project."))
    if label.retired_at is not None:
        raise Refused(_("That label is retired. Choose one that people may still give."))
    if reason := why_not(sentence):
        raise Refused(reason)
    others = GuidelineExample.objects.filter(label=label).exclude(sentence=sentence)
    if others.count() >= MOST:
        raise Refused(_("%(label)s has %(n)d examples already. Remove one first.") % {"label": label, "n": MOST})
    former = GuidelineExample.objects.filter(sentence=sentence).select_related("label").first()
    fields = {"label": label, "note": note.strip(), "by": by}
    row, _made = GuidelineExample.objects.update_or_create(
        project_id=sentence.project_id, sentence=sentence, defaults=fields
    )
    _record(by, row, before=_told(former) if former else {}, after=_told(row))
    return row


@transaction.atomic
def remove(*, by: User, example: GuidelineExample) -> None:
    """Show it no longer. The sentence and its answers stay as they are; removing twice does nothing the second time.

    Raises Refused where the project is archived.
    """
    hold(example.project_id)
    n, _rows = GuidelineExample.objects.filter(pk=example.pk).delete()
    if n:
        _record(by, example, before=_told(example), after={})


def _told(example: GuidelineExample) -> dict[str, str]:
    return {"example": example.label.key, "note": example.note}


def _record(by: User, example: GuidelineExample, *, before: dict[str, str], after: dict[str, str]) -> None:
    Event.objects.create(
        project_id=example.project_id,
        who=by,
        verb=Verb.WROTE,
        sentence_id=example.sentence_id,
        before=before,
        after=after,
    )
