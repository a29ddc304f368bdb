"""A project with a config whose names are a script's own: the client hears its own names, whatever it asks for."""

import json
from pathlib import Path
from typing import Any

import pytest

from labeling.labelstudio.stream import lines
from labeling.models import Annotation, Event, Label, ModelVersion, Project, QueueEntry, Sentence, TaskData, Verb
from tests.cast import Cast
from tests.factories import answer, make_sentences
from tests.labelstudio.own import CONFIG, KEYS, part
from tests.labelstudio.scripting import Client, refusal

pytestmark = [pytest.mark.slow, pytest.mark.once]


@pytest.fixture
def citra(cast: Cast, sdk: Client) -> Any:
    """The client of an owner."""
    return sdk(cast.citra)


@pytest.fixture
def project(citra: Any) -> Project:
    return Project.objects.get(pk=citra.projects.create(title="Judul berita", label_config=CONFIG).id)


@pytest.fixture
def tasks(project: Project) -> list[int]:
    """The first came with a field beside its text, the others are of an article."""
    found = make_sentences(project, ["Banjir surut.", "Harga turun.", "Jalan dibuka."])
    TaskData.objects.create(sentence=found[0], data={"desk": "kota"})
    return [one.pk for one in found]


def renamed(config: str) -> str:
    """The same labels under other names, the text in another field."""
    return config.replace("sentiment", "kind").replace('"article"', '"story"').replace("$headline", "$body")


def test_the_config_comes_back_byte_for_byte(citra: Any, project: Project) -> None:
    told = citra.projects.get(project.pk)
    parse = pytest.importorskip("label_studio_sdk._extensions.label_studio_tools.core.label_config").parse_config
    assert told.label_config == CONFIG
    assert told.parsed_label_config == json.loads(json.dumps(parse(CONFIG)))
    assert next(iter(citra.projects.list(title="Judul"))).label_config == CONFIG


def test_a_config_of_other_labels_than_are_on_offer_is_told_with_its_names(citra: Any, project: Project) -> None:
    Label.objects.filter(project=project, key="berita-bohong").update(name_en="Hoax", name_id="Hoaks")
    told = citra.projects.get(project.pk)
    parse = pytest.importorskip("label_studio_sdk._extensions.label_studio_tools.core.label_config").parse_config
    assert told.parsed_label_config == json.loads(json.dumps(parse(told.label_config)))
    assert (list(told.parsed_label_config), told.parsed_label_config["sentiment"]["labels"]) == (
        ["sentiment"],
        ["Benar", "Hoax", "nihil"],
    )
    # Sent back as it is, it changes nothing, and stays what it was.
    citra.projects.update(project.pk, label_config=told.label_config)
    assert Project.objects.get(pk=project.pk).label_config == CONFIG
    # With one label more it is a config of its own.
    more = told.label_config.replace("</Choices>", '<Choice value="Opini" hotkey="4"/></Choices>')
    assert citra.projects.update(project.pk, label_config=more).label_config == more
    assert list(project.labels.offered().values_list("key", flat=True)) == [*KEYS, "Opini"]


def test_a_task_has_its_text_where_the_config_looks_for_it(citra: Any, project: Project, tasks: list[int]) -> None:
    whole = [one.data for one in citra.tasks.list(project=project.pk)]
    bare = [one.data for one in citra.tasks.list(project=project.pk, fields="task_only")]
    assert whole == bare
    assert whole[0] == citra.tasks.get(id=str(tasks[0])).data == {"desk": "kota", "headline": "Banjir surut."}
    assert whole[1] == {"headline": "Harga turun.", "lang": "id"}
    wire = citra._client_wrapper.httpx_client
    lent = wire.request(f"api/projects/{project.pk}/next/", method="GET").json()
    assert lent["data"] in whole


def test_an_answer_is_told_as_the_config_writes_it(citra: Any, project: Project, tasks: list[int]) -> None:
    sent = [part("Berita Bohong"), part("nihil", "label_2")]
    given = citra.annotations.create(id=tasks[0], result=sent)
    row = Annotation.objects.select_related("label", "second_label").get()
    assert (row.label.key, row.second_label.key) == ("berita-bohong", "nihil")  # type: ignore[union-attr]  # both are set
    (of_task,) = citra.tasks.get(id=str(tasks[0])).annotations
    (listed,) = citra.annotations.list(id=tasks[0])
    again = citra.annotations.create(id=tasks[0], result=sent)
    ways = [given, citra.annotations.get(id=given.id), listed, again]
    assert [one.result for one in ways] + [of_task["result"]] == [sent] * 5
    assert citra.annotations.update(id=given.id, result=[part("Benar")]).result == [part("Benar")]


@pytest.mark.parametrize("word", ["Berita Bohong", "berita-bohong", "BERITA BOHONG"])
@pytest.mark.parametrize("name", ["sentiment", "label"])
def test_what_is_heard_may_be_of_the_config_or_ours(
    citra: Any, project: Project, tasks: list[int], word: str, name: str
) -> None:
    assert citra.annotations.create(id=tasks[0], result=[part(word, name)]).result == [part("Berita Bohong")]


def test_a_control_or_a_label_that_the_config_has_not_is_refused(
    citra: Any, project: Project, tasks: list[int]
) -> None:
    with refusal(400) as told:
        citra.annotations.create(id=tasks[0], result=[part("Benar", "confidence")])
    assert "no control confidence" in told.value.body["detail"]
    with refusal(400) as told:
        citra.annotations.create(id=tasks[0], result=[part("Setengah benar")])
    assert "labels are: Berita Bohong, Benar, nihil." in told.value.body["detail"]
    assert not Annotation.objects.exists()


def test_what_is_told_passes_the_clients_own_check(citra: Any, project: Project, tasks: list[int]) -> None:
    answer(Sentence.objects.get(pk=tasks[0]), "citra", "berita-bohong")
    interface = citra.projects.get(project.pk).get_label_interface()
    task = citra.tasks.get(id=str(tasks[0]))
    assert interface.validate_annotation(task.annotations[0])
    assert interface.validate_task({"data": task.data})


def test_predictions_are_told_as_the_config_writes_them(citra: Any, project: Project, tasks: list[int]) -> None:
    version = ModelVersion.objects.create(project=project, number=1, path="", sha256="", n_labels=0, n_label_events=0)
    said = {"suggested": project.labels.get(key="berita-bohong"), "suggested_share": 0.75}
    head = {"project": project, "version": version, "place": 0, "selection": "uncertain", "score": 0.5}
    QueueEntry.objects.create(**head, **said, sentence_id=tasks[0])
    Project.objects.filter(pk=project.pk).update(version=version)
    (listed,) = citra.predictions.list(project=project.pk)
    (of_task,) = citra.tasks.get(id=str(tasks[0])).predictions
    told = [listed.result, citra.predictions.get(id=tasks[0]).result, of_task.result]
    assert told == [[part("Berita Bohong")]] * 3


def test_other_names_are_told_of_answers_that_were_there(citra: Any, project: Project, tasks: list[int]) -> None:
    given = citra.annotations.create(id=tasks[0], result=[part("Benar")])
    other = renamed(CONFIG)
    assert (
        citra.projects.validate_label_config(project.pk, label_config=CONFIG).config_essential_data_has_changed is False
    )
    assert (
        citra.projects.validate_label_config(project.pk, label_config=other).config_essential_data_has_changed is True
    )
    assert citra.projects.update(project.pk, label_config=other).label_config == other
    assert citra.annotations.get(id=given.id).result == [part("Benar", "kind") | {"to_name": "story"}]
    assert citra.tasks.get(id=str(tasks[0])).data == {"desk": "kota", "body": "Banjir surut."}
    change = Event.objects.get(project=project, verb=Verb.CHANGED)
    assert (change.before, change.after) == ({"label_config": CONFIG}, {"label_config": other})


def test_the_text_takes_no_field_that_a_script_sent(citra: Any, project: Project, tasks: list[int]) -> None:
    for way in (citra.projects.update, citra.projects.validate_label_config):
        with refusal(400) as told:
            way(project.pk, label_config=CONFIG.replace("$headline", "$desk"))
        assert "a field desk beside their text" in told.value.body["detail"]
    assert Project.objects.get(pk=project.pk).label_config == CONFIG
    # Where it lies already it may stay, whatever there is beside it.
    TaskData.objects.create(sentence_id=tasks[1], data={"headline": "x"})
    assert citra.projects.update(project.pk, label_config=f"{CONFIG} ").label_config == f"{CONFIG} "


def test_a_project_made_by_hand_takes_a_config_of_its_labels_by_any_name(citra: Any, cast: Cast) -> None:
    names = ["Bantahan", "claim", "Condemnation", "Lainnya"]
    choices = "".join(f'<Choice value="{one}"/>' for one in names)
    config = f'<View><Text name="a" value="$b"/><Choices name="c" toName="a">{choices}</Choices></View>'
    assert citra.projects.update(cast.project.pk, label_config=config).label_config == config
    (sentence,) = make_sentences(cast.project, ["Banjir surut."])
    sent = [part("Lainnya", "c") | {"to_name": "a"}]
    assert citra.annotations.create(id=sentence.pk, result=sent).result == sent
    assert Annotation.objects.get().label == cast.project.labels.get(key="none")
    with refusal(400) as told:
        citra.projects.update(cast.project.pk, label_config=config.replace("Bantahan", "Klaim"))
    assert "too much alike" in told.value.body["detail"]


@pytest.fixture
def answered(project: Project, tasks: list[int]) -> Project:
    """The first by two, of whom one passed it over; the second by one, with a second label; the third by nobody."""
    first, second, third = Sentence.objects.filter(pk__in=tasks).order_by("pk")
    TaskData.objects.create(sentence=second, data={"sentiment": "mild", "tags": ["a"], "n": 3})
    TaskData.objects.create(sentence=third, data={})
    answer(first, "citra", "berita-bohong", seconds=1.5)
    answer(first, "ani", None)
    answer(second, "ani", "Benar", second_label=project.labels.get(key="nihil"))
    return project


@pytest.mark.parametrize("to", ["JSON_MIN", "CSV", "TSV"])
def test_an_export_is_what_label_studio_makes_of_the_same_tasks(
    citra: Any, answered: Project, tmp_path: Path, to: str
) -> None:
    config = CONFIG.replace("</View>", '<Choices name="label_2" toName="article" required="false"/></View>')
    citra.projects.update(answered.pk, label_config=config)
    converter = pytest.importorskip("label_studio_sdk.converter").Converter(config, str(tmp_path))
    of_project = citra.projects.exports

    def exported(to: str) -> bytes:
        return b"".join(of_project.download_sync(answered.pk, export_type=to, download_all_tasks=True))

    (tmp_path / "tasks").write_bytes(exported("JSON"))
    converter.convert(str(tmp_path / "tasks"), str(tmp_path / "made"), to, is_dir=False)
    theirs, ours = next((tmp_path / "made").glob("result.*")).read_bytes(), exported(to)
    assert b"Berita Bohong" in ours
    if to == "JSON_MIN":
        assert json.loads(ours) == json.loads(theirs)
    else:
        assert ours == theirs


def test_a_stream_asks_the_database_once_more_for_a_config(answered: Project, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(6):
        found = json.loads(b"".join(lines(answered, "JSON", everything=True)))
    assert [len(one["annotations"]) for one in found] == [2, 1, 0]
