"""A script as people write them for Label Studio: make a project, import, label as two people, export.

    export LABEL_STUDIO_URL=http://localhost:8080 LABEL_STUDIO_API_KEY=... LABEL_STUDIO_SECOND_KEY=...
    python label_studio_script.py prepare            # prints the project's number
    python label_studio_script.py label PROJECT
    python label_studio_script.py export PROJECT

Nothing in it knows which server answers. README.md says how it runs against Label Studio and against Factcheck.
"""

import json
import os
import sys
from collections import Counter

from label_studio_sdk import LabelStudio

URL = os.environ["LABEL_STUDIO_URL"]
KEYS = [os.environ["LABEL_STUDIO_API_KEY"], os.environ["LABEL_STUDIO_SECOND_KEY"]]
CONFIG = """
<View>
  <Text name="text" value="$text"/>
  <Choices name="label" toName="text" choice="single" required="true">
    <Choice value="claim"/>
    <Choice value="denial"/>
    <Choice value="none"/>
  </Choices>
</View>
"""
TASKS = [
    {"data": {"text": "The governor says the bridge opened on Monday.", "desk": "city"}},
    {"data": {"text": "The ministry denies that the bridge has opened.", "desk": "nation"}},
    {"data": {"text": "It rained in the afternoon.", "desk": "city"}},
    {"data": {"text": "The mayor says that the tunnel is safe.", "desk": "city"}},
]


def guess(text: str) -> str:
    """The label that a hurried person would give."""
    if "denies" in text:
        return "denial"
    return "claim" if "says" in text else "none"


def prepare() -> int:
    """A new project with the tasks above, each to be answered by two people."""
    ls = LabelStudio(base_url=URL, api_key=KEYS[0])
    project = ls.projects.create(title="Bridges and tunnels", label_config=CONFIG, maximum_annotations=2)
    imported = ls.projects.import_tasks(project.id, request=TASKS, return_task_ids=True)
    if imported.task_count != len(TASKS):
        raise SystemExit(f"not all tasks came in: {imported}")
    return int(project.id)


def label(project: int) -> None:
    """Both people answer every task; the second one is not sure of the last."""
    tasks = list(LabelStudio(base_url=URL, api_key=KEYS[0]).tasks.list(project=project))
    for person, key in enumerate(KEYS):
        ls = LabelStudio(base_url=URL, api_key=key)
        for task in tasks:
            if person == 1 and task.id == tasks[-1].id:
                ls.annotations.create(id=task.id, result=[], was_cancelled=True, lead_time=1.0)
                continue
            choice = {"choices": [guess(task.data["text"])]}
            result = [{"from_name": "label", "to_name": "text", "type": "choices", "value": choice}]
            ls.annotations.create(id=task.id, result=result, lead_time=2.5)


def export(project: int) -> dict[str, object]:
    """What came of it, from the JSON export and from the table."""
    ls = LabelStudio(base_url=URL, api_key=KEYS[0])
    tasks = ls.projects.exports.as_json(project)
    answers = [one for task in tasks for one in task["annotations"]]
    labels = [part["value"]["choices"][0] for one in answers for part in one["result"]]
    return {
        "tasks": len(tasks),
        "annotations": len(answers),
        "people": len({one["completed_by"] for one in answers}),
        "skipped": sum(one["was_cancelled"] for one in answers),
        "labels": dict(sorted(Counter(labels).items())),
        "desks": sorted({task["data"]["desk"] for task in tasks}),
        "rows": len(ls.projects.exports.as_pandas(project)),
    }


def main() -> None:
    step, *rest = sys.argv[1:]
    if step == "prepare":
        found: object = {"project": prepare()}
    elif step == "label":
        label(int(rest[0]))
        found = {"labelled": True}
    else:
        found = export(int(rest[0]))
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
