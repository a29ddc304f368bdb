"""An answer that settles a sentence on which annotators disagree."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from labeling.errors import Refused
from labeling.flow.archive import require_open
from labeling.models import Annotation, Event, Label, Sentence, Verb, Verdict


@transaction.atomic
def decide(*, by: User, sentence: Sentence, label: Label, reason: str = "") -> Verdict:
    """Settle a sentence. The annotations stay as they were; deciding again replaces the verdict, with its history.

    Raises Refused where the label is of another project or retired, where the project is archived, or where `by`
    answered the sentence themselves.
    """
    if label.project_id != sentence.project_id:
        raise Refused(_("That label belongs to another project."))
    require_open(sentence.project)
    if label.retired_at is not None:
        raise Refused(_("%(label)s was retired. Choose a label that is on offer.") % {"label": label})
    if Annotation.objects.given().filter(sentence=sentence, annotator=by).exists():
        raise Refused(_("You answered this sentence yourself, so somebody else must settle it."))
    former = Verdict.objects.select_for_update(of=("self",)).select_related("label").filter(sentence=sentence).first()
    verdict, _made = Verdict.objects.update_or_create(
        sentence=sentence,
        defaults={"project_id": sentence.project_id, "label": label, "reason": reason.strip(), "decided_by": by},
    )
    Event.objects.create(
        project_id=sentence.project_id,
        who=by,
        verb=Verb.DECIDED,
        sentence=sentence,
        before={"label": former.label.key, "reason": former.reason} if former else {},
        after={"label": label.key, "reason": verdict.reason},
    )
    return verdict
