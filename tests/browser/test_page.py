"""The annotate page as it is met: by reader of screens, on a phone, in the dark, in both languages."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Desk, Seat
from tests.browser.watching import all_saved, press, text

AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text(encoding="utf-8")
PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}


def grave(page: Page) -> list[str]:
    """What axe calls serious or critical."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{one['id']}: {node['html']} {node['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_grave(seat: Seat, scheme: str) -> None:
    page = seat(color_scheme=scheme).sit_down()
    press(page, "2", "u", "Shift+Digit3")
    assert grave(page) == []


@pytest.mark.parametrize("key", ["?", "g", "a", "b", "c"])
def test_axe_finds_nothing_grave_in_what_a_key_opens(desk: Desk, key: str) -> None:
    page = desk.sit_down()
    press(page, key)
    page.wait_for_load_state("networkidle")
    assert grave(page) == []


def test_axe_finds_nothing_grave_when_nothing_is_left(seat: Seat) -> None:
    desk = seat(pool=0)
    page = desk.tab()
    page.goto(desk.address)
    expect(page.locator("[data-part=empty]")).to_be_visible()
    assert grave(page) == []


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_phone_needs_no_sideways_scroll(seat: Seat, language: str) -> None:
    page = seat(language=language, **PHONE).sit_down()
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_tap_answers(seat: Seat) -> None:
    page = seat(**PHONE).sit_down()
    before = text(page)
    page.locator("[data-label=denial]").tap()
    all_saved(page)
    assert text(page) != before


def test_label_buttons_are_large_enough_for_a_thumb(seat: Seat) -> None:
    page = seat(**PHONE).sit_down()
    heights = page.eval_on_selector_all("[data-label]", "all => all.map(one => one.getBoundingClientRect().height)")
    assert min(heights) >= 44


def test_the_sentence_stands_free_of_the_bar_on_a_phone(seat: Seat) -> None:
    page = seat(**PHONE).sit_down()
    edges = "one => { const box = one.getBoundingClientRect(); return [box.top, box.bottom] }"
    sentence, bar = (page.locator(one).evaluate(edges) for one in (".here", ".bar"))
    assert sentence[1] <= bar[0]


def test_the_label_buttons_do_not_move_between_sentences(desk: Desk) -> None:
    page = desk.sit_down()
    box = page.locator("[data-label=claim]").bounding_box()
    press(page, "1", "2", "u")
    assert page.locator("[data-label=claim]").bounding_box() == box


def test_the_page_is_dark_where_the_person_wants_it_dark(seat: Seat) -> None:
    page = seat(color_scheme="dark").sit_down()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 26)"


@pytest.mark.parametrize(("language", "unsure"), [("id", "Ragu"), ("en", "Unsure")])
def test_the_page_speaks_the_persons_language(seat: Seat, language: str, unsure: str) -> None:
    page = seat(language=language).sit_down()
    assert (page.locator("html").get_attribute("lang"), unsure in page.locator(".tools").inner_text()) == (
        language,
        True,
    )


def test_the_sentence_says_its_own_language(seat: Seat) -> None:
    page = seat(language="id").sit_down()
    assert page.locator(".here").get_attribute("lang") == "en"


def test_the_focus_goes_to_the_next_sentence(desk: Desk) -> None:
    page = desk.sit_down()
    page.locator("[data-label=claim]").click()
    expect(page.locator(".here")).to_be_focused()


def test_the_browser_complains_of_nothing(desk: Desk) -> None:
    page = desk.sit_down()
    press(page, "1", "Shift+Digit2", "3", "u", "b", "b", "Space", "g", "Escape", "a", "Escape", "?", "Escape")
    all_saved(page)
    assert desk.complaints == []


def test_an_empty_project_says_what_to_do(seat: Seat) -> None:
    desk = seat(pool=0)
    page = desk.tab()
    page.goto(desk.address)
    expect(page.locator("[data-part=empty-text]")).to_contain_text("import articles")


def test_the_article_opens_at_the_sentence(desk: Desk) -> None:
    page = desk.sit_down()
    shown = text(page)
    press(page, "a")
    expect(page.locator("dialog[open] mark#here")).to_have_text(shown)
    expect(page.locator("dialog[open] mark#here")).to_be_in_viewport()


def test_the_guideline_opens_over_the_page(desk: Desk) -> None:
    page = desk.sit_down()
    press(page, "g")
    expect(
        page.locator("dialog[open] [data-part=guideline-body] h1, dialog[open] [data-part=guideline-body] h2").first
    ).to_be_visible()


def test_keys_do_nothing_behind_a_dialog(desk: Desk) -> None:
    page = desk.sit_down()
    before = text(page)
    press(page, "?", "1", "Escape")
    assert text(page) == before


def test_an_answer_is_painted_without_waiting_for_the_network(desk: Desk) -> None:
    page = desk.sit_down()
    before = text(page)
    held: list[Route] = []
    page.route("**/annotate/sync/", lambda route: held.append(route))
    press(page, "1")
    after = text(page)
    page.wait_for_timeout(300)
    for route in held:
        route.abort()
    assert after != before


def test_the_time_from_key_to_paint_is_left_to_be_read(desk: Desk) -> None:
    page = desk.sit_down()
    press(page, "1", "2", "3")
    page.wait_for_function("() => performance.getEntriesByName('answer-to-paint').length === 3")
    assert page.evaluate("performance.getEntriesByName('answer-to-paint').length") == 3


def test_a_page_that_was_left_open_borrows_nothing(seat: Seat) -> None:
    desk = seat(pool=3)
    page = desk.tab()
    page.clock.install()
    page.goto(desk.address)
    expect(page.locator(".here")).not_to_be_empty()
    sent: list[list[object]] = []
    page.on("request", lambda request: sent.append((request.post_data_json or {})["acts"]))
    page.clock.fast_forward(60_000)
    press(page, "1")
    all_saved(page)
    assert [bool(acts) for acts in sent] == [True] * max(1, len(sent))
