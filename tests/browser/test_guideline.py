"""The guideline in Chromium: a notice that is in nobody's way, and a preview beside the text."""

import pytest
from playwright.sync_api import Page, expect

from labeling.models import Guideline, Membership
from tests.browser.conftest import Desk, Seat
from tests.browser.test_pages import AXE, as_owner
from tests.browser.watching import all_saved, press, text

pytestmark = pytest.mark.once

NOTICE = "#guideline-news .notice"


def change(desk: Desk, number: int = 2) -> None:
    Guideline.objects.create(
        project=desk.cast.project, number=number, text_en="# Two", text_id="# Dua", note="Questions are claims."
    )


def with_news(desk: Desk) -> Page:
    """The labelling page with the notice on it."""
    change(desk)
    page = desk.sit_down()
    expect(page.locator(NOTICE)).to_contain_text("Questions are claims.")
    return page


def test_keys_label_under_the_notice(desk: Desk) -> None:
    page = with_news(desk)
    first = text(page)
    press(page, "1")
    expect(page.locator(".here")).not_to_have_text(first)
    all_saved(page)


def test_the_focus_stays_on_the_sentence(desk: Desk) -> None:
    page = with_news(desk)
    expect(page.locator(".here")).to_be_focused()


def test_a_closed_notice_does_not_come_back(desk: Desk) -> None:
    page = with_news(desk)
    page.locator(NOTICE).get_by_role("button", name="Close").click()
    expect(page.locator(NOTICE)).to_have_count(0)
    page.reload()
    page.wait_for_selector(".here:not(:empty)")
    expect(page.locator(NOTICE)).to_have_count(0)


def test_keys_label_after_the_notice_was_closed(desk: Desk) -> None:
    page = with_news(desk)
    first = text(page)
    page.locator(NOTICE).get_by_role("button", name="Close").press("Enter")
    expect(page.locator(NOTICE)).to_have_count(0)
    press(page, "2")
    expect(page.locator(".here")).not_to_have_text(first)


def test_opening_the_guideline_takes_the_notice_away(desk: Desk) -> None:
    page = with_news(desk)
    press(page, "g")
    expect(page.locator("dialog[open] h2", has_text="Two")).to_be_visible()
    expect(page.locator(NOTICE)).to_have_count(0)
    assert Membership.objects.get(pk=desk.cast.ani.pk).guideline_seen == 2


def test_a_page_that_stays_open_hears_of_a_change_and_opens_the_new_text(desk: Desk) -> None:
    page = desk.tab()
    page.clock.install()
    page.goto(desk.address)
    page.wait_for_selector(".here:not(:empty)")
    press(page, "g")
    expect(page.locator("dialog[open] h2", has_text="How to label")).to_be_visible()
    press(page, "Escape")
    change(desk)
    page.clock.fast_forward("05:01")
    expect(page.locator(NOTICE)).to_be_visible()
    press(page, "g")
    expect(page.locator("dialog[open] h2", has_text="Two")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_mend_in_the_notice(seat: Seat, scheme: str) -> None:
    page = with_news(seat(color_scheme=scheme, bypass_csp=True))
    page.evaluate(AXE)
    assert page.evaluate("axe.run().then(found => found.violations.map(one => [one.id, one.nodes[0].html]))") == []


def test_the_notice_fits_a_small_phone(seat: Seat) -> None:
    page = with_news(seat(viewport={"width": 320, "height": 640}))
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_preview_leaves_the_form_as_it_is(desk: Desk) -> None:
    page = as_owner(desk)
    page.goto(f"{desk.origin}/p/berita/guideline/edit/")
    page.evaluate("window.untouched = true")
    page.get_by_label("The guideline in English").fill("# Short rules")
    page.get_by_role("button", name="Preview").press("Enter")
    expect(page.locator("#preview h4", has_text="Short rules")).to_be_visible()
    assert page.evaluate("window.untouched") is True
    expect(page.locator("#preview h2")).to_be_focused()


def test_a_guideline_is_changed_by_keyboard_alone(desk: Desk) -> None:
    page = as_owner(desk)
    page.goto(f"{desk.origin}/p/berita/guideline/edit/")
    page.get_by_label("The guideline in English").fill("# Short rules")
    page.get_by_label("What changed").focus()
    page.keyboard.type("Shorter.")
    press(page, "Enter")
    expect(page.locator(".notice.success")).to_contain_text("Version 2")


def test_without_a_script_the_preview_is_a_page(seat: Seat) -> None:
    desk = seat(java_script_enabled=False)
    page = as_owner(desk)
    page.goto(f"{desk.origin}/p/berita/guideline/edit/")
    page.get_by_label("The guideline in English").fill("# Short rules")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview h4", has_text="Short rules")).to_be_visible()
