"""Names out of a broken upload stand in what is stored and shown: made printable, never in the way of the reason."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from labeling import work
from labeling.flow.tally import Tally
from labeling.models import Kind, Project, Run, RunState
from labeling.printable import printable
from tests.factories import imported, make_project, received

pytestmark = pytest.mark.django_db
KEYS = ["\\u0000", "\\ud800", "\\u001b[2J"]


@pytest.fixture
def project() -> Project:
    return make_project()


def test_what_cannot_be_stored_or_shown_is_replaced_and_the_rest_stays() -> None:
    assert printable("a\0b\ud800c\x1bd\x85e\x7ff \u201cklaim\u201d\n\t\u00e9\U0001f600") == (
        "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf \u201cklaim\u201d\n\t\u00e9\U0001f600"
    )


@pytest.mark.parametrize("key", KEYS)
def test_a_line_with_an_unprintable_name_is_left_out_alone(project: Project, key: str) -> None:
    report = imported(project, f'{{"{key}": 1}}\n{{"text": "Hujan turun."}}\n', "a.jsonl", unit="sentence")
    refused = [(one["line"], "\ufffd" in one["reason"]) for one in report["refused"]]
    assert (report["added"], refused, Run.objects.get(kind=Kind.IMPORT).result) == (1, [(1, True)], report)


def test_a_duplicate_is_named_printably() -> None:
    tally = Tally()
    tally.duplicate(1, "it is here already: \ud800")
    assert tally.duplicates == [{"line": 1, "reason": "it is here already: \ufffd"}]


def test_an_upload_that_fails_with_an_unprintable_reason_says_it_at_once(project: Project) -> None:
    run = received(project, b"judul,is\0i\nA,Hujan turun.\n", "a.csv")
    work.perform(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error.startswith("There is no column text"), "\0" in run.error) == (
        RunState.FAILED,
        True,
        False,
    )


@pytest.mark.parametrize("key", KEYS)
def test_the_command_that_shows_sentences_shows_such_a_line_too(tmp_path: Path, key: str) -> None:
    path, out = tmp_path / "a.jsonl", StringIO()
    path.write_text(f'{{"{key}": 1}}\n', encoding="utf-8")
    with pytest.raises(CommandError, match="Not everything"):
        call_command("segment", str(path), "--json", stdout=out)
    assert "\ufffd" in json.loads(out.getvalue().encode())["files"][0]["refused"][0]["reason"]
