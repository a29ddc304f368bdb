"""A long list is read in stretches: what is rare costs no more than what is found at once; nothing is passed over."""

import pytest

from labeling.flow import browse
from labeling.flow.browse import Page, Wanted
from labeling.models import Sentence
from tests.cast import Cast
from tests.flow.pool_of import pool_of

RARE = Wanted(words="volcano")


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browse, "STRETCH", 10)
    monkeypatch.setattr(browse, "ROWS", 4)


def pages(cast: Cast, wanted: Wanted) -> list[Page]:
    """All pages, each where the one before it ended."""
    found = [browse.browse(cast.project, wanted, before=None)]
    while (older := found[-1].older) is not None:
        found.append(browse.browse(cast.project, wanted, before=older))
    return found


def keys(found: list[Page]) -> list[int]:
    return [one.sentence.pk for page in found for one in page.rows]


def erupt(rows: list[Sentence]) -> list[int]:
    """Give these sentences a rare word; returns their keys, newest first."""
    Sentence.objects.filter(pk__in=[one.pk for one in rows]).update(text="The volcano is quiet.")
    return sorted((one.pk for one in rows), reverse=True)


def test_what_stands_in_no_stretch_but_the_last_is_found(cast: Cast) -> None:
    chosen = erupt(pool_of(cast.project, 35)[:2])
    assert keys(pages(cast, RARE)) == chosen


@pytest.mark.parametrize("at", [0, 9, 10, 19, 20, 34])
def test_what_stands_at_the_edge_of_a_stretch_is_found_once(cast: Cast, at: int) -> None:
    chosen = erupt([pool_of(cast.project, 35)[at]])
    assert keys(pages(cast, RARE)) == chosen


def test_a_stretch_with_more_than_a_page_goes_on_within_it(cast: Cast) -> None:
    chosen = erupt(pool_of(cast.project, 35)[20:29])
    assert keys(pages(cast, RARE)) == chosen


def test_a_word_that_is_nowhere_ends_after_every_stretch(cast: Cast) -> None:
    pool_of(cast.project, 35)
    assert [page.unread for page in pages(cast, RARE)] == [True, True, True, False]


def test_stretches_count_the_sentences_of_the_project_alone(cast: Cast) -> None:
    pool_of(cast.project, 15)
    pool_of(cast.elsewhere, 30)
    pool_of(cast.project, 15)
    assert [page.unread for page in pages(cast, RARE)] == [True, True, False]


def test_a_stretch_that_ends_with_the_project_is_the_last(cast: Cast) -> None:
    pool_of(cast.project, 20)
    assert len(pages(cast, RARE)) == 2


@pytest.mark.parametrize("wanted", [Wanted(status="audit"), Wanted(status="lent"), Wanted(), Wanted(status="answered")])
def test_what_an_index_finds_is_not_read_in_stretches(cast: Cast, wanted: Wanted) -> None:
    pool_of(cast.project, 35)
    assert not browse.browse(cast.project, wanted, before=None).unread


@pytest.mark.parametrize("wanted", [Wanted(lang="id"), Wanted(status="boilerplate"), Wanted(status="twin")])
def test_every_filter_without_an_index_reads_in_stretches(cast: Cast, wanted: Wanted) -> None:
    pool_of(cast.project, 35)
    assert browse.browse(cast.project, wanted, before=None).unread
