"""The list of sentences and one of them in Chromium, by keyboard alone."""

import pytest
from playwright.sync_api import Page

from labeling.flow import browse
from labeling.models import Sentence
from tests.browser.conftest import Seat
from tests.browser.keyboard import press_to
from tests.browser.test_pages import as_owner

pytestmark = pytest.mark.once


def listed(seat: Seat, query: str = "") -> Page:
    """The list of sentences before an owner."""
    desk = seat()
    page = as_owner(desk)
    page.goto(f"{desk.origin}/p/berita/sentences/{query}")
    return page


def test_a_sentence_is_split_by_keyboard(seat: Seat) -> None:
    page = listed(seat)
    press_to(page, "Change")
    page.keyboard.press("Enter")
    page.wait_for_selector(".words")
    press_to(page, "39")
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    press_to(page, "Split")
    page.keyboard.press("Enter")
    page.wait_for_selector(".notice.success")
    assert Sentence.objects.live().filter(text="Speaker 39 says").exists()


def test_what_is_searched_for_stands_in_the_address(seat: Seat) -> None:
    page = listed(seat)
    page.get_by_label("Words").fill("bridge 7")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**q=bridge+7**")
    assert page.locator(".reading li").count() == 4


def test_a_rare_word_is_looked_for_through_all_stretches(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browse, "STRETCH", 10)
    page = listed(seat, "?q=bridge+0")
    page.wait_for_selector(".reading li:has-text('bridge 0 is open')")
    assert page.locator(".reading li").count() == 4


def test_a_word_that_is_nowhere_ends_with_a_sentence_that_says_so(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browse, "STRETCH", 10)
    page = listed(seat, "?q=volcano")
    page.wait_for_selector(".empty")
    assert page.inner_text(".empty") == "All sentences have been looked through."
