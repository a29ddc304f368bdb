"""Publishing to a hub on this machine: what is there afterwards, and what a person is told where it fails."""

import io
import json
import logging
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from labeling import claims, jobs
from labeling.claims import Claim
from labeling.errors import LostClaim, Refused
from labeling.flow import export
from labeling.models import Event, Kind, Project, Run
from tests.factories import answer, claimed, make_project, make_sentences
from tests.flow.hub import TOKEN, Hub, running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.once,
    pytest.mark.django_db,
    pytest.mark.allow_hosts(["127.0.0.1"]),
    # huggingface_hub sends files with what its own library is about to replace.
    pytest.mark.filterwarnings("ignore:Use 'content=<...>' to upload raw bytes:DeprecationWarning"),
]
REPOSITORY = "warta/berita"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    constants = pytest.importorskip("huggingface_hub.constants")
    with running() as found:
        monkeypatch.setattr(constants, "ENDPOINT", found.address)
        # The other protocol needs a storage of its own.
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield found


@pytest.fixture
def project() -> Project:
    project = make_project()
    for one in range(6):
        answer(make_sentences(project, [f"Menteri {one} membantah kabar itu."])[0], "ani", "claim")
    return project


def publish(project: Project, **values: Any) -> Any:
    verb = pytest.importorskip("labeling.flow.publish").publish
    return verb(**{"project": project, "repository": REPOSITORY, "token": TOKEN} | values)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_hub_holds_the_folder_of_an_export_byte_for_byte(hub: Hub, project: Project, tmp_path: Path) -> None:
    published = publish(project)
    export.write_folder(project=project, directory=tmp_path / "a", to="hf", version=published.version)
    assert hub.repositories[REPOSITORY].files == files(tmp_path / "a")
    assert (published.address, published.rows) == (f"{hub.address}/datasets/{REPOSITORY}", 6)


def test_a_name_without_an_owner_is_of_the_tokens(hub: Hub, project: Project) -> None:
    assert publish(project, repository="berita").address == f"{hub.address}/datasets/warta/berita"


def test_publishing_again_sends_nothing(hub: Hub, project: Project) -> None:
    first = publish(project)
    asked = len(hub.asked)
    assert publish(project) == first
    assert [one for one in hub.asked[asked:] if "/commit/" in one or one.startswith("PUT")] == []


def test_what_a_later_version_does_not_have_is_gone(hub: Hub, project: Project) -> None:
    publish(project)
    there = hub.repositories[REPOSITORY].files
    there |= {"data/old-00000-of-00001.parquet": b"old", ".gitattributes": b"kept", "notes.md": b"mine"}
    answer(make_sentences(project, ["Hujan turun."])[0], "ani", "none")
    publish(project)
    assert (b"old" in there.values(), there[".gitattributes"], there["notes.md"]) == (False, b"kept", b"mine")
    assert len(hub.repositories[REPOSITORY].commits) == 2


def test_without_text_no_sentence_is_sent(hub: Hub, project: Project) -> None:
    publish(project, texts=False)
    assert b"membantah kabar itu" not in b"".join(hub.repositories[REPOSITORY].files.values())


def test_private_is_private(hub: Hub, project: Project) -> None:
    publish(project, private=True)
    assert hub.repositories[REPOSITORY].private


def test_what_is_to_be_private_is_not_put_where_everybody_reads(hub: Hub, project: Project) -> None:
    publish(project)
    before = dict(hub.repositories[REPOSITORY].files)
    answer(make_sentences(project, ["Hujan turun."])[0], "ani", "none")
    with pytest.raises(Refused, match="everybody may read it"):
        publish(project, private=True)
    assert hub.repositories[REPOSITORY].files == before


@pytest.mark.parametrize(
    ("values", "state", "said"),
    [
        ({"token": ""}, {}, "FACTCHECK_HUB_TOKEN_FILE names"),
        ({"token": "hf_wrong"}, {}, "does not know this token"),
        ({}, {"readonly": True}, "may not write to warta/berita"),
        ({}, {"broken": True}, "answered 500"),
        ({"repository": "warta/berita/pagi"}, {}, "Write OWNER/NAME"),
    ],
)
def test_a_refusal_says_what_to_do(
    hub: Hub, project: Project, values: dict[str, Any], state: dict[str, Any], said: str
) -> None:
    for name, value in state.items():
        setattr(hub, name, value)
    with pytest.raises(Refused, match=said):
        publish(project, **values)
    assert not Event.objects.filter(verb="exported").exists()


@pytest.mark.parametrize(("fault", "said"), [("full", "answered 413"), ("strict", "must be one of those")])
def test_an_upload_that_the_hub_breaks_off_leaves_what_was_there(
    hub: Hub, project: Project, fault: str, said: str
) -> None:
    publish(project)
    before = dict(hub.repositories[REPOSITORY].files)
    answer(make_sentences(project, ["Hujan turun."])[0], "ani", "none")
    setattr(hub, fault, True)
    with pytest.raises(Refused, match=said):
        publish(project)
    assert hub.repositories[REPOSITORY].files == before


def test_a_hub_that_cannot_be_reached_is_named_as_that(
    hub: Hub, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pytest.importorskip("huggingface_hub.constants"), "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(Refused, match="cannot be reached"):
        publish(project)


def test_a_run_takes_its_token_from_the_environment_and_keeps_it_nowhere(
    hub: Hub, project: Project, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    run = asked_for(project, monkeypatch)
    pytest.importorskip("labeling.flow.publish").run(claim=claimed(run))
    run.refresh_from_db()
    assert (run.state, run.result["address"]) == ("done", f"{hub.address}/datasets/{REPOSITORY}")
    kept = [str(list(model.objects.values())) for model in (Run, Event)]
    assert TOKEN not in "".join([*kept, caplog.text, *(str(path) for path in hub.repositories[REPOSITORY].files)])
    assert claims.QUEUE_OF[Kind.PUBLISH] == "exchange"


def asked_for(project: Project, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    options = {"repository": REPOSITORY, "private": False, "version": None, "texts": True}
    return jobs.owe(project=project, kind=Kind.PUBLISH, by=None, options=options)


def test_a_run_says_which_step_it_is_at(hub: Hub, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    progress = Claim.progress

    def noted(claim: Claim, done: int, total: int, **cursor: Any) -> None:
        steps.append(cursor.get("step", ""))
        progress(claim, done, total, **cursor)

    monkeypatch.setattr(Claim, "progress", noted)
    run = asked_for(project, monkeypatch)
    pytest.importorskip("labeling.flow.publish").run(claim=claimed(run))
    assert steps == ["reading", "keeping", "sentences", "uploading", ""]


def test_a_run_that_another_worker_took_over_uploads_nothing(
    hub: Hub, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder = export.write_folder

    def slowly(**values: Any) -> export.ExportReport:
        report = write_folder(**values)
        Run.objects.update(token=uuid.uuid4())
        return report

    monkeypatch.setattr(export, "write_folder", slowly)
    with pytest.raises(LostClaim):
        pytest.importorskip("labeling.flow.publish").run(claim=claimed(asked_for(project, monkeypatch)))
    assert hub.repositories[REPOSITORY].commits == []


def test_the_servers_own_token_comes_first(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_other")
    settings.HUB_TOKEN = TOKEN
    assert pytest.importorskip("labeling.flow.publish").token_of_environment() == TOKEN


def test_the_command_uploads_what_the_environment_lets_it(
    hub: Hub, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    out = io.StringIO()
    call_command("publish_labels", project.slug, REPOSITORY, "--private", "--without-text", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert (told["version"], told["rows"], hub.repositories[REPOSITORY].private) == (1, 6, True)


def test_the_command_asks_a_person_for_the_token(hub: Hub, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    command = pytest.importorskip("labeling.management.commands.publish_labels")
    monkeypatch.setattr(command, "getpass", lambda _prompt: f"{TOKEN}\n")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    call_command("publish_labels", project.slug, REPOSITORY, stdout=io.StringIO())
    assert hub.repositories[REPOSITORY].commits == ["Version 1, data revision " + str(_revision(project))]


def _revision(project: Project) -> int:
    return project.export_versions.get().revision
