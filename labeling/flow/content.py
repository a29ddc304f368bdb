"""What an answer says: as columns of an annotation, and as its Event remembers it."""

import json

from labeling.acts import Act

COLUMNS = ("label_id", "second_label_id", "unsure", "boilerplate", "bad_segment", "comment", "seconds")


def _chosen(act: Act) -> tuple[str | None, str | None]:
    """The label and the second label that count: none beside `unsure`, no second that repeats the first."""
    if act.unsure:
        return None, None
    return act.label, None if act.second_label == act.label else act.second_label


def content(act: Act, labels: dict[str, int]) -> tuple[int | None, int | None, bool, bool, bool, str, float]:
    """The values of the columns COLUMNS."""
    first, second = (labels.get(label or "") for label in _chosen(act))
    # By the row: two keys may have come to mean one label.
    return (
        first,
        None if second == first else second,
        act.unsure,
        act.boilerplate,
        act.bad_segment,
        act.comment,
        act.seconds,
    )


def told(act: Act, *, surplus: bool = False) -> str:
    """The answer as its Event remembers it, as JSON; `flow.annotate.said` gives the same of a row."""
    label, second = _chosen(act)
    return json.dumps(
        {
            "label": label,
            "second_label": second,
            "unsure": act.unsure,
            "boilerplate": act.boilerplate,
            "bad_segment": act.bad_segment,
            "comment": act.comment,
            "seconds": act.seconds,
            "surplus": surplus,
        }
    )
