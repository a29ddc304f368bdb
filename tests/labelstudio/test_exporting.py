"""Exports through Label Studio's own client, and the stream behind them."""

import csv
import io
import json

import pytest
from pytest_django import DjangoAssertNumQueries

from labeling.labelstudio import stream
from labeling.labelstudio.stream import gathered, lines
from labeling.models import Event, Project, Sentence, TaskData, Verb
from tests.cast import Cast, gather
from tests.factories import answer, make_sentences
from tests.flow.racing import at_once
from tests.labelstudio.scripting import Client, refusal

OF_PANDAS = {"annotation_id", "annotator", "created_at", "id", "label", "lead_time", "text", "updated_at"}


@pytest.fixture
def sentences(cast: Cast) -> list[Sentence]:
    """Five: the first was answered by two, the second passed over, the third came with fields, the rest is bare."""
    found = make_sentences(cast.project, ["=1+1 is two.", "It rains.", "Nobody came.", "All is well.", "The end."])
    answer(found[0], "ani", "claim", seconds=2.5)
    answer(found[0], "budi", "denial")
    answer(found[1], "ani", None)
    answer(found[2], "budi", "none")
    TaskData.objects.create(sentence=found[2], data={"desk": "-city", "label": 7, "who": ["a"]}, meta={"k": 1})
    return found


def table(project: Project, to: str, **which: bool) -> list[dict[str, str]]:
    text = b"".join(lines(project, to, **which)).decode()  # type: ignore[arg-type]  # only `everything` is given
    return list(csv.DictReader(io.StringIO(text), delimiter="," if to == "CSV" else "\t"))


@pytest.mark.slow
@pytest.mark.once
def test_the_client_gets_all_tasks_as_json(cast: Cast, sdk: Client, sentences: list[Sentence]) -> None:
    tasks = sdk(cast.citra).projects.exports.as_json(cast.project.pk)
    assert [task["id"] for task in tasks] == [one.pk for one in sentences]
    assert [len(task["annotations"]) for task in tasks] == [2, 1, 1, 0, 0]
    assert tasks[1]["annotations"][0]["was_cancelled"]
    assert (tasks[2]["data"]["desk"], tasks[2]["meta"]) == ("-city", {"k": 1})
    assert Event.objects.get(verb=Verb.EXPORTED).who == cast.citra.user


@pytest.mark.slow
@pytest.mark.once
def test_the_client_gets_a_table_for_pandas(cast: Cast, sdk: Client, sentences: list[Sentence]) -> None:
    frame = sdk(cast.citra).projects.exports.as_pandas(cast.project.pk)
    assert set(frame.columns) >= OF_PANDAS
    assert len(frame) == 5
    assert list(frame["label"].dropna()) == ["denial", "claim", "none"]


@pytest.mark.slow
@pytest.mark.once
def test_the_client_gets_a_snapshot_by_way_of_its_steps(cast: Cast, sdk: Client, sentences: list[Sentence]) -> None:
    exports = sdk(cast.citra).projects.exports
    made = exports.create(cast.project.pk, title="now")
    assert (made.status, exports.get(cast.project.pk, made.id).status) == ("completed", "completed")
    assert [one.id for one in exports.list(cast.project.pk)] == [made.id]
    assert exports.convert(cast.project.pk, made.id, export_type="CSV").export_type == "CSV"
    got = b"".join(exports.download(cast.project.pk, made.id, export_type="JSON"))
    assert len(json.loads(got)) == 3
    answer(sentences[4], "ani", "claim")
    with refusal(409):
        list(exports.download(cast.project.pk, made.id, export_type="JSON"))
    with refusal(404):
        exports.get(cast.project.pk, made.id + 100)


@pytest.mark.slow
@pytest.mark.once
def test_only_owners_export(cast: Cast, sdk: Client, sentences: list[Sentence]) -> None:
    with refusal(403):
        sdk(cast.ani).projects.exports.as_json(cast.project.pk)
    with refusal(404):
        sdk(cast.dewi).projects.exports.as_json(cast.project.pk)
    assert not Event.objects.filter(verb=Verb.EXPORTED).exists()


@pytest.mark.slow
@pytest.mark.once
def test_the_client_is_told_of_formats(cast: Cast, sdk: Client) -> None:
    formats = sdk(cast.citra).projects.exports.list_formats(cast.project.pk)
    assert [one["name"] for one in formats] == ["JSON", "JSON_MIN", "CSV", "TSV"]
    with refusal(400) as told:
        list(sdk(cast.citra).projects.exports.download_sync(cast.project.pk, export_type="COCO"))
    assert "JSON_MIN" in told.value.body["detail"]


@pytest.mark.slow
@pytest.mark.once
def test_tasks_are_named_by_their_numbers(cast: Cast, sdk: Client, sentences: list[Sentence]) -> None:
    wanted = str(sentences[3].pk)
    exports = sdk(cast.citra).projects.exports
    got = b"".join(exports.download_sync(cast.project.pk, export_type="JSON", ids=[wanted]))
    assert [task["data"]["text"] for task in json.loads(got)] == ["All is well."]


@pytest.mark.django_db
def test_json_min_has_a_record_an_answer(cast: Cast, sentences: list[Sentence]) -> None:
    found = json.loads(b"".join(lines(cast.project, "JSON_MIN", everything=True)))
    assert [(one["text"], one.get("label")) for one in found] == [
        ("=1+1 is two.", "denial"),
        ("=1+1 is two.", "claim"),
        ("Nobody came.", "none"),
        ("All is well.", None),
        ("The end.", None),
    ]
    assert (found[1]["annotator"], found[1]["lead_time"]) == (cast.ani.user_id, 2.5)


@pytest.mark.django_db
@pytest.mark.parametrize("to", ["CSV", "TSV"])
def test_no_cell_of_a_table_is_a_formula(cast: Cast, sentences: list[Sentence], to: str) -> None:
    found = table(cast.project, to)
    assert [one["text"] for one in found] == ["'=1+1 is two.", "'=1+1 is two.", "Nobody came."]
    assert (found[2]["desk"], found[2]["_data_label"], found[2]["who"]) == ("'-city", "7", '["a"]')
    assert list(found[0]) == sorted(found[0])


@pytest.mark.django_db
def test_only_answered_tasks_are_exported_unless_all_are_wanted(cast: Cast, sentences: list[Sentence]) -> None:
    assert len(json.loads(b"".join(lines(cast.project, "JSON")))) == 3
    assert len(json.loads(b"".join(lines(cast.project, "JSON", everything=True)))) == 5


@pytest.mark.django_db
def test_queries_do_not_grow_with_the_tasks(
    cast: Cast, sentences: list[Sentence], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(5):
        list(lines(cast.project, "JSON", everything=True))
    make_sentences(cast.project, [f"Sentence {number}." for number in range(200)])
    with django_assert_num_queries(5):
        list(lines(cast.project, "JSON", everything=True))


@pytest.mark.django_db
def test_a_stream_goes_out_in_pieces(cast: Cast) -> None:
    make_sentences(cast.project, [f"{number} " + "long " * 200 for number in range(300)])
    pieces = list(gathered(lines(cast.project, "JSON", everything=True)))
    assert 3 < len(pieces) < 20
    assert len(json.loads(b"".join(pieces))) == 300


@pytest.mark.django_db
def test_a_project_without_answers_exports_nothing(cast: Cast) -> None:
    assert json.loads(b"".join(lines(cast.project, "JSON"))) == []
    assert table(cast.project, "CSV") == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_is_answered_during_a_stream_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = gather()
    monkeypatch.setattr(stream, "_BATCH", 1)
    first, last = make_sentences(cast.project, ["It rains.", "It snows."])
    answer(first, "ani", "claim")
    going = lines(cast.project, "JSON", everything=True)
    begun = [next(going), next(going)]
    at_once(lambda by: answer(last, by.user.username, "denial"), [cast.budi])
    tasks = json.loads(b"".join([*begun, *going]))
    assert [len(task["annotations"]) for task in tasks] == [1, 0]
    assert len(json.loads(b"".join(lines(cast.project, "JSON")))) == 2


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_stream_that_nobody_reads_to_its_end_leaves_the_connection_as_it_was() -> None:
    cast = gather()
    make_sentences(cast.project, ["It rains.", "It snows."])
    going = lines(cast.project, "JSON", everything=True)
    next(going)
    going.close()  # type: ignore[attr-defined]  # as the response does whose client has gone
    answer(Sentence.objects.all()[0], "ani", "claim")
    assert len(json.loads(b"".join(lines(cast.project, "JSON")))) == 1
