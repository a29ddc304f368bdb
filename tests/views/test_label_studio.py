"""The owner's page for a Label Studio server: what may be chosen, what is asked for, and where the key goes."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from labeling.claims import Claim
from labeling.flow import backup
from labeling.models import Kind, ModelVersion, RemoteProject, Run, RunState
from labeling.sealing import unseal
from tests.cast import Cast

PAGE = "/p/berita/label-studio/"
URL = "https://studio.example"
KEY = "rahasia-3f2a"


@pytest.fixture(autouse=True)
def _one_server(settings: Settings) -> None:
    settings.LABEL_STUDIO_SERVERS = [URL]


@pytest.fixture
def citra(cast: Cast, client: Client) -> Client:
    client.force_login(cast.citra.user)
    return client


def asked(**more: Any) -> dict[str, Any]:
    return {"url": URL, "remote": "4", "key": KEY, "kind": "push", **more}


def test_without_a_server_the_page_says_how_one_is_listed(citra: Client, settings: Settings) -> None:
    settings.LABEL_STUDIO_SERVERS = []
    page = citra.get(PAGE).content.decode()
    assert ("FACTCHECK_LABEL_STUDIO_SERVERS" in page, 'name="key"' in page) == (True, False)


def test_an_owner_chooses_among_the_listed_servers(citra: Client, settings: Settings) -> None:
    settings.LABEL_STUDIO_SERVERS = [URL, "https://labels.example"]
    page = citra.get(PAGE).content.decode()
    assert ('<option value="https://labels.example">' in page, 'type="password"' in page) == (True, True)


def test_a_push_is_owed_with_the_key_sealed(citra: Client, cast: Cast) -> None:
    assert citra.post(PAGE, asked()).headers["Location"] == PAGE
    run = Run.objects.get(kind=Kind.PUSH)
    assert run.options == {"url": URL, "remote": 4, "trusted": False}
    assert (run.asked_by, KEY in run.sealed, unseal(run.sealed)) == (cast.citra.user, False, KEY)


def test_without_a_number_a_new_project_is_pushed_to(citra: Client) -> None:
    citra.post(PAGE, asked(remote=""))
    assert Run.objects.get().options["remote"] is None


def test_with_a_model_predictions_come_first_and_know_what_follows(citra: Client, cast: Cast) -> None:
    cast.project.version = ModelVersion.objects.create(project=cast.project, number=1, n_labels=9, n_label_events=9)
    cast.project.save(update_fields=["version"])
    citra.post(PAGE, asked())
    run = Run.objects.get()
    assert (run.kind, unseal(run.sealed)) == (Kind.PREDICT, KEY)
    assert run.options == {"pool": True, "then": {"url": URL, "remote": 4, "trusted": False}}


def test_a_pull_without_a_number_is_refused(citra: Client) -> None:
    assert (citra.post(PAGE, asked(kind="pull", remote="")).status_code, Run.objects.count()) == (422, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"url": "https://evil.example"},
        {"url": "http://169.254.169.254"},
        {"kind": "train"},
        {"key": ""},
        {"key": "two words"},
        {"key": "kunci\nX-Header: 1"},
        {"remote": "-1"},
        {"remote": str(2**40)},
    ],
)
def test_what_may_not_be_asked_is_refused(citra: Client, change: dict[str, str]) -> None:
    assert (citra.post(PAGE, asked(**change)).status_code, Run.objects.count()) == (422, 0)


def test_trust_is_not_a_field_of_the_form(citra: Client) -> None:
    citra.post(PAGE, asked(trusted="1"))
    assert Run.objects.get().options["trusted"] is False


def test_the_key_is_in_no_answer(citra: Client) -> None:
    refused = citra.post(PAGE, asked(kind="pull", remote="")).content.decode()
    citra.post(PAGE, asked())
    pages = [refused, *(citra.get(one).content.decode() for one in (PAGE, "/p/berita/runs/"))]
    assert not any(KEY in page for page in pages)


def test_the_page_is_kept_in_no_cache(citra: Client) -> None:
    assert "no-store" in citra.get(PAGE).headers["Cache-Control"]


def test_asked_twice_it_is_done_once_with_the_newer_key(citra: Client) -> None:
    citra.post(PAGE, asked())
    citra.post(PAGE, asked(key="yang-baru"))
    assert unseal(Run.objects.get().sealed) == "yang-baru"


def test_a_key_typed_anew_while_an_attempt_lasts_is_that_of_the_next_one(citra: Client) -> None:
    citra.post(PAGE, asked())
    claim = Claim.take(Run.objects.get().pk)
    assert claim is not None
    citra.post(PAGE, asked(key="yang-baru"))
    claim.fail("a disk was full", again=True)
    assert unseal(Run.objects.get().sealed) == "yang-baru"


def test_another_exchange_waits_for_the_first(citra: Client) -> None:
    citra.post(PAGE, asked())
    answer = citra.post(PAGE, asked(kind="pull"))
    assert (answer.status_code, "is under way" in answer.content.decode(), Run.objects.count()) == (422, True, 1)


@pytest.mark.parametrize("ended", ["done", "failed"])
def test_when_the_work_has_ended_the_key_is_gone(citra: Client, ended: str) -> None:
    citra.post(PAGE, asked())
    claim = Claim.take(Run.objects.get().pk)
    assert claim is not None
    if ended == "done":
        claim.finish({})
    else:
        claim.fail("no", again=False)
    assert Run.objects.get().sealed == ""


def test_a_backup_holds_no_key_not_even_sealed(citra: Client, tmp_path: Path) -> None:
    citra.post(PAGE, asked())
    sealed = Run.objects.get().sealed
    backup.write(path=tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        rows = archive.read("rows/labeling_run.jsonl").decode()
        columns = json.loads(archive.read("manifest.json"))["tables"]["labeling_run"]["columns"]
    assert (sealed in rows, json.loads(rows)[columns.index("sealed")]) == (False, "")


def test_the_conflicts_of_the_last_exchange_are_listed(citra: Client, cast: Cast) -> None:
    conflict = {"task": 812, "annotation": 9, "reason": "Its <b>text</b> is another."}
    result = {"created": 3, "updated": 2, "unchanged": 1, "n_conflicts": 1, "conflicts": [conflict]}
    Run.objects.create(
        project=cast.project, kind=Kind.PULL, state=RunState.DONE, result={**result, "url": URL, "remote": 4}
    )
    page = citra.get(PAGE).content.decode()
    assert ("812" in page, "Its &lt;b&gt;text&lt;/b&gt; is another." in page, "<b>text" in page) == (True, True, False)


@pytest.mark.parametrize(("kind", "said"), [(Kind.PUSH, "Tasks in project 4"), (Kind.PULL, "Answers from project 4")])
def test_a_report_says_what_it_counts_and_leads_to_the_project_there(
    citra: Client, cast: Cast, kind: Kind, said: str
) -> None:
    result = {"created": 3, "url": URL, "remote": 4}
    Run.objects.create(project=cast.project, kind=kind, state=RunState.DONE, result=result)
    link = f'<a href="{URL}/projects/4/data" rel="noopener noreferrer">{said} at {URL}</a>'
    assert link in citra.get(PAGE).content.decode()


def test_a_push_takes_the_place_of_its_predictions_where_somebody_waits_for_it(citra: Client, cast: Cast) -> None:
    push = Run.objects.create(project=cast.project, kind=Kind.PUSH)
    made = {"version": 3, "rows": 2, "run": push.pk}
    run = Run.objects.create(project=cast.project, kind=Kind.PREDICT, state=RunState.DONE, result=made)
    following = f'hx-get="/p/berita/runs/{push.pk}/progress/" hx-trigger="load" hx-target="closest section"'
    page = f"/p/berita/runs/{run.pk}/"
    found = [following in citra.get(address).content.decode() for address in (f"{page}progress/", page)]
    assert found == [True, False]


def test_a_push_that_failed_for_want_of_its_predictions_is_listed(citra: Client, cast: Cast) -> None:
    run = {"project": cast.project, "kind": Kind.PREDICT, "options": {"pool": True, "then": {"url": URL}}}
    Run.objects.create(**run, state=RunState.DONE)
    failed = Run.objects.create(**run, state=RunState.FAILED, error="The model file is not what it was.")
    page = citra.get(PAGE).content.decode()
    assert (page.count('id="run-'), f'id="run-{failed.pk}"' in page, "not what it was" in page) == (1, True, True)


def test_the_project_of_last_time_is_offered_again(citra: Client, cast: Cast) -> None:
    chosen = RemoteProject.objects.create(project=cast.project, url=URL, remote_id=57)
    for cursor in ({"remote": chosen.pk}, {}):
        Run.objects.create(project=cast.project, kind=Kind.PUSH, state=RunState.FAILED, cursor=cursor)
    assert 'value="57"' in citra.get(PAGE).content.decode()


def test_a_project_that_only_its_webhooks_told_of_is_not_offered(citra: Client, cast: Cast) -> None:
    RemoteProject.objects.create(project=cast.project, url=URL, remote_id=57)
    assert 'value="57"' not in citra.get(PAGE).content.decode()
