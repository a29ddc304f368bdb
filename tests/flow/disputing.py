"""Disputes made straight as rows, with the answers that make them."""

from labeling.models import Dispute, Membership, Sentence
from tests.views.answering import answers


def dispute(sentence: Sentence, *people: tuple[Membership, str | None], priority: float = 0.5) -> Dispute:
    """`people` gave these labels (None: unsure), nobody else is asked, and the dispute has this priority."""
    for member, label in people:
        answers(member, sentence, label)
    Sentence.objects.filter(pk=sentence.pk).update(slots_free=0)
    return Dispute.objects.create(
        project_id=sentence.project_id,
        sentence=sentence,
        n_answers=len(people),
        disagreement=1,
        uncertainty=1,
        rarity=priority,
        priority=priority,
    )
