"""Answers made straight as rows, for pages that only read them."""

from django.utils import timezone

from labeling.models import Annotation, Membership, Selection, Sentence


def answers(member: Membership, sentence: Sentence, label: str | None, **more: object) -> Annotation:
    """What `member` said of `sentence`; no label means unsure."""
    project = member.project
    return Annotation.objects.create(
        project=project,
        sentence=sentence,
        annotator=member.user,
        label=project.labels.get(key=label) if label else None,
        unsure=label is None,
        seconds=2.0,
        selection=Selection.SEED,
        guideline=project.current_guideline(),
        answered_at=timezone.now(),
        **more,
    )
