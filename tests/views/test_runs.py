"""Background work, and the bar that moves."""

import pytest
from django.test import Client

from labeling import claims
from labeling.models import Kind, Run, RunState
from tests.cast import Cast
from tests.views.conftest import Budget


def run_of(cast: Cast, **more: object) -> Run:
    return Run.objects.create(project=cast.project, **{"kind": Kind.IMPORT, **more})


def fragment(client: Client, run: Run) -> str:
    return client.get(f"/p/berita/runs/{run.pk}/progress/").content.decode()


def test_an_open_run_asks_again_in_a_second(citra: Client, cast: Cast) -> None:
    assert 'hx-trigger="every 1s"' in fragment(citra, run_of(cast, state=RunState.RUNNING))


@pytest.mark.parametrize("state", [RunState.DONE, RunState.FAILED])
def test_a_run_that_ended_asks_no_more(citra: Client, cast: Cast, state: RunState) -> None:
    assert "hx-get" not in fragment(citra, run_of(cast, state=state))


def test_the_bar_stands_where_the_run_is(citra: Client, cast: Cast) -> None:
    assert 'value="3" max="12"' in fragment(citra, run_of(cast, state=RunState.RUNNING, done=3, total=12))


@pytest.mark.parametrize(
    ("step", "said", "in_indonesian"),
    [
        ("reading", "reads the project: 12,000 rows so far", "sejauh ini 12.000 baris"),
        ("keeping", "keeps the version", "menyimpan versi"),
        ("sentences", "writes sentences: 12,000 of 90,000 rows", "menulis kalimat: 12.000 dari 90.000 baris"),
        ("judgements", "writes judgements: 12,000 of 90,000 rows", "menulis penilaian: 12.000 dari 90.000 baris"),
        ("packing", "packs the files", "mengemas berkas"),
        ("uploading", "uploads the files", "mengunggah berkas"),
    ],
)
def test_an_export_says_which_step_it_is_at(
    citra: Client, cast: Cast, step: str, said: str, in_indonesian: str
) -> None:
    more = {"state": RunState.RUNNING, "cursor": {"step": step}, "done": 12_000, "total": 90_000}
    run = run_of(cast, kind=Kind.EXPORT, **more)
    assert said in fragment(citra, run)
    address = f"/p/berita/runs/{run.pk}/progress/"
    assert in_indonesian in citra.get(address, headers={"accept-language": "id"}).content.decode()


def test_an_export_that_waits_for_its_next_attempt_is_at_no_step(citra: Client, cast: Cast) -> None:
    run = run_of(cast, kind=Kind.EXPORT, state=RunState.OWED, cursor={"step": "packing"})
    assert "packs the files" not in fragment(citra, run)


def test_the_bar_is_never_kept_in_a_cache(citra: Client, cast: Cast) -> None:
    address = f"/p/berita/runs/{run_of(cast).pk}/progress/"
    assert "no-store" in citra.get(address).headers["Cache-Control"]


def test_refused_lines_are_named_by_number_and_reason(citra: Client, cast: Cast) -> None:
    result = {"added": 2, "articles": 1, "n_refused": 1, "refused": [{"line": 7, "reason": "no text"}]}
    page = fragment(citra, run_of(cast, state=RunState.DONE, result=result))
    assert '<td class="number">7</td><td>no text</td>' in page


def test_duplicates_are_named(citra: Client, cast: Cast) -> None:
    result = {"n_duplicates": 1, "duplicates": [{"line": 3, "reason": "the same article is here already: Pasar"}]}
    assert "already: Pasar" in fragment(citra, run_of(cast, state=RunState.DONE, result=result))


def test_a_failed_run_says_why(citra: Client, cast: Cast) -> None:
    assert "The disk is full." in fragment(citra, run_of(cast, state=RunState.FAILED, error="The disk is full."))


def test_a_run_that_is_tried_again_says_when(citra: Client, cast: Cast) -> None:
    assert "tried again at" in fragment(citra, run_of(cast, error="The database was away.", attempts=1))


def test_the_list_costs_the_same_with_many_runs(
    citra: Client, cast: Cast, django_assert_max_num_queries: Budget
) -> None:
    for _number in range(10):
        run_of(cast, asked_by=cast.citra.user)
    with django_assert_max_num_queries(4):
        citra.get("/p/berita/runs/")


@pytest.mark.parametrize(("left_out", "said"), [(3, True), (0, False)])
def test_labels_that_were_left_out_are_counted(citra: Client, cast: Cast, left_out: int, said: bool) -> None:
    result = {"added": 3, "labels_left_out": left_out}
    page = fragment(citra, run_of(cast, state=RunState.DONE, result=result))
    assert ("3 labels were left out" in page) == said


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (RunState.DONE, "12,345 sentences follow: 3 answers a sentence."),
        (RunState.STOPPED, "Another number of answers"),
    ],
)
def test_a_walk_of_another_number_of_answers_says_how_it_ended(
    citra: Client, cast: Cast, state: RunState, said: str
) -> None:
    result = {"answers": 3, "sentences": 12345} if state == RunState.DONE else {}
    assert said in fragment(citra, run_of(cast, kind=Kind.OVERLAP, state=state, result=result))


def test_repeated_sentences_are_named(citra: Client, cast: Cast) -> None:
    result = {"twins": 12, "twin_sentences": [{"text": "Hujan turun.", "where": "sentence 2 of source 5"}]}
    page = fragment(citra, run_of(cast, state=RunState.DONE, result=result))
    assert "<td>Hujan turun.</td><td>sentence 2 of source 5</td>" in page
    assert "The first 1 of 12." in page


def test_a_worker_that_died_is_told_in_the_language_of_the_page(citra: Client, cast: Cast) -> None:
    run = Run.objects.create(project=cast.project, kind=Kind.TRAIN, state=RunState.FAILED, error=claims.DIED)
    pages = (f"/p/berita/runs/{run.pk}/progress/", "/p/berita/model/", "/p/berita/")
    shown = [citra.get(page, headers={"accept-language": "id"}).content.decode() for page in pages]
    assert all("Pekerja mati 3 kali" in page and "The worker died" not in page for page in shown)
