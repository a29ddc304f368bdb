"""An owner's settings of a project: changed with a record of what they were before."""

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from labeling.errors import Refused
from labeling.flow import overlap, scheme
from labeling.flow.archive import hold
from labeling.models import Event, Label, Project, Sentence, Verb

FIELDS = (
    *("name", "languages", "overlap", "most_answers", "hides_names"),
    *("strategy", "find_rare", "review_share", "reveals", "repeats", "retrain_after", "audit_size", "stop_gain"),
    *("label_licence", "text_licence", "citation", "label_config"),
)
# Where one of these changed, the queue wants another order: the sweep owes a training, see labeling.sweeping.
ORDERING = (
    *("languages", "overlap", "strategy", "find_rare", "review_share", "reveals", "cues", scheme.LABELS),
    *("settle_least", "settle_majority", "settle_posterior"),
)

Cues = Mapping[str, Mapping[str, str]]


@transaction.atomic
def change(*, project: Project, by: User, settings: Mapping[str, object], cues: Cues) -> list[str]:
    """Set what differs of `settings` (names out of FIELDS) and `cues` (by label key, then `cue_en` or `cue_id`).

    Returns the names of what changed, `cues` among them. Guarantees: rows and Event are written together, and an Event
    only where something changed; with `overlap` the free slots of every sentence follow, see `flow.overlap.want`; the
    same number begins a walk that failed anew. Raises Refused where the audit sample would have to shrink, and for an
    archived project.
    """
    held = hold(project.pk)
    _require_room(held, settings.get("audit_size", held.audit_size))
    before: dict[str, object] = {name: getattr(held, name) for name in settings if name in FIELDS}
    after: dict[str, object] = {name: settings[name] for name in before if settings[name] != before[name]}
    if after:
        Project.objects.filter(pk=held.pk).update(**after)
    answers = settings.get("overlap")
    if isinstance(answers, int) and ("overlap" in after or overlap.was_left(held)):
        overlap.want(project=held, by=by, answers=answers)
    before = {name: before[name] for name in after}
    former, latter = _set_cues(held, cues)
    if latter:
        before["cues"], after["cues"] = former, latter
    if after:
        Event.objects.create(project=held, who=by, verb=Verb.CHANGED, before=before, after=after)
    return list(after)


def _set_cues(project: Project, cues: Cues) -> tuple[Cues, Cues]:
    """What differed of the cues before, and what it is now."""
    former, latter = {}, {}
    for label in Label.objects.filter(project=project, key__in=cues):
        new = {name: text for name, text in cues[label.key].items() if text != getattr(label, name)}
        if new:
            former[label.key] = {name: getattr(label, name) for name in new}
            latter[label.key] = new
            Label.objects.filter(pk=label.pk).update(**new)
    return former, latter


def _require_room(project: Project, audit_size: object) -> None:
    if audit_size == project.audit_size:
        return
    drawn = Sentence.objects.of_audit_sample().filter(project=project).count()
    if isinstance(audit_size, int) and audit_size < drawn:
        said = _("The audit sample has %(n)s sentences already, and what was drawn by lot stays. Write %(n)s or more.")
        raise Refused(said % {"n": drawn})
