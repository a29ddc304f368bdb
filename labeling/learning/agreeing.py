"""Answers to figures of agreement."""

from collections.abc import Sequence
from typing import Any

from labeling.learning.shapes import Judged
from ml.agreement import Answer, agreement


def measure(answers: Sequence[Judged], *, seed: int) -> dict[str, Any]:
    """How far the answers agree: `ml.agreement.AgreementReport` as JSON. Intervals resample articles."""
    judged = [Answer(str(one.sentence_id), one.annotator, one.label, one.second_label) for one in answers]
    articles = {str(one.sentence_id): one.article for one in answers}
    return agreement(judged, articles=articles, seed=seed).as_json()
