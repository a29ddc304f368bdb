"""One script with names of its own, against a real Label Studio and against ours: both tell the same."""

import csv
import io
import json
from typing import Any

import pytest

from labeling.labelstudio.api import importing
from tests.cast import Cast
from tests.labelstudio.brought_in import work_meanwhile
from tests.labelstudio.own import CONFIG, part
from tests.labelstudio.scripting import Client
from tests.labelstudio.server import Studio

pytestmark = [pytest.mark.django_db, pytest.mark.labelstudio]
TASKS: list[dict[str, Any]] = [
    {"data": {"headline": "Banjir surut.", "desk": "kota", "sentiment": "mild", "tags": ["a"]}, "meta": {"k": 1}},
    {"headline": "Harga turun."},
    {"headline": "Jalan dibuka."},
]
# What is a server's own: numbers of rows and people, and times.
OWN = ("id", "annotation_id", "annotator", "created_at", "updated_at")


def told_by(client: Any) -> dict[str, Any]:
    """What a server tells a script that makes a project, imports, answers and exports."""
    project = client.projects.create(title="Judul berita", label_config=CONFIG)
    tasks = client.projects.import_tasks(project.id, request=TASKS, return_task_ids=True).task_ids
    given = client.annotations.create(id=tasks[0], result=[part("Berita Bohong")], lead_time=1.5)
    client.annotations.create(id=tasks[1], result=[part("nihil")], lead_time=2.5)
    one = client.tasks.get(id=str(tasks[0]))
    exports = client.projects.exports

    def exported(to: str) -> str:
        return b"".join(exports.download_sync(project.id, export_type=to, download_all_tasks=True)).decode()

    whole = json.loads(exported("JSON"))
    table = list(csv.DictReader(io.StringIO(exported("CSV"), newline="")))
    return {
        # A real one takes the white space off its ends.
        "config": client.projects.get(project.id).label_config.strip(),
        "parsed": project.parsed_label_config,
        "interface": list(client.projects.get(project.id).get_label_interface().controls),
        "task": (one.data, one.meta),
        "result": (given.result, [answer.result for answer in client.annotations.list(id=tasks[0])]),
        "JSON": [(task["data"], [answer["result"] for answer in task["annotations"]]) for task in whole],
        "JSON_MIN": [bare(record) for record in json.loads(exported("JSON_MIN"))],
        "CSV": (list(table[0]), [bare(row) for row in table]),
    }


def bare(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in OWN}


def test_a_script_with_names_of_its_own_is_told_the_same(
    studio: Studio, cast: Cast, sdk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "rest", work_meanwhile)
    loaded, httpx = pytest.importorskip("label_studio_sdk.client"), pytest.importorskip("httpx")
    with httpx.Client() as wire:
        theirs = told_by(loaded.LabelStudio(base_url=studio.url, api_key=studio.token, httpx_client=wire))
    assert told_by(sdk(cast.citra)) == theirs
