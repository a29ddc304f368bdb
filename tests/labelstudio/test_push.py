"""Pushing to a Label Studio server: once, whatever happens, and over nobody's changes. The server is one in memory."""

import gzip
import json
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from labeling.claims import Claim
from labeling.errors import FactcheckError
from labeling.labelstudio import asking
from labeling.labelstudio.config import config_of
from labeling.models import Kind, Label, Project, RemoteProject, RemoteTask, Run, RunState, Sentence
from tests.cast import Cast
from tests.factories import make_sentences
from tests.labelstudio.fake_wire import URL, FakeWire, Killed

# The client of Label Studio is loaded with the verb.
pytestmark = pytest.mark.slow
TEXTS = [f"Kalimat nomor {n}." for n in range(5)]
KEYS = ["claim", "denial", "condemnation", "none"]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> FakeWire:
    fake, push = FakeWire(), import_module("labeling.labelstudio.push")
    monkeypatch.setattr(push, "connect", fake.connect)
    monkeypatch.setattr(push, "wait", lambda attempt: None)
    monkeypatch.setattr(push, "BATCH", 2)
    return fake


@pytest.fixture
def pool(cast: Cast) -> list[Sentence]:
    return make_sentences(cast.project, TEXTS)


def owed(project: Project, **options: Any) -> Run:
    return Run.objects.create(project=project, kind=Kind.PUSH, options={"url": URL, "remote": None, **options})


def attempt(run: Run) -> dict[str, Any]:
    """One attempt at the Run, as a worker that takes it up."""
    Run.objects.filter(pk=run.pk).update(state=RunState.OWED, token=None)
    claim = Claim.take(run.pk)
    assert claim is not None
    return dict(import_module("labeling.labelstudio.push").run(claim=claim))


def pushed(project: Project, **options: Any) -> dict[str, Any]:
    return attempt(owed(project, **options))


def again(project: Project, **options: Any) -> dict[str, Any]:
    return pushed(project, remote=RemoteProject.objects.get().remote_id, **options)


def predicted(sentences: Sequence[Sentence], label: str, version: str) -> str:
    lines = [{"version": version}, *({"sentence": one.pk, "label": label, "share": 0.625} for one in sentences)]
    packed = gzip.compress("\n".join(json.dumps(line) for line in lines).encode())
    return default_storage.save(f"predictions/{version}.jsonl.gz", ContentFile(packed))


def counts(result: dict[str, Any]) -> tuple[int, int, int, int]:
    return (result["created"], result["updated"], result["unchanged"], result["n_conflicts"])


def test_a_new_project_there_has_our_labels_and_a_task_a_sentence(
    wire: FakeWire, cast: Cast, pool: list[Sentence]
) -> None:
    result = pushed(cast.project)
    texts = [one["data"]["text"] for one in wire.all_tasks.values()]
    assert (counts(result), wire.projects[1]["label_config"], texts) == ((5, 0, 0, 0), config_of(KEYS), TEXTS)


def test_pushed_again_nothing_is_sent(wire: FakeWire, cast: Cast, pool: list[Sentence]) -> None:
    pushed(cast.project)
    before = list(wire.calls)
    assert (counts(again(cast.project)), wire.calls) == ((0, 0, 5, 0), before)


def test_what_came_into_the_pool_meanwhile_follows(wire: FakeWire, cast: Cast, pool: list[Sentence]) -> None:
    pushed(cast.project)
    make_sentences(cast.project, ["Yang baru."])
    assert (counts(again(cast.project)), len(wire.all_tasks)) == ((1, 0, 5, 0), 6)


def test_predictions_go_with_the_tasks_and_the_project_samples_by_their_version(
    wire: FakeWire, cast: Cast, pool: list[Sentence]
) -> None:
    pushed(cast.project, predictions=predicted(pool, "denial", "berita-v1"))
    (told,) = wire.task_of(pool[4].pk)["predictions"]
    assert (told["score"], told["result"][0]["value"]["choices"]) == (0.625, ["denial"])
    assert (told["model_version"], wire.projects[1]["model_version"]) == ("berita-v1", "berita-v1")


def test_a_new_version_brings_new_predictions_to_the_same_tasks(
    wire: FakeWire, cast: Cast, pool: list[Sentence]
) -> None:
    pushed(cast.project, predictions=predicted(pool, "denial", "berita-v1"))
    result = again(cast.project, predictions=predicted(pool, "claim", "berita-v2"))
    versions = [one["model_version"] for one in wire.task_of(pool[0].pk)["predictions"]]
    assert (counts(result), versions) == ((0, 5, 0, 0), ["berita-v1", "berita-v2"])
    assert wire.projects[1]["model_version"] == "berita-v2"


def test_without_a_model_the_predictions_that_are_there_stay(wire: FakeWire, cast: Cast, pool: list[Sentence]) -> None:
    pushed(cast.project, predictions=predicted(pool, "denial", "berita-v1"))
    assert counts(again(cast.project)) == (0, 0, 5, 0)


def test_a_title_of_an_article_that_was_mended_follows(wire: FakeWire, cast: Cast, pool: list[Sentence]) -> None:
    pushed(cast.project)
    wire.task_of(pool[0].pk)["data"]["mine"] = "stays"
    source = pool[0].source
    source.title = "Pelabuhan"
    source.save(update_fields=["title"])
    assert counts(again(cast.project)) == (0, 5, 0, 0)
    fields = wire.task_of(pool[0].pk)["data"]
    assert (fields["title"], fields["mine"]) == ("Pelabuhan", "stays")


@pytest.mark.parametrize("moment", ["make_project", "make_tasks", "make_predictions", "change_project"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_call_and_run_again_nothing_is_doubled(
    wire: FakeWire, cast: Cast, pool: list[Sentence], moment: str, when: str
) -> None:
    if moment == "make_predictions":
        pushed(cast.project)
    left = 2 if moment == "make_tasks" else 1

    def die(name: str, now: str) -> None:
        nonlocal left
        if (name, now) == (moment, when):
            left -= 1
            if left == 0:
                raise Killed

    wire.on_call = die
    remote = RemoteProject.objects.first()
    path = predicted(pool, "denial", "berita-v1")
    run = owed(cast.project, predictions=path, remote=remote.remote_id if remote else None)
    with pytest.raises(Killed):
        attempt(run)
    result = attempt(run)
    told = [(one["data"]["text"], len(one["predictions"])) for one in wire.all_tasks.values()]
    assert (len(wire.projects), told) == (1, [(text, 1) for text in TEXTS])
    assert result["created"] + result["updated"] + result["unchanged"] == len(TEXTS)


def test_an_answer_that_was_brought_before_its_task_was_noted_hides_no_other(
    wire: FakeWire, cast: Cast, pool: list[Sentence]
) -> None:
    pushed(cast.project)
    RemoteTask.objects.filter(sentence__in=pool[2:]).delete()
    RemoteTask.objects.create(
        remote=RemoteProject.objects.get(), sentence=pool[3], task_id=wire.task_of(pool[3].pk)["id"]
    )
    assert (counts(again(cast.project)), len(wire.all_tasks)) == ((0, 0, 5, 0), 5)


@pytest.mark.parametrize("call", ["make_tasks", "make_predictions"])
def test_what_was_done_but_not_answered_is_not_done_twice(
    wire: FakeWire, cast: Cast, pool: list[Sentence], call: str
) -> None:
    unanswered = import_module("labeling.labelstudio.wire").Unanswered
    if call == "make_predictions":
        pushed(cast.project)
    failures = [1]

    def cut(name: str, now: str) -> None:
        if (name, now) == (call, "after") and failures:
            failures.pop()
            raise unanswered("gone")

    wire.on_call = cut
    remote = RemoteProject.objects.first()
    path = predicted(pool, "denial", "berita-v1")
    pushed(cast.project, predictions=path, remote=remote.remote_id if remote else None)
    assert [len(one["predictions"]) for one in wire.all_tasks.values()] == [1] * len(TEXTS)


def test_a_server_that_never_answers_fails_the_run_and_what_was_done_stays(
    wire: FakeWire, cast: Cast, pool: list[Sentence]
) -> None:
    unanswered = import_module("labeling.labelstudio.wire").Unanswered
    n = [0]

    def cut(name: str, now: str) -> None:
        n[0] += (name, now) == ("make_tasks", "before")
        if n[0] > 1:
            raise unanswered("gone")

    wire.on_call = cut
    with pytest.raises(FactcheckError):
        pushed(cast.project)
    assert (n[0], RemoteTask.objects.count()) == (4, 2)


@pytest.mark.parametrize("deleted", [False, True])
def test_a_new_project_that_a_failed_push_began_is_filled_unless_it_is_gone(
    wire: FakeWire, cast: Cast, pool: list[Sentence], *, deleted: bool
) -> None:
    missing, begun = import_module("labeling.labelstudio.wire").Missing, pushed(cast.project)["remote"]
    made = RemoteTask.objects.filter(sentence__in=pool[1:])
    for number in made.values_list("task_id", flat=True):
        del wire.all_tasks[number]
    made.delete()
    Run.objects.update(state=RunState.FAILED)

    def project(pk: int) -> dict[str, Any]:
        if deleted and pk == begun:
            raise missing("gone")
        return wire.projects[pk]

    wire.project = project  # type: ignore[method-assign]
    ask = partial(
        asking.ask, project=cast.project, by=None, kind=Kind.PUSH, url=URL, remote=None, key="k", trusted=True
    )
    result = attempt(ask())
    assert (result["remote"], result["created"]) == ((begun + 1, 5) if deleted else (begun, 4))
    Run.objects.update(state=RunState.FAILED, cursor={})
    assert ask().options["begun"] == RemoteProject.objects.order_by("pk")[0].pk


def test_tasks_that_somebody_imported_are_known_by_their_names(
    wire: FakeWire, cast: Cast, pool: list[Sentence]
) -> None:
    wire.make_project(title="Berita", description="", label_config=config_of(KEYS))
    wire.add(1, data={"text": TEXTS[0], "lang": "id"}, meta={"ext_id": str(pool[0].pk)})
    assert counts(pushed(cast.project, remote=1)) == (4, 1, 0, 0)


def test_a_task_changed_there_is_named_and_left_alone(wire: FakeWire, cast: Cast, pool: list[Sentence]) -> None:
    pushed(cast.project)
    wire.task_of(pool[1].pk)["data"]["text"] = "Lain sama sekali."
    result = again(cast.project, predictions=predicted(pool, "denial", "berita-v1"))
    task = wire.task_of(pool[1].pk)
    assert (counts(result), task["predictions"]) == ((0, 4, 0, 1), [])
    assert result["conflicts"][0]["task"] == task["id"]


def test_a_task_that_bears_the_name_of_another_sentence_is_named_every_time(
    wire: FakeWire, cast: Cast, pool: list[Sentence]
) -> None:
    wire.make_project(title="Berita", description="", label_config=config_of(KEYS))
    wire.add(1, data={"text": "Dari tempat lain.", "ext_id": str(pool[0].pk)})
    assert counts(pushed(cast.project, remote=1))[::3] == (4, 1)
    assert counts(again(cast.project)) == (0, 0, 4, 1)


def test_a_task_deleted_there_is_named_and_not_made_again(wire: FakeWire, cast: Cast, pool: list[Sentence]) -> None:
    pushed(cast.project)
    del wire.all_tasks[wire.task_of(pool[2].pk)["id"]]
    result = again(cast.project, predictions=predicted(pool, "denial", "berita-v1"))
    assert (counts(result), len(wire.all_tasks)) == ((0, 4, 0, 1), 4)


def test_a_label_that_is_new_here_is_offered_there(wire: FakeWire, cast: Cast, pool: list[Sentence]) -> None:
    pushed(cast.project)
    Label.objects.filter(project=cast.project, key="condemnation").update(key="censure")
    wire.projects[1]["label_config"] = config_of(["claim", "denial"])
    again(cast.project)
    assert wire.projects[1]["label_config"] == config_of(["claim", "denial", "censure", "none"])


def test_a_label_that_is_new_there_is_named_and_stays(wire: FakeWire, cast: Cast, pool: list[Sentence]) -> None:
    pushed(cast.project)
    theirs = wire.projects[1]["label_config"] = config_of([*KEYS, "satire"])
    result = again(cast.project)
    assert ("satire" in result["conflicts"][0]["reason"], wire.projects[1]["label_config"]) == (True, theirs)


def test_a_config_that_was_arranged_there_is_named_and_stays(wire: FakeWire, cast: Cast, pool: list[Sentence]) -> None:
    pushed(cast.project)
    theirs = config_of(KEYS[:3]).replace("<View>", '<View><Header value="Baca dahulu"/>')
    wire.projects[1]["label_config"] = theirs
    result = again(cast.project)
    assert ("condemnation, none" in result["conflicts"][0]["reason"], result["n_conflicts"]) == (True, 1)
    assert wire.projects[1]["label_config"] == theirs


def test_a_config_that_was_arranged_there_with_all_our_labels_is_no_conflict(
    wire: FakeWire, cast: Cast, pool: list[Sentence]
) -> None:
    pushed(cast.project)
    wire.projects[1]["label_config"] = config_of(KEYS).replace("<View>", '<View><Header value="Baca dahulu"/>')
    assert counts(again(cast.project)) == (0, 0, 5, 0)


def test_a_task_whose_sentence_left_the_pool_is_named_while_people_are_asked_about_it_there(
    wire: FakeWire, cast: Cast, pool: list[Sentence]
) -> None:
    pushed(cast.project)
    Sentence.objects.filter(pk__in=[one.pk for one in pool[:3]]).update(in_pool=False)
    asked, labelled, gone = (wire.task_of(one.pk)["id"] for one in pool[:3])
    wire.all_tasks[labelled]["is_labeled"] = True
    del wire.all_tasks[gone]
    result = again(cast.project)
    assert (counts(result), [one["task"] for one in result["conflicts"]]) == ((0, 0, 2, 1), [asked])
    del wire.all_tasks[asked]
    Sentence.objects.filter(pk=pool[2].pk).update(in_pool=True)
    assert counts(again(cast.project)) == (1, 0, 2, 0)


def test_another_text_of_a_task_that_only_a_webhook_told_of_stays(
    wire: FakeWire, cast: Cast, pool: list[Sentence]
) -> None:
    pushed(cast.project)
    wire.task_of(pool[0].pk)["data"]["text"] = "Lain sama sekali."
    RemoteTask.objects.filter(sentence=pool[0]).update(sent="")
    assert counts(again(cast.project)) == (0, 0, 4, 1)
    assert wire.task_of(pool[0].pk)["data"]["text"] == "Lain sama sekali."


def test_a_webhook_that_named_a_task_before_it_was_made_is_no_obstacle(
    wire: FakeWire, cast: Cast, pool: list[Sentence]
) -> None:
    pushed(cast.project)
    new, other = make_sentences(cast.project, ["Yang baru.", "Yang lain."])
    RemoteTask.objects.create(remote=RemoteProject.objects.get(), sentence=other, task_id=max(wire.all_tasks) + 1)
    again(cast.project)
    again(cast.project)
    noted = dict(RemoteTask.objects.values_list("sentence_id", "task_id"))
    assert noted == {one.pk: wire.task_of(one.pk)["id"] for one in [*pool, new, other]}
    assert [one["data"]["text"] for one in wire.all_tasks.values()] == [*TEXTS, "Yang baru.", "Yang lain."]


@pytest.mark.parametrize(
    "config",
    [
        '<View><Image name="i" value="$image"/><TextArea name="t" toName="i"/></View>',
        config_of(KEYS).replace("$text", "$headline"),
    ],
)
def test_a_project_there_that_asks_something_else_is_refused(wire: FakeWire, cast: Cast, config: str) -> None:
    wire.make_project(title="Foto", description="", label_config=config)
    with pytest.raises(FactcheckError, match="Push to a new project instead"):
        pushed(cast.project, remote=1)


def test_the_title_follows_unless_it_was_changed_there(wire: FakeWire, cast: Cast) -> None:
    pushed(cast.project)
    Project.objects.filter(pk=cast.project.pk).update(name="Berita pelabuhan")
    again(cast.project)
    first = wire.projects[1]["title"]
    wire.projects[1]["title"] = "Nama sendiri"
    again(cast.project)
    assert (first, wire.projects[1]["title"]) == ("Berita pelabuhan", "Nama sendiri")
