"""Push and pull against a real Label Studio, and its own SDK as the witness."""

import json
from collections.abc import Iterator
from importlib import import_module
from io import StringIO
from typing import Any

import httpx
import pytest
from django.core.management import CommandError, call_command
from playwright.sync_api import Browser

from labeling.flow import scheme
from labeling.flow.version_name import version_name
from labeling.labelstudio import asking
from labeling.management.waiting import wait_for
from labeling.models import Annotation, Kind, Project, RemoteProject, RemoteTask, Run, Sentence
from labeling.sealing import seal
from tests.factories import make_project, make_sentences, person
from tests.labelstudio.server import Studio
from tests.labelstudio.test_push import predicted

pytestmark = [pytest.mark.labelstudio, pytest.mark.django_db(transaction=True)]
N = 45
TEXTS = [f"Polisi membantah kabar nomor {n} itu." for n in range(N)]
CLAIM, DENIAL, NONE = ("claim", "denial", "none")


@pytest.fixture
def project() -> Project:
    project = make_project(name="Berita pelabuhan")
    make_sentences(project, TEXTS)
    return project


@pytest.fixture
def witness(studio: Studio) -> Iterator[Any]:
    """Label Studio's own client, of the same person."""
    with httpx.Client() as client:
        sdk = import_module("label_studio_sdk")
        yield sdk.LabelStudio(base_url=studio.url, api_key=studio.token, httpx_client=client)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("labeling.labelstudio.push"), "BATCH", 20)
    monkeypatch.setattr(import_module("labeling.labelstudio.pull"), "BATCH", 8)


@pytest.fixture
def _key(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio.token)


def command(*words: str, complete: bool = True) -> dict[str, Any]:
    """The one object that the command prints; `complete`: it ends well."""
    out = StringIO()
    try:
        call_command("labelstudio", *words, "--json", stdout=out, stderr=StringIO())
    except CommandError:
        assert not complete
    else:
        assert complete
    return dict(json.loads(out.getvalue()))


def counts(told: dict[str, Any]) -> tuple[int, int, int, int]:
    return (told["created"], told["updated"], told["unchanged"], told["n_conflicts"])


def push_with_predictions(studio: Studio, project: Project, label: str, number: int) -> Run:
    """A PUSH Run as a PREDICT Run leaves it."""
    version = version_name(project.slug, number)
    path = predicted(list(project.sentences.order_by("pk")), label, version)
    remote = asking.last_remote(project)
    options = {"url": studio.url, "remote": remote.remote_id if remote else None, "trusted": True, "predictions": path}
    return wait_for(Run.objects.create(project=project, kind=Kind.PUSH, options=options, sealed=seal(studio.token)))


def result(label: str) -> list[dict[str, Any]]:
    return [{"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": [label]}}]


@pytest.mark.usefixtures("_key")
def test_there_and_back(studio: Studio, project: Project, witness: Any) -> None:
    first = command("push", project.slug, "--url", studio.url, "--new")
    assert (counts(first), witness.projects.get(first["remote"]).task_number) == ((N, 0, 0, 0), N)
    assert counts(command("push", project.slug, "--url", studio.url)) == (0, 0, N, 0)

    tasks = list(RemoteTask.objects.order_by("task_id").values_list("task_id", flat=True))
    given = {task: witness.annotations.create(id=task, result=result(DENIAL), lead_time=4.5) for task in tasks[:20]}
    witness.annotations.create(id=tasks[20], result=[], was_cancelled=True)
    pull = ("pull", project.slug, "--url", studio.url)
    assert counts(command(*pull)) == (21, 0, 0, 0)
    answers = Annotation.objects.select_related("label", "annotator")
    one = answers.order_by("sentence").first()
    assert one is not None
    assert (one.label.key if one.label else "", one.seconds) == (DENIAL, 4.5)
    assert one.annotator.username.startswith("sari.")
    # What changed in the last two minutes is read again, and nothing comes of it.
    assert counts(command(*pull)) == (0, 0, 21, 0)

    witness.annotations.update(id=given[tasks[0]].id, result=result(CLAIM))
    witness.annotations.update(id=given[tasks[1]].id, result=result(CLAIM))
    second = answers.order_by("sentence")[1]
    second.label = project.labels.get(key=NONE)
    second.save(update_fields=["label"])
    witness.annotations.delete(id=given[tasks[2]].id)
    told = command(*pull, complete=False)
    assert counts(told) == (0, 1, 18, 2)
    assert {one["task"] for one in told["conflicts"]} == {tasks[1], tasks[2]}
    keys = [one.label.key if one.label else None for one in answers.order_by("sentence")[:3]]
    assert keys == [CLAIM, NONE, DENIAL]


def test_predictions_stand_on_its_tasks_and_it_samples_by_them(studio: Studio, project: Project, witness: Any) -> None:
    run = push_with_predictions(studio, project, DENIAL, 1)
    number = run.result["remote"]
    push_with_predictions(studio, project, CLAIM, 2)
    there = witness.projects.get(number)
    assert (there.model_version, there.sampling) == ("berita-v2", "Uncertainty sampling")
    (page,) = [list(witness.tasks.list(project=number, page_size=100).items)]
    versions = [[one.model_version for one in task.predictions] for task in page]
    assert versions == [["berita-v1", "berita-v2"]] * N
    assert counts(push_with_predictions(studio, project, CLAIM, 2).result) == (0, 0, N, 0)


def test_tasks_that_were_made_and_not_noted_are_known_again(studio: Studio, project: Project) -> None:
    run = push_with_predictions(studio, project, DENIAL, 1)
    RemoteTask.objects.filter(task_id__gt=RemoteTask.objects.order_by("task_id")[30].task_id).delete()
    again = push_with_predictions(studio, project, DENIAL, 1)
    assert (counts(again.result), again.result["remote"]) == ((0, 0, N, 0), run.result["remote"])


def test_a_task_changed_there_is_left_alone(studio: Studio, project: Project, witness: Any) -> None:
    push_with_predictions(studio, project, DENIAL, 1)
    changed, gone = RemoteTask.objects.order_by("task_id")[:2]
    witness.tasks.update(id=str(changed.task_id), data={"text": "Lain sama sekali."})
    witness.tasks.delete(id=str(gone.task_id))
    told = push_with_predictions(studio, project, CLAIM, 2).result
    assert (counts(told), {one["task"] for one in told["conflicts"]}) == (
        (0, N - 2, 0, 2),
        {changed.task_id, gone.task_id},
    )


@pytest.mark.usefixtures("_key")
def test_a_new_label_is_offered_there_and_a_task_whose_sentence_left_is_named_until_it_is_labelled(
    studio: Studio, project: Project, witness: Any
) -> None:
    number = command("push", project.slug, "--url", studio.url, "--new")["remote"]
    fields = {"name_en": "Satire", "name_id": "Satire", "colour": scheme.next_colour(project)}
    scheme.add(project=project, by=person("citra"), key="satire", fields=fields)
    asked, labelled = RemoteTask.objects.order_by("task_id")[:2]
    Sentence.objects.filter(pk__in=[asked.sentence_id, labelled.sentence_id]).update(in_pool=False)
    witness.annotations.create(id=labelled.task_id, result=result(DENIAL))
    told = command("push", project.slug, "--url", studio.url, complete=False)
    assert (counts(told), told["conflicts"][0]["task"]) == ((0, 0, N - 2, 1), asked.task_id)
    assert 'value="satire"' in witness.projects.get(number).label_config


@pytest.mark.usefixtures("_key")
def test_what_the_server_says_is_told(studio: Studio, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="no such project"):
        call_command("labelstudio", "pull", project.slug, "--url", studio.url, "--project", "99999")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "b2" * 20)
    with pytest.raises(CommandError, match="does not accept this key"):
        call_command("labelstudio", "push", project.slug, "--url", studio.url, "--new")
    assert RemoteProject.objects.count() == 0


def test_people_see_the_predictions_in_its_data_manager(studio: Studio, project: Project, chromium: Browser) -> None:
    number = push_with_predictions(studio, project, DENIAL, 1).result["remote"]
    with chromium.new_context(viewport={"width": 1400, "height": 900}) as context:
        page = context.new_page()
        page.goto(f"{studio.url}/user/login/")
        page.fill("input[name=email]", studio.email)
        page.fill("input[name=password]", studio.password)
        page.click("button[type=submit], .login_page_new_ui__button")
        page.goto(f"{studio.url}/projects/{number}/data")
        page.wait_for_selector(f"text={TEXTS[0]}", timeout=60_000)
        page.click(f"text={TEXTS[0]}")
        page.wait_for_selector("text=berita-v1", timeout=60_000)
        assert page.locator("text=berita-v1").first.is_visible()
