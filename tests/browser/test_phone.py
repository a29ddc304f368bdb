"""The page on a small screen: what is read next stands at the top, and nothing covers it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk, Seat
from tests.browser.watching import press, text

pytestmark = pytest.mark.once


@pytest.fixture
def phone(seat: Seat) -> Desk:
    return seat(viewport={"width": 320, "height": 480}, has_touch=True, is_mobile=True)


def scroll_down(page: Page) -> None:
    """As a thumb does that looks for what stands after the sentence."""
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.wait_for_function("scrollY > 50")


def test_the_next_sentence_stands_at_the_top_after_an_answer(phone: Desk) -> None:
    page = phone.sit_down()
    before = text(page)
    scroll_down(page)
    page.locator("[data-label=claim]").tap()
    expect(page.locator(".here")).not_to_have_text(before)
    assert page.evaluate("scrollY") == 0


def test_leaving_the_comment_does_not_scroll_away_from_the_sentence(phone: Desk) -> None:
    page = phone.sit_down()
    scroll_down(page)
    press(page, "c")
    before = page.evaluate("scrollY")
    press(page, "Escape")
    assert page.evaluate("scrollY") == before


def test_the_bar_covers_no_sentence_on_a_page_that_is_magnified_four_times(seat: Seat) -> None:
    page = seat(viewport={"width": 320, "height": 256}).sit_down()
    page.locator(".here").evaluate("one => one.scrollIntoView({block: 'end'})")
    edges = "one => { const box = one.getBoundingClientRect(); return [box.top, box.bottom] }"
    sentence, bar = (page.locator(one).evaluate(edges) for one in (".here", ".bar"))
    assert sentence[1] <= bar[0]
