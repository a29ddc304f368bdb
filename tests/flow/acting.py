"""Acts as the annotate page would send them."""

import uuid

from labeling.acts import Act


def answer(sentence: int, label: str | None = "claim", **more: object) -> Act:
    return Act(key=uuid.uuid4(), kind="answer", sentence=sentence, label=label, seconds=1.5, **more)  # type: ignore[arg-type]  # the caller names real fields


def undo(sentence: int) -> Act:
    return Act(key=uuid.uuid4(), kind="withdraw", sentence=sentence)
