"""Labelling by keyboard alone."""

import pytest
from playwright.sync_api import expect

from labeling.models import Annotation, Event, State
from tests.browser.conftest import Desk
from tests.browser.watching import all_saved, press, text

pytestmark = pytest.mark.once


def test_ten_sentences_in_a_row_by_keyboard_alone(desk: Desk) -> None:
    page = desk.sit_down()
    press(page, *"1234123412")
    all_saved(page)
    assert Annotation.objects.given().count() == 10


def test_each_digit_answers_the_sentence_that_was_shown(desk: Desk) -> None:
    page = desk.sit_down()
    shown = []
    for key in "1234":
        shown.append(text(page))
        press(page, key)
    all_saved(page)
    told = {
        one.sentence.text: one.label.key for one in Annotation.objects.select_related("label", "sentence") if one.label
    }
    assert [told[one] for one in shown] == ["claim", "denial", "condemnation", "none"]


def test_the_number_pad_works(desk: Desk) -> None:
    page = desk.sit_down()
    press(page, "Numpad2")
    all_saved(page)
    assert Annotation.objects.get().label.key == "denial"  # type: ignore[union-attr]  # the answer has a label


def test_shift_and_digit_choose_a_second_label(desk: Desk) -> None:
    page = desk.sit_down()
    press(page, "Shift+Digit3", "1")
    all_saved(page)
    one = Annotation.objects.get()
    assert (one.label and one.label.key, one.second_label and one.second_label.key) == ("claim", "condemnation")


def test_the_second_label_is_cleared_by_the_same_keys(desk: Desk) -> None:
    page = desk.sit_down()
    press(page, "Shift+Digit3", "Shift+Digit3", "1")
    all_saved(page)
    assert Annotation.objects.get().second_label is None


def test_space_is_unsure(desk: Desk) -> None:
    page = desk.sit_down()
    press(page, "Space")
    all_saved(page)
    assert Annotation.objects.get().unsure


def test_b_twice_flags_boilerplate_as_none(desk: Desk) -> None:
    page = desk.sit_down()
    press(page, "b", "b")
    all_saved(page)
    one = Annotation.objects.get()
    assert (one.boilerplate, one.label and one.label.key) == (True, "none")


def test_b_and_2_flag_a_bad_segment(desk: Desk) -> None:
    page = desk.sit_down()
    press(page, "b", "2")
    all_saved(page)
    assert Annotation.objects.get().bad_segment


def test_escape_leaves_the_chooser_without_an_answer(desk: Desk) -> None:
    page = desk.sit_down()
    before = text(page)
    press(page, "b", "Escape")
    assert (text(page), page.locator("[data-part=flag-panel]").is_visible()) == (before, False)


def test_a_comment_goes_with_the_next_answer(desk: Desk) -> None:
    page = desk.sit_down()
    press(page, "c")
    page.keyboard.type("1 quote, 2 voices")
    press(page, "Enter", "2")
    all_saved(page)
    assert Annotation.objects.get().comment == "1 quote, 2 voices"


def test_a_comment_is_kept_by_whatever_ends_it_but_escape(desk: Desk) -> None:
    page = desk.sit_down()
    press(page, "c")
    page.keyboard.type("Whose figure?")
    page.locator("[data-do=unsure]").click()
    press(page, "c")
    page.keyboard.type("never mind")
    press(page, "Escape", "2")
    all_saved(page)
    assert {(one.comment, one.unsure) for one in Annotation.objects.all()} == {("Whose figure?", True), ("", False)}


def test_undo_goes_ten_steps_back_across_sentences(desk: Desk) -> None:
    page = desk.sit_down()
    shown = []
    for key in "1231231231":
        shown.append(text(page))
        press(page, key)
    back = []
    for _ in range(10):
        press(page, "u")
        back.append(text(page))
    all_saved(page)
    assert (back, Annotation.objects.given().count()) == (shown[::-1], 0)


def test_undo_shows_the_former_answer(desk: Desk) -> None:
    page = desk.sit_down()
    press(page, "2", "Backspace")
    expect(page.locator("[data-label=denial]")).to_have_attribute("aria-pressed", "true")


def test_an_undone_sentence_is_answered_anew_and_the_history_stays(desk: Desk) -> None:
    page = desk.sit_down()
    press(page, "2", "u", "3")
    all_saved(page)
    assert (Annotation.objects.get().label.key, Event.objects.filter(sentence__isnull=False).count()) == (  # type: ignore[union-attr]  # it has a label
        "condemnation",
        3,
    )


def test_undo_works_after_a_reload(desk: Desk) -> None:
    page = desk.sit_down()
    before = text(page)
    press(page, "1")
    all_saved(page)
    page.reload()
    page.wait_for_selector(".here:not(:empty)")
    press(page, "u")
    all_saved(page)
    assert (text(page), Annotation.objects.get().state) == (before, State.WITHDRAWN)


def test_a_key_that_is_held_down_answers_once(desk: Desk) -> None:
    page = desk.sit_down()
    for _ in range(5):
        page.keyboard.down("1")
    page.keyboard.up("1")
    all_saved(page)
    assert Annotation.objects.count() == 1


def test_two_quick_presses_by_hand_both_count(desk: Desk) -> None:
    page = desk.sit_down()
    press(page, "1", "1")
    all_saved(page)
    assert Annotation.objects.count() == 2


def test_a_double_click_answers_once(desk: Desk) -> None:
    page = desk.sit_down()
    page.locator("[data-label=claim]").dblclick()
    all_saved(page)
    assert Annotation.objects.count() == 1


def test_keys_with_control_are_left_to_the_browser(desk: Desk) -> None:
    page = desk.sit_down()
    before = text(page)
    press(page, "Control+1", "Alt+2")
    assert text(page) == before
