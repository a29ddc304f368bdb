"""How much of an import is written at once, and in how many queries."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labeling.flow import queue, segment, task_data
from labeling.models import Project, Run, Sentence, TaskData, Unit
from tests.cast import Cast
from tests.factories import claimed, received
from tests.flow.pool_of import pool_of

pytestmark = pytest.mark.django_db
PREDICTED = {"result": [], "score": 0.5, "model_version": "v1"}


def owed(project: Project, first: int, last: int, **beside: Any) -> Run:
    """The import of tasks, as scripts send them."""
    lines = [
        json.dumps({"text": f"Jembatan {n} dibuka.", "task": {"data": {"n": n}, **beside}}) for n in range(first, last)
    ]
    options = {"task_data": True}
    return received(project, "\n".join(lines), f"{first}.jsonl", unit=Unit.SENTENCE, options=options)


def queries(run: Run) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        segment.run(claim=claimed(run))
    return len(seen)


def chunks(monkeypatch: pytest.MonkeyPatch, run: Run) -> list[int]:
    """Does the import; how many records each chunk had."""
    sizes: list[int] = []
    lay = segment._lay

    def watched(claim: Any, returner: Any, chunk: Any, **more: Any) -> None:
        sizes.append(len(chunk))
        lay(claim, returner, chunk, **more)

    monkeypatch.setattr(segment, "_lay", watched)
    segment.run(claim=claimed(run))
    return sizes


def test_queries_do_not_grow_with_the_tasks_of_a_chunk(cast: Cast) -> None:
    Project.objects.update(audit_size=0)
    cast.project.refresh_from_db()
    few, many = owed(cast.project, 0, 10), owed(cast.project, 10, 810)
    assert queries(many) <= queries(few)
    assert TaskData.objects.count() == Sentence.objects.count() == 810


def test_where_nobody_labels_a_chunk_is_as_large_as_it_may_be(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "CHUNK_RECORDS", 40)
    assert chunks(monkeypatch, owed(cast.project, 0, 100)) == [40, 40, 20]


def test_while_somebody_labels_it_is_a_tenth(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "CHUNK_RECORDS", 40)
    monkeypatch.setattr("labeling.flow.giving_way.time.sleep", lambda _seconds: None)
    pool_of(cast.project, 1)
    queue.take(by=cast.ani)
    assert chunks(monkeypatch, owed(cast.project, 0, 10)) == [4, 4, 2]


def test_what_stands_beside_a_text_is_written_with_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import that is cut has all of what its sentences came with: nothing is left for later."""
    monkeypatch.setattr(segment, "CHUNK_RECORDS", 4)
    keep, kept = task_data.keep, []

    def cut(**values: Any) -> int:
        kept.append(keep(**values))
        if len(kept) == 2:
            raise RuntimeError
        return kept[-1]

    monkeypatch.setattr(task_data, "keep", cut)
    run = owed(cast.project, 0, 10, predictions=[PREDICTED, PREDICTED])
    with pytest.raises(RuntimeError):
        segment.run(claim=claimed(run))
    told = TaskData.objects.order_by("pk").values_list("data", "predictions")
    assert list(told) == [({"n": n}, [PREDICTED, PREDICTED]) for n in range(4)]


def test_of_two_that_say_the_same_the_first_is_kept_and_counted(cast: Cast) -> None:
    lines = [{"text": text, "task": {"predictions": [PREDICTED] * n}} for text, n in (("Hujan.", 1), ("HUJAN.", 2))]
    content = "\n".join(map(json.dumps, lines))
    run = received(cast.project, content, "a.jsonl", unit=Unit.SENTENCE, options={"task_data": True})
    assert segment.run(claim=claimed(run))["predictions"] == 1
    assert TaskData.objects.get().predictions == [PREDICTED]


def test_a_field_of_that_name_in_a_file_of_the_pages_is_not_read(cast: Cast) -> None:
    content = json.dumps({"text": "Hujan.", "task": {"answers": "x", "data": {"n": 1}}})
    segment.run(claim=claimed(received(cast.project, content, "a.jsonl", unit=Unit.SENTENCE)))
    assert not TaskData.objects.exists()
