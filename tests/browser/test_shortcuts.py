"""Keys can be switched off and changed (WCAG 2.1.4), and stay so."""

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, expect

from labeling.models import Annotation, Membership, Preference
from tests.browser.conftest import Desk, Seat, session_of
from tests.browser.watching import all_saved, press, text

pytestmark = pytest.mark.once

SAVED = "**/preferences/"


def change(page: Page, action: str, key: str) -> None:
    """Give `action` another key, through the dialog."""
    press(page, "?")
    page.locator(f"[data-action={action}] [data-change]").click()
    press(page, key)


def switch_off(page: Page) -> None:
    press(page, "?")
    with page.expect_response(SAVED) as answered:
        page.locator("#shortcuts-on").uncheck()
    assert answered.value.status == 204
    press(page, "Escape")


def sign_in(desk: Desk, member: Membership) -> None:
    """In the same browser, as the page is still open."""
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(member), "url": desk.origin}
    desk.context.add_cookies([cookie])  # type: ignore[list-item]  # a plain dict is what the browser takes


def test_switched_off_keys_do_nothing(desk: Desk) -> None:
    page = desk.sit_down()
    before = text(page)
    switch_off(page)
    press(page, "1")
    assert text(page) == before


def test_switching_keys_off_is_remembered_for_the_person(desk: Desk) -> None:
    switch_off(desk.sit_down())
    assert Preference.objects.get(user=desk.cast.ani.user).shortcuts_on is False


def test_buttons_work_without_keys(desk: Desk) -> None:
    page = desk.sit_down()
    switch_off(page)
    page.locator("[data-label=none]").click()
    all_saved(page)
    assert Annotation.objects.count() == 1


def test_a_changed_key_answers_and_the_old_one_does_not(desk: Desk) -> None:
    page = desk.sit_down()
    change(page, "label_2", "k")
    press(page, "Escape", "2", "k")
    all_saved(page)
    assert [one.label.key for one in Annotation.objects.select_related("label") if one.label] == ["denial"]


def test_a_changed_key_is_there_after_a_reload(desk: Desk) -> None:
    page = desk.sit_down()
    with page.expect_response(SAVED):
        change(page, "undo", "z")
    page.reload()
    expect(page.locator(".tools [data-key=undo]")).to_have_text("z")


def test_a_key_that_is_taken_is_refused_by_name(desk: Desk) -> None:
    page = desk.sit_down()
    change(page, "undo", "g")
    expect(page.locator("[data-part=key-told]")).to_contain_text("Guideline")


def test_escape_while_a_key_is_asked_for_keeps_the_old_one(desk: Desk) -> None:
    page = desk.sit_down()
    change(page, "undo", "Escape")
    expect(page.locator("[data-action=undo] [data-slot=key]")).to_have_text("u")


@pytest.mark.parametrize("key", ["Shift+Equal", "Semicolon", "Space", "F2"])
def test_a_labels_key_is_a_letter_or_a_digit(desk: Desk, key: str) -> None:
    page = desk.sit_down()
    change(page, "label_1", key)
    expect(page.locator("[data-part=key-told]")).to_contain_text("must be a letter or a digit")
    expect(page.locator("[data-action=label_1] [data-slot=key]")).to_have_text("1")


def test_what_is_no_label_may_have_any_key(desk: Desk) -> None:
    page = desk.sit_down()
    change(page, "undo", "Shift+Equal")
    expect(page.locator("[data-action=undo] [data-slot=key]")).to_have_text("+")


def test_a_changed_key_of_a_label_chooses_it_second_with_shift(desk: Desk) -> None:
    page = desk.sit_down()
    change(page, "label_2", "k")
    press(page, "Escape", "Shift+k", "1")
    all_saved(page)
    assert [one.second_label.key for one in Annotation.objects.all() if one.second_label] == ["denial"]


def test_the_usual_keys_come_back(desk: Desk) -> None:
    page = desk.sit_down()
    change(page, "undo", "z")
    page.locator("[data-do=reset-keys]").click()
    expect(page.locator("[data-action=undo] [data-slot=key]")).to_have_text("u")


def test_a_key_changed_offline_is_kept(desk: Desk) -> None:
    page = desk.sit_down()
    desk.context.set_offline(True)
    change(page, "undo", "z")
    desk.context.set_offline(False)
    page.reload()
    expect(page.locator(".tools [data-key=undo]")).to_have_text("z")


def test_a_changed_key_leaves_the_language_that_was_chosen_in_another_tab(seat: Seat) -> None:
    desk = seat(language="id")
    page = desk.sit_down()
    other = desk.tab()
    other.goto(f"{desk.origin}/preferences/")
    with other.expect_navigation():
        other.locator("button[name=language][value=en]").click()
    with page.expect_response(SAVED):
        change(page, "undo", "z")
    page.reload()
    language = Preference.objects.get(user=desk.cast.ani.user).language
    assert (language, page.locator("html").get_attribute("lang")) == ("en", "en")


def test_a_key_changed_on_one_persons_page_is_never_kept_as_anothers(desk: Desk) -> None:
    page = desk.sit_down()
    sign_in(desk, desk.cast.budi)
    with page.expect_response(SAVED) as answered:
        change(page, "undo", "z")
    assert answered.value.status == 409
    assert Preference.objects.get(user=desk.cast.budi.user).shortcuts == {}
    sign_in(desk, desk.cast.ani)
    with page.expect_response(SAVED):
        page.reload()
    assert Preference.objects.get(user=desk.cast.ani.user).shortcuts == {"undo": "z"}


def test_a_second_change_is_kept_where_only_the_first_one_arrives(desk: Desk) -> None:
    page = desk.sit_down()
    held: list[Route] = []
    page.route(SAVED, lambda route: route.abort() if held else held.append(route))
    change(page, "undo", "z")
    page.locator("[data-action=comment] [data-change]").click()
    press(page, "y")
    with page.expect_event("requestfailed"):
        held[0].continue_()
    page.unroute(SAVED)
    with page.expect_response(SAVED):
        page.reload()
    assert Preference.objects.get(user=desk.cast.ani.user).shortcuts == {"undo": "z", "comment": "y"}


def test_the_last_of_two_quick_changes_is_the_one_that_is_kept(desk: Desk) -> None:
    page = desk.sit_down()
    held: list[Route] = []
    page.route(SAVED, lambda route: route.continue_() if held else held.append(route))
    change(page, "undo", "z")
    page.locator("[data-action=undo] [data-change]").click()
    press(page, "y")
    page.wait_for_timeout(200)
    with page.expect_request_finished(lambda request: "y" in (request.post_data or "").split("undo")[-1]):
        held[0].continue_()
    assert Preference.objects.get(user=desk.cast.ani.user).shortcuts == {"undo": "y"}
