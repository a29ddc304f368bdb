"""One sentence before one adjudicator: blind first, and everything once they have decided."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from labeling.errors import Refused
from labeling.flow import adjudicate, desk, show
from labeling.flow.archive import require_open
from labeling.flow.hearing import Hearing, hearing
from labeling.flow.show import Served
from labeling.models import Dispute, Lease, Membership, Selection, Sentence, Verdict

# A decision may be undone from the page of the next sentence for so long; from its own page always.
LATELY = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Sitting:
    """What stands on the desk. `hearing` is None while the sentence is to be decided blind.

    `verdict` is what was decided, `mine` whether by this person; `why_not` says why they may not change it. `queued`:
    it is among the disputes. `key` is for the act that follows, `last` what an undo would take back.
    """

    served: Served
    verdict: Verdict | None
    mine: bool
    hearing: Hearing | None
    why_not: str
    queued: bool
    key: uuid.UUID
    last: Verdict | None

    @property
    def is_blind(self) -> bool:
        return self.hearing is None

    def as_it_stands(self) -> dict[str, object]:
        """What a form about it begins with."""
        told = self.verdict
        return {"label": told.label_id, "error_kind": told.error_kind, "reason": told.reason} if told else {}

    @property
    def was_changed(self) -> bool:
        """Whether the label differs from what was decided blind."""
        verdict = self.verdict
        return verdict is not None and verdict.blind_label_id not in (None, verdict.label_id)


def sit(*, by: Membership, sentence: Sentence) -> Sitting:
    """The sentence as `by` may see it; where it is not decided, it is in their hand from now on.

    Guarantees that nothing of the answers, the model or an earlier verdict is there while the sentence is undecided and
    `by` has not decided it before. Raises Refused where it is not theirs to settle, where another adjudicator has it,
    where it was cut anew, and where the project is archived and nothing was decided.
    """
    lent = Lease(sentence_id=sentence.pk, selection=Selection.REVIEW, turn=1)
    served = show.served(by=by, slug=by.project.slug, leases=[lent])
    if not served:
        raise Refused(_("This sentence was cut anew. Choose the one that stands in its place."))
    verdict = Verdict.objects.select_related("label", "blind_label", "decided_by").filter(sentence=sentence).first()
    why_not = adjudicate.why_not(by=by.user, sentence=sentence)
    if verdict is None:
        require_open(by.project)
        if why_not:
            raise Refused(why_not)
        if not desk.claim(by=by.user, sentence=sentence):
            raise Refused(_("Another adjudicator has this sentence in hand by now. Go on with the next one."))
    opened = verdict is not None or adjudicate.has_seen(by=by.user, sentence=sentence)
    return Sitting(
        served=served[0],
        verdict=verdict,
        mine=verdict is not None and verdict.decided_by_id == by.user_id,
        hearing=hearing(by=by, sentence=sentence, verdict=verdict) if opened else None,
        why_not=why_not,
        queued=verdict is None and Dispute.objects.filter(sentence=sentence).exists(),
        key=uuid.uuid4(),
        last=None if verdict else _last(by),
    )


def _last(by: Membership) -> Verdict | None:
    """What `by` decided last, if that was a moment ago."""
    rows = Verdict.objects.filter(project=by.project_id, decided_by=by.user_id, decided_at__gt=Now() - LATELY)
    return rows.select_related("sentence", "label").order_by("-decided_at", "-pk").first()
