"""The demo project: loaded whole or not at all, with links until somebody is in."""

import json
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings

from labeling.management.commands import load_demo, up
from labeling.models import Project, Run
from tests.cast import PASSWORD, Cast
from tests.factories import person


@pytest.fixture
def visitor(settings: Settings, tmp_path: Path) -> Client:
    """A browser; WhiteNoise warns where nothing was collected."""
    settings.STATIC_ROOT = tmp_path
    return Client()


def said(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*words, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_the_demo_owes_its_import_and_gives_three_links(db: None) -> None:
    assert (len(said("load_demo")["links"]), Run.objects.filter(kind="import").count()) == (3, 1)


def test_the_demo_is_loaded_once(db: None) -> None:
    for _time in range(2):
        said("load_demo")
    assert (Project.objects.count(), Run.objects.count()) == (1, 1)


def test_a_demo_whose_links_were_lost_gives_new_ones(db: None, visitor: Client) -> None:
    said("load_demo")
    links = said("load_demo")["links"]
    visitor.post(urlsplit(links["demo-owner"]).path)
    assert (list(links), visitor.get("/p/demo/").status_code) == (
        ["demo-owner", "demo-annotator-1", "demo-annotator-2"],
        200,
    )


def test_a_demo_that_somebody_has_signed_in_to_gives_no_more_links(db: None, visitor: Client) -> None:
    visitor.post(urlsplit(said("load_demo")["links"]["demo-annotator-2"]).path)
    assert said("load_demo")["links"] == {}


def test_no_link_opens_a_demo_account_with_a_password(db: None) -> None:
    said("load_demo")
    owner = User.objects.get(username="demo-owner")
    owner.set_password(PASSWORD)
    owner.save()
    assert list(said("load_demo")["links"]) == ["demo-annotator-1", "demo-annotator-2"]


def test_the_people_of_another_project_get_no_links_from_the_demo(cast: Cast) -> None:
    assert said("load_demo") == {"project": None, "links": {}}


@pytest.mark.parametrize("step", ["add_person", "accept"])
def test_a_demo_that_was_cut_while_it_loaded_is_loaded_whole(
    db: None, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(load_demo, step, killed)
        with pytest.raises(KeyboardInterrupt):
            said("load_demo")
    assert (len(said("load_demo")["links"]), Project.objects.count(), Run.objects.count()) == (3, 1, 1)


def test_a_start_finds_the_links_of_a_demo_that_nobody_has_opened(db: None) -> None:
    assert (len(up.demo_links()), len(up.demo_links())) == (3, 3)


def test_a_start_loads_no_demo_where_there_are_people(db: None) -> None:
    person("citra")
    assert (up.demo_links(), Project.objects.exists()) == ({}, False)
