"""The line with what the model suggests: after the own answer, about that answer, and in nobody's way."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from labeling.models import Exposure
from tests.browser.conftest import Desk, Seat
from tests.browser.test_page import PHONE, grave
from tests.browser.watching import SYNC, all_saved, press, text, unsaved
from tests.flow.test_reveal import ranked

pytestmark = pytest.mark.once

BOX = "one => { const box = one.getBoundingClientRect(); return [box.top, box.bottom] }"


@pytest.fixture
def told(seat: Seat) -> Desk:
    """A desk whose model suggests `denial` everywhere, and is 71 % sure."""
    return reveal(seat())


def reveal(desk: Desk) -> Desk:
    ranked(desk.cast)
    return desk


def line(page: Page) -> Locator:
    return page.locator("[data-part=suggestion]")


def empty(page: Page) -> None:
    """Wait until the line says nothing."""
    expect(line(page).locator("[data-slot=said]")).to_be_empty()
    expect(line(page).locator("[data-slot=undo]")).to_be_hidden()


def test_the_line_comes_after_the_answer_and_is_about_it(told: Desk) -> None:
    page = told.sit_down()
    empty(page)
    answered = text(page)
    press(page, "1")
    expect(line(page)).to_contain_text("You: Claim. The model: Denial, 71%. Undo: u")
    assert answered.startswith(line(page).locator("q").inner_text().strip('“”" …'))


def test_nothing_of_it_is_in_the_page_before(told: Desk) -> None:
    page = told.tab()
    with page.expect_response(SYNC) as handed_out:
        page.goto(told.address)
    reply = handed_out.value.text()
    assert ('"sentences"' in reply, "0.71" in reply, "suggest" in reply) == (True, False, False)


def test_it_is_said_aloud_only_where_the_two_differ(told: Desk) -> None:
    page = told.sit_down()
    spoken = page.locator("[data-part=spoken]")
    press(page, "2")
    expect(line(page)).to_contain_text("You and the model: Denial, 71%.")
    same = spoken.inner_text()
    press(page, "3")
    expect(spoken).to_contain_text("You: Condemnation. The model: Denial, 71%.")
    assert same == ""


def test_it_goes_with_the_next_answer(told: Desk) -> None:
    page = told.sit_down()
    press(page, "1")
    expect(line(page)).to_contain_text("You: Claim.")
    page.route(SYNC, lambda route: route.abort())
    press(page, "2")
    empty(page)


def test_undo_takes_it_away_and_the_showing_stays(told: Desk) -> None:
    page = told.sit_down()
    press(page, "1")
    expect(line(page)).to_contain_text("You: Claim.")
    press(page, "u")
    empty(page)
    all_saved(page)
    assert Exposure.objects.count() == 1


def test_what_comes_late_is_not_shown_to_whoever_has_gone_on(told: Desk) -> None:
    page = told.sit_down()
    held: list[Route] = []
    page.route(SYNC, lambda route: held.append(route))
    with page.expect_request(SYNC):
        press(page, "1")
    press(page, "3")
    held[0].continue_()
    unsaved(page, 1)
    empty(page)


def test_nothing_moves_when_it_comes(told: Desk) -> None:
    page = told.sit_down()
    before = [page.locator(one).evaluate(BOX) for one in (".here", "[data-label=claim]")]
    press(page, "1")
    expect(line(page)).to_contain_text("You: Claim.")
    assert [page.locator(one).evaluate(BOX) for one in (".here", "[data-label=claim]")] == before


def test_it_speaks_the_persons_language(seat: Seat) -> None:
    page = reveal(seat(language="id")).sit_down()
    press(page, "1")
    expect(line(page)).to_contain_text("Anda: Klaim. Model: Bantahan, 71%. Urungkan: u")


def test_axe_finds_nothing_grave_in_it(seat: Seat) -> None:
    page = reveal(seat(color_scheme="dark")).sit_down()
    press(page, "1")
    expect(line(page)).to_contain_text("You: Claim.")
    assert grave(page) == []


def test_on_a_phone_it_moves_nothing_and_covers_nothing(seat: Seat) -> None:
    page = reveal(seat(**PHONE)).sit_down()
    before = page.locator("[data-label=claim]").evaluate(BOX)
    page.locator("[data-label=condemnation]").tap()
    expect(line(page)).to_contain_text("You: Condemnation.")
    sentence, bar = (page.locator(one).evaluate(BOX) for one in (".here", ".bar"))
    assert page.locator("[data-label=claim]").evaluate(BOX) == before
    assert sentence[1] <= bar[0]
    assert page.evaluate("document.documentElement.scrollWidth") == 320
