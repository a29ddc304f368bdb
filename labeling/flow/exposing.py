"""Writing down what a person was shown of the model's view, wherever it was."""

from collections.abc import Mapping

from labeling import dialect
from labeling.models import Exposure, Label, Membership


def expose(*, by: Membership, shown: Mapping[int, tuple[str, float]]) -> None:
    """`by` is shown a label and its share, by sentence of their project; call it before it is told.

    Guarantees: once a person and sentence, the first showing counts. No query where nothing is shown.
    """
    if not shown:
        return
    labels = dict(Label.objects.filter(project=by.project_id).values_list("key", "pk"))
    mine = Exposure.objects.filter(annotator=by.user_id, sentence__in=list(shown))
    known = set(mine.values_list("sentence_id", flat=True))
    rows = [
        Exposure(
            project_id=by.project_id,
            sentence_id=sentence,
            annotator_id=by.user_id,
            version_id=by.project.version_id,
            label_id=labels.get(label),
            share=min(max(share, 0.0), 1.0),
        )
        for sentence, (label, share) in shown.items()
        if sentence not in known
    ]
    if rows:
        with dialect.writing():
            Exposure.objects.bulk_create(rows, ignore_conflicts=True)
