"""The adjudicators' desk in Chromium: by keyboard alone, in both languages, on a small screen, in the dark."""

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from labeling.models import Preference, Question, Sentence, Verdict
from tests.browser.conftest import Desk, Seat, session_of
from tests.browser.test_pages import AXE
from tests.browser.watching import press, reads_on
from tests.cast import adjudicator
from tests.flow.disputing import dispute

SERIOUS = "axe.run().then(found => found.violations.map(one => [one.id, one.nodes[0].html]))"


def as_adjudicator(desk: Desk, language: str, *, disputes: int = 2) -> Page:
    """Ada's tab, with the worst of the disputes on the desk."""
    ada = adjudicator(desk.cast)
    Preference.objects.filter(user=ada.user).update(language=language)
    for place, one in enumerate(Sentence.objects.filter(project=desk.cast.project)[:disputes]):
        dispute(one, (desk.cast.ani, "claim"), (desk.cast.budi, "denial"), priority=0.9 - place / 10)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(ada), "url": desk.origin}
    desk.context.add_cookies([cookie])  # type: ignore[list-item]  # a plain dict is what the browser takes
    page = desk.tab()
    page.goto(f"{desk.origin}/p/berita/disputes/")
    page.locator(".start a").press("Enter")
    reads_on(page, "blind")
    return page


@pytest.mark.parametrize(("language", "scheme", "width"), [("en", "dark", 320), ("id", "light", 1280)])
def test_disputes_are_settled_by_keyboard_alone(seat: Seat, language: str, scheme: str, width: int) -> None:
    desk = seat(language=language, color_scheme=scheme, viewport={"width": width, "height": 720}, bypass_csp=True)
    page = as_adjudicator(desk, language)
    found = []
    press(page, "1")
    reads_on(page, "open")
    press(page, "2", "s", "w")
    expect(page.locator("#reason")).to_be_focused()
    page.evaluate(AXE)
    found += page.evaluate(SERIOUS)
    page.keyboard.type("He answers a charge.")
    press(page, "Escape", "k")
    reads_on(page, "blind")
    page.evaluate(AXE)
    found += page.evaluate(SERIOUS)
    told = Verdict.objects.values_list("label__key", "blind_label__key", "reason", "error_kind").get()
    assert told == ("denial", "claim", "He answers a charge.", "slip")
    assert (found, page.evaluate("document.documentElement.scrollWidth"), desk.complaints) == ([], width, [])


def test_an_undo_and_a_question_need_no_mouse_either(desk: Desk) -> None:
    page = as_adjudicator(desk, "en", disputes=1)
    press(page, "3")
    expect(page.locator(".outcome")).to_contain_text("You decided")
    reads_on(page, "open")
    press(page, "u")
    expect(page.locator(".outcome")).to_contain_text("will not count as blind")
    reads_on(page, "open")
    press(page, "g")
    expect(page.locator("dialog[open] h2", has_text="How to label")).to_be_visible()
    press(page, "Escape", "q")
    page.keyboard.type("Who says so?")
    press(page, "Tab", "Enter")
    expect(page.locator(".notice.success")).to_contain_text("Sent back")
    assert (Question.objects.get().text, Verdict.objects.exists(), desk.complaints) == ("Who says so?", False, [])


def test_without_a_script_the_desk_is_made_of_forms(seat: Seat) -> None:
    desk = seat(java_script_enabled=False)
    page = desk.tab()
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(desk.cast.citra), "url": desk.origin}
    desk.context.add_cookies([cookie])  # type: ignore[list-item]  # the same
    dispute(Sentence.objects.all()[0], (desk.cast.ani, "claim"), (desk.cast.budi, "denial"))
    page.goto(f"{desk.origin}/p/berita/disputes/next/")
    page.locator(".choice").first.click()
    page.locator("button[value=next]").click()
    assert Verdict.objects.get().blind_label is not None
