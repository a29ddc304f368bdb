"""The whole article and the guideline: what was asked for last is what is shown, however slow the network."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Desk
from tests.browser.watching import press, text

pytestmark = pytest.mark.once

ARTICLE = "**/annotate/article/**"


def ask_for_two_articles(page: Page) -> tuple[Route, str]:
    """Open the article of one sentence, leave it before it came, and open the next one's; the first request is held."""
    held: list[Route] = []
    page.route(ARTICLE, lambda route: held.append(route) if not held else route.continue_())
    press(page, "a", "Escape", "1")
    shown = text(page)
    press(page, "a")
    expect(page.locator("dialog[open] mark#here")).to_have_text(shown)
    return held[0], shown


def test_an_article_that_comes_late_does_not_stand_in_for_the_one_asked_for_last(desk: Desk) -> None:
    page = desk.sit_down()
    first, shown = ask_for_two_articles(page)
    with page.expect_response(ARTICLE):
        first.continue_()
    page.wait_for_timeout(100)
    expect(page.locator("dialog[open] mark#here")).to_have_text(shown)


def test_an_article_that_fails_late_does_not_take_away_the_one_asked_for_last(desk: Desk) -> None:
    page = desk.sit_down()
    first, shown = ask_for_two_articles(page)
    with page.expect_event("requestfailed"):
        first.abort()
    page.wait_for_timeout(100)
    expect(page.locator("dialog[open] mark#here")).to_have_text(shown)


def test_an_article_is_there_again_after_another_one_was_left_before_it_came(desk: Desk) -> None:
    page = desk.sit_down()
    press(page, "a")
    expect(page.locator("dialog[open] mark#here")).to_have_text(shown := text(page))
    page.route(ARTICLE, lambda _route: None)
    press(page, "Escape", "1", "a", "Escape", "u", "a")
    expect(page.locator("dialog[open] mark#here")).to_have_text(shown)


@pytest.mark.parametrize("key", ["a", "g"])
def test_a_text_that_cannot_be_fetched_says_so_and_comes_at_the_next_try(desk: Desk, key: str) -> None:
    page = desk.sit_down()
    body = page.locator("dialog[open] .dialog-body")
    desk.context.set_offline(True)
    press(page, key)
    expect(body).to_contain_text("could not be fetched")
    desk.context.set_offline(False)
    press(page, "Escape", key)
    expect(body).not_to_contain_text("could not be fetched")
