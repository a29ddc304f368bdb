"""An import on its pages: stopping it, its report as a file."""

import pytest
from django.test import Client

from labeling.models import Kind, Run, RunState
from tests.cast import Cast
from tests.factories import received, rows


@pytest.fixture
def run(cast: Cast) -> Run:
    return received(cast.project, "Hujan turun.\n")


def test_an_open_import_may_be_stopped_from_its_page(citra: Client, run: Run) -> None:
    assert f'action="/p/berita/runs/{run.pk}/stop/"' in citra.get(f"/p/berita/runs/{run.pk}/").content.decode()


def test_the_button_stands_outside_of_what_is_drawn_anew(citra: Client, run: Run) -> None:
    assert "/stop/" not in citra.get(f"/p/berita/runs/{run.pk}/progress/").content.decode()


def test_work_of_another_kind_has_no_such_button(citra: Client, cast: Cast) -> None:
    other = Run.objects.create(project=cast.project, kind=Kind.TRAIN)
    assert "/stop/" not in citra.get(f"/p/berita/runs/{other.pk}/").content.decode()


def test_stopping_leads_back_to_the_page_that_says_so(citra: Client, run: Run) -> None:
    page = citra.post(f"/p/berita/runs/{run.pk}/stop/", follow=True).content.decode()
    run.refresh_from_db()
    assert (run.state, "Send the same file again" in page) == (RunState.STOPPED, True)


def test_stopping_what_has_ended_shows_how_it_ended(citra: Client, cast: Cast) -> None:
    rows(cast.project, "Hujan turun.\n")
    run = Run.objects.get(kind=Kind.IMPORT)
    assert "Send the same" not in citra.post(f"/p/berita/runs/{run.pk}/stop/", follow=True).content.decode()


def test_the_report_is_a_file(citra: Client, cast: Cast) -> None:
    rows(cast.project, "Hujan turun.\nHujan turun.\n")
    run = Run.objects.get(kind=Kind.IMPORT)
    answer = citra.get(f"/p/berita/runs/{run.pk}/report/")
    content = answer.getvalue().decode()
    assert (answer.headers["Content-Disposition"], "2,duplicate," in content) == (
        f'attachment; filename="import-{run.pk}.csv"',
        True,
    )


def test_the_page_leads_to_the_report_where_there_is_one(citra: Client, cast: Cast) -> None:
    rows(cast.project, "Hujan turun.\nHujan turun.\n")
    run = Run.objects.get(kind=Kind.IMPORT)
    assert f"/runs/{run.pk}/report/" in citra.get(f"/p/berita/runs/{run.pk}/").content.decode()


def test_the_page_of_an_import_without_one_does_not(citra: Client, cast: Cast) -> None:
    rows(cast.project, "Hujan turun.\n")
    run = Run.objects.get(kind=Kind.IMPORT)
    assert "/report/" not in citra.get(f"/p/berita/runs/{run.pk}/").content.decode()


def test_an_import_at_work_has_no_report_yet(citra: Client, run: Run) -> None:
    assert citra.get(f"/p/berita/runs/{run.pk}/report/").status_code == 404


def test_the_page_says_how_fast_it_goes(citra: Client, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(
        state=RunState.RUNNING, done=1, total=9, cursor={"pace": {"rate": 1_250, "minutes": 3}}
    )
    page = citra.get(f"/p/berita/runs/{run.pk}/progress/").content.decode()
    assert "1,250 lines a second, about 3 min left" in page
