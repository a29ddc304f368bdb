"""What a reader of screens hears of a key: from where the focus goes, or from a live region, and never from both."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk, Seat
from tests.browser.test_page import grave
from tests.browser.watching import all_saved, press, text

pytestmark = pytest.mark.once

# Every text that comes into a live region, and every element that the focus goes to, as it is spoken.
LISTEN = """() => {
    window.heard = [];
    const live = "[aria-live=polite], [role=status], [role=alert]";
    const regions = new Set();
    new MutationObserver((changes) => {
        for (const { target } of changes) {
            const region = (target.closest ? target : target.parentElement)?.closest(live);
            if (region && !region.closest("[hidden]")) regions.add(region);
        }
        for (const region of regions) if (region.textContent.trim()) heard.push(region.textContent.trim());
        regions.clear();
    }).observe(document.body, { childList: true, characterData: true, subtree: true });
    addEventListener("focusin", ({ target }) => heard.push(target.textContent.trim()));
}"""


def listen(page: Page) -> None:
    page.evaluate(LISTEN)


def heard(page: Page) -> list[str]:
    found: list[str] = page.evaluate("heard.splice(0)")
    return found


def test_the_next_sentence_is_heard_once_after_each_key(desk: Desk) -> None:
    page = desk.sit_down()
    listen(page)
    told = []
    for key in "12":
        press(page, key)
        told.append(heard(page) == [text(page)])
    assert told == [True, True]


def test_the_next_sentence_is_heard_once_after_a_button(desk: Desk) -> None:
    page = desk.sit_down()
    listen(page)
    page.locator("[data-label=claim]").focus()
    heard(page)
    press(page, "Enter")
    assert heard(page) == [text(page)]


def test_the_sentence_is_heard_in_its_own_language(seat: Seat) -> None:
    page = seat(language="id").sit_down()
    press(page, "1")
    assert page.locator("[role=status]", has_text=text(page)).get_attribute("lang") == "en"


def test_undo_says_the_sentence_and_what_was_answered(desk: Desk) -> None:
    page = desk.sit_down()
    listen(page)
    before = text(page)
    press(page, "2")
    heard(page)
    press(page, "u")
    assert sorted(heard(page)) == sorted([before, "You had answered: Denial"])


def test_the_second_label_is_heard(desk: Desk) -> None:
    page = desk.sit_down()
    listen(page)
    press(page, "Shift+Digit3")
    assert heard(page) == ["Second label: Condemnation"]


def test_what_is_wrong_is_asked_aloud(desk: Desk) -> None:
    page = desk.sit_down()
    listen(page)
    press(page, "b")
    assert heard(page) == ["What is wrong with the sentence? 1 Boilerplate, 2 Badly cut"]


def test_what_stays_as_it_was_is_not_said_again(desk: Desk) -> None:
    page = desk.sit_down()
    press(page, "2", "u", "b")
    listen(page)
    press(page, "Escape")
    assert heard(page) == []


def test_the_end_is_heard_and_has_the_focus(seat: Seat) -> None:
    page = seat(pool=1).sit_down()
    listen(page)
    press(page, "1")
    all_saved(page)
    heading = page.locator("[data-part=empty] h2")
    expect(heading).to_be_focused()
    told = heard(page)
    assert [told.count(one) for one in (heading.inner_text(), page.locator("[data-part=empty-text]").inner_text())] == [
        1,
        1,
    ]


def test_the_sentence_that_comes_after_the_end_has_the_focus(seat: Seat) -> None:
    page = seat(pool=1).sit_down()
    press(page, "1")
    all_saved(page)
    expect(page.locator("[data-part=empty] h2")).to_be_focused()
    press(page, "u")
    expect(page.locator(".here")).to_be_focused()


@pytest.mark.parametrize("key", ["1", "u"])
def test_axe_finds_nothing_grave_after_a_key(desk: Desk, key: str) -> None:
    page = desk.sit_down()
    press(page, "1", key)
    assert grave(page) == []


def test_no_two_tools_have_names_that_are_taken_for_each_other(seat: Seat) -> None:
    page = seat(language="id").sit_down()
    press(page, "b")
    names = [page.locator(f"[data-do={one}]:visible").inner_text().split()[0] for one in ("undo", "cancel")]
    assert names == ["Urungkan", "Batal"]
