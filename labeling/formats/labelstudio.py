"""Label Studio: a labelling config and the tasks with their annotations, each checked with its own SDK."""

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from label_studio_sdk.label_interface import LabelInterface

from labeling.errors import Refused
from labeling.formats.shapes import Snapshot
from labeling.labelstudio.config import config_of


def write(snapshot: Snapshot, directory: Path) -> None:
    """Writes `config.xml` and `tasks.json`: a task for every sentence that somebody answered.

    Raises Refused where the SDK would not take what was made.
    """
    config = config_of([label["key"] for label in snapshot.head["labels"]])
    interface = LabelInterface(config)
    interface.validate()
    (directory / "config.xml").write_text(config + "\n", encoding="utf-8")
    with (directory / "tasks.json").open("w", encoding="utf-8") as out:
        for n, task in enumerate(_tasks(snapshot)):
            for annotation in task["annotations"]:
                if not interface.validate_annotation(annotation):
                    raise Refused(f"Label Studio would not take the annotation of sentence {task['data']['ext_id']}.")
            out.write(("[\n" if n == 0 else ",\n") + json.dumps(task, ensure_ascii=False))
        out.write("\n]\n")


def _tasks(snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    settled = snapshot.rows()
    row = next(settled, None)
    for sentence, found in groupby(snapshot.judgements(), key=lambda one: str(one["id"])):
        answers = list(found)
        # Both come in the order of sentences, so one pass over each is enough.
        while row is not None and int(row["id"]) < int(sentence):
            row = next(settled, None)
        of_sentence = row if row is not None and row["id"] == sentence else {}
        yield {
            "data": {
                "text": answers[0]["text"],
                "lang": answers[0]["lang"],
                "ext_id": sentence,
                **{key: of_sentence[key] for key in ("title", "url") if of_sentence.get(key)},
            },
            "meta": {
                "ext_id": sentence,
                "settled": of_sentence.get("label"),
                "annotators": [answer["annotator"] for answer in answers],
            },
            "annotations": [_annotation(answer) for answer in answers],
        }


def _annotation(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer; unsure is what Label Studio calls a skip."""
    chosen = ((name, answer[name]) for name in ("label", "label_2") if answer[name])
    return {
        "result": [
            {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": [label]}}
            for name, label in chosen
        ],
        "was_cancelled": bool(answer["unsure"]),
        "ground_truth": False,
        "lead_time": answer["seconds"],
        "unique_id": f"{answer['annotator']}-{answer['id']}",
    }
