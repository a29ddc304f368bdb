"""Keys can be switched off and changed (WCAG 2.1.4), and stay so."""

import pytest
from playwright.sync_api import Page, expect

from labeling.models import Annotation, Preference
from tests.browser.conftest import Desk
from tests.browser.watching import all_saved, press, text


def change(page: Page, action: str, key: str) -> None:
    """Give `action` another key, through the dialog."""
    press(page, "?")
    page.locator(f"[data-action={action}] [data-change]").click()
    press(page, key)


def switch_off(page: Page) -> None:
    press(page, "?")
    with page.expect_response("**/preferences/") as answered:
        page.locator("#shortcuts-on").uncheck()
    assert answered.value.status == 204
    press(page, "Escape")


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
    with page.expect_response("**/preferences/"):
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
