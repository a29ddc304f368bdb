"""The id of a request: in its answer, in the log, on the Run that it asked for, and in the worker's log."""

import io
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from factcheck import tracing
from factcheck.logging import LOGGING, Json, WithoutTokens
from labeling import jobs, work
from labeling.flow import agree
from labeling.models import Kind, Project, Run
from tests.cast import Cast
from tests.factories import answer
from tests.flow.pool_of import pool_of

SECRET = "Bupati Rekata menyangkal jembatan itu ditutup."
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Any:
    """What the log says, a line an object."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Json())
    handler.addFilter(WithoutTokens())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def of_requests(lines: Lines) -> list[dict[str, Any]]:
    return [one for one in lines() if one["logger"] == "factcheck.request"]


def test_an_answer_carries_the_id_that_the_request_came_with(db: None, client: Client) -> None:
    answered = client.get("/sign-in/", headers={"X-Request-ID": "0123-abcdef"})
    assert answered.headers["X-Request-ID"] == "0123-abcdef"


@pytest.mark.parametrize("offered", ["", "short", "x" * 37, "a b c d e f", 'a"b"c"d"e', "0123456789\u00e4"])
def test_an_id_that_is_no_word_is_replaced(offered: str, db: None, client: Client) -> None:
    given = client.get("/sign-in/", headers={"X-Request-ID": offered}).headers["X-Request-ID"]
    assert (given != offered, len(given)) == (True, 32)


def test_a_request_is_one_line_with_route_person_project_and_seconds(cast: Cast, client: Client, lines: Lines) -> None:
    client.force_login(cast.citra.user)
    client.get("/p/berita/model/", headers={"X-Request-ID": "0123-abcdef"})
    (one,) = of_requests(lines)
    told = {name: one[name] for name in ("request", "route", "status", "person", "project", "method")}
    assert told == {
        "request": "0123-abcdef",
        "route": "model",
        "status": 200,
        "person": cast.citra.user_id,
        "project": "berita",
        "method": "GET",
    }
    assert 0 < one["seconds"] < 60


def test_what_somebody_searches_for_is_not_in_the_log(citra: Client, lines: Lines) -> None:
    citra.get("/p/berita/find/", {"words": SECRET})
    assert "Rekata" not in json.dumps(lines())


def test_probes_leave_no_line(db: None, client: Client, lines: Lines) -> None:
    client.get("/healthz")
    assert of_requests(lines) == []


def test_a_line_of_an_error_carries_the_id_too(db: None, client: Client, lines: Lines) -> None:
    client.get("/nowhere/", headers={"X-Request-ID": "0123-abcdef"})
    assert {one["request"] for one in lines() if one["logger"] == "django.request"} == {"0123-abcdef"}


def test_a_run_remembers_the_request_that_asked_for_it(citra: Client) -> None:
    citra.post("/p/berita/agreement/measure/", headers={"X-Request-ID": "0123-abcdef"})
    assert Run.objects.get(kind=Kind.AGREE).request_id == "0123-abcdef"


def test_a_run_that_no_request_asked_for_has_no_id(cast: Cast) -> None:
    assert jobs.owe(project=cast.project, kind=Kind.AGREE, by=None).request_id == ""


@pytest.fixture
def asked(cast: Cast) -> Run:
    """A Run that a request asked for."""
    (sentence,) = pool_of(cast.project, 1)
    answer(sentence, "ani", "claim")
    with tracing.about(request="0123-abcdef"):
        return jobs.owe(project=cast.project, kind=Kind.AGREE, by=cast.citra.user)


def test_the_worker_logs_the_request_the_run_and_how_long_it_took(asked: Run, lines: Lines) -> None:
    work.perform(asked.pk)
    _begins, one = [line for line in lines() if line["logger"] == "labeling.work"]
    assert (one["request"], one["run"], one["project"], one["kind"]) == ("0123-abcdef", asked.pk, "berita", "agree")
    assert one["seconds"] >= 0


def test_a_run_that_another_run_owes_carries_the_same_request(asked: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def owing(*, claim: Any) -> dict[str, Any]:
        jobs.owe(project=claim.project, kind=Kind.EVALUATE, by=None)
        claim.finish({})
        return {}

    monkeypatch.setattr(agree, "run", owing)
    work.perform(asked.pk)
    assert Run.objects.get(kind=Kind.EVALUATE).request_id == "0123-abcdef"


def test_a_row_that_the_database_refused_is_left_out(lines: Lines) -> None:
    try:
        raise ValueError(f"new row violates a check\nDETAIL:  Failing row contains (1, {SECRET}\n\nDua.)")
    except ValueError:
        logging.getLogger("factcheck.request").exception("refused")
    (one,) = lines()
    assert ("Rekata" in one["error"], "Dua" in one["error"], "violates a check" in one["error"]) == (False, False, True)


def test_a_token_is_masked_in_json_too(lines: Lines) -> None:
    logging.getLogger("django.request").warning("Gone: %s", "/link/geheim/")
    assert lines()[0]["message"] == "Gone: /link/***/"


def test_an_event_is_one_line_whatever_it_says(lines: Lines) -> None:
    logging.getLogger("factcheck.request").info("two\nlines")
    assert len(lines()) == 1


def test_json_is_what_is_written_if_nothing_else_is_asked_for() -> None:
    assert LOGGING["handlers"]["stderr"]["formatter"] == "json"


def test_no_project_is_named_where_none_is_asked_about(db: None, client: Client, lines: Lines) -> None:
    client.get("/sign-in/")
    assert [("project" in one, "person" in one) for one in of_requests(lines)] == [(False, False)]
    assert Project.objects.count() == 0
