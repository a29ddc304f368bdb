"""Answers are never lost: no network, no session, a server in trouble, two tabs, a browser that stores nothing."""

import json

from playwright.sync_api import Page, Route, expect

from labeling.models import Annotation, Event, Verb
from tests.browser.conftest import Desk, session_of
from tests.browser.watching import SYNC, all_saved, press, text, unsaved


def refuse_all(page: Page, status: int, body: dict[str, object]) -> None:
    page.route(SYNC, lambda route: route.fulfill(status=status, json=body))


def test_labels_given_offline_are_saved_once_after_a_reload(desk: Desk) -> None:
    page = desk.sit_down()
    desk.context.set_offline(True)
    press(page, *"12341")
    unsaved(page, 5)
    desk.context.set_offline(False)
    page.reload()
    all_saved(page)
    assert Event.objects.filter(verb=Verb.ANSWERED).count() == Annotation.objects.given().count() == 5


def test_labels_given_offline_are_sent_as_soon_as_the_network_is_back(desk: Desk) -> None:
    page = desk.sit_down()
    desk.context.set_offline(True)
    press(page, *"1234")
    unsaved(page, 4)
    desk.context.set_offline(False)
    all_saved(page)
    assert Annotation.objects.given().count() == 4


def test_the_tab_is_closed_offline_and_another_one_sends(desk: Desk) -> None:
    page = desk.sit_down()
    desk.context.set_offline(True)
    press(page, *"123")
    unsaved(page, 3)
    page.close()
    desk.context.set_offline(False)
    all_saved(desk.sit_down())
    assert Annotation.objects.given().count() == 3


def test_sentences_answered_offline_are_not_shown_again_after_a_reload(desk: Desk) -> None:
    page = desk.sit_down()
    desk.context.set_offline(True)
    answered = []
    for key in "123":
        answered.append(text(page))
        press(page, key)
    desk.context.set_offline(False)
    page.reload()
    page.wait_for_selector(".here:not(:empty)")
    assert text(page) not in answered


def test_without_network_the_used_up_stock_is_explained(desk: Desk) -> None:
    page = desk.sit_down()
    desk.context.set_offline(True)
    press(page, *"1" * 10)
    expect(page.locator("[data-part=empty-text]")).to_contain_text("used up")


def test_an_answer_that_was_saved_but_not_acknowledged_is_kept_once(desk: Desk) -> None:
    page = desk.sit_down()
    lost: list[Route] = []

    def lose_the_first_reply(route: Route) -> None:
        route.fetch()
        lost.append(route)
        if len(lost) == 1:
            route.abort()
        else:
            route.continue_()

    page.route(SYNC, lose_the_first_reply)
    press(page, "1")
    all_saved(page)
    assert Event.objects.filter(verb=Verb.ANSWERED).count() == 1


def test_signed_out_answers_stay_and_are_sent_after_signing_in(desk: Desk) -> None:
    page = desk.sit_down()
    desk.context.clear_cookies(name="sessionid")
    press(page, "1", "2")
    expect(page.locator("[data-part=signed-out]")).to_be_visible()
    unsaved(page, 2)
    desk.context.add_cookies([{"name": "sessionid", "value": session_of(desk.cast.ani), "url": desk.origin}])
    page.evaluate("dispatchEvent(new Event('focus'))")
    all_saved(page)
    assert Annotation.objects.given().count() == 2


def test_the_way_to_sign_in_opens_a_new_tab_and_leads_back(desk: Desk) -> None:
    page = desk.sit_down()
    desk.context.clear_cookies(name="sessionid")
    press(page, "1")
    with desk.context.expect_page() as opened:
        page.locator("[data-part=sign-in]").click()
    assert "next=%2Fp%2Fberita%2Fannotate%2F" in opened.value.url


def test_a_new_csrf_token_is_used_at_the_next_send(desk: Desk) -> None:
    page = desk.sit_down()
    desk.context.clear_cookies(name="csrftoken")
    desk.context.add_cookies([{"name": "csrftoken", "value": "n" * 32, "url": desk.origin}])
    press(page, "1")
    all_saved(page)
    assert Annotation.objects.count() == 1


def test_an_answer_from_one_tab_leaves_the_other(desk: Desk) -> None:
    first, second = desk.sit_down(), desk.sit_down()
    answered = text(first)
    press(first, "1")
    expect(second.locator(".here")).not_to_have_text(answered)


def test_two_tabs_save_every_answer_once(desk: Desk) -> None:
    first, second = desk.sit_down(), desk.sit_down()
    for page in (first, second, first, second):
        press(page, "1", "2")
        page.wait_for_timeout(60)
    all_saved(first)
    all_saved(second)
    assert Annotation.objects.given().count() == Event.objects.filter(verb=Verb.ANSWERED).count() == 8


def test_a_refused_answer_is_shown_with_its_reason_until_dismissed(desk: Desk) -> None:
    page = desk.sit_down()
    shown = text(page)

    def refuse(route: Route) -> None:
        acts = json.loads(route.request.post_data or "{}")["acts"]
        receipts = [{"key": act["key"], "saved": False, "reason": "The label is gone."} for act in acts]
        route.fulfill(json={"receipts": receipts, "sentences": [], "progress": None, "empty": None})

    page.route(SYNC, refuse)
    press(page, "1")
    refused = page.locator("[data-part=refused]")
    expect(refused).to_contain_text(shown)
    expect(refused).to_contain_text("The label is gone.")
    refused.get_by_role("button").click()
    expect(refused).to_be_hidden()


def test_a_batch_that_is_refused_as_a_whole_costs_only_the_act_at_fault(desk: Desk) -> None:
    page = desk.sit_down()
    desk.context.set_offline(True)
    press(page, "1", "4", "2")
    unsaved(page, 3)

    def refuse_nones(route: Route) -> None:
        acts = json.loads(route.request.post_data or "{}")["acts"]
        if any(act["label"] == "none" for act in acts):
            route.fulfill(status=400, json={"reason": "No such thing."})
        else:
            route.continue_()

    page.route(SYNC, refuse_nones)
    desk.context.set_offline(False)
    all_saved(page)
    expect(page.locator("[data-part=refused-list] li")).to_have_count(1)
    assert Annotation.objects.count() == 2


def test_a_server_in_trouble_is_asked_again(desk: Desk) -> None:
    page = desk.sit_down()
    refuse_all(page, 503, {})
    press(page, "1")
    expect(page.locator("[data-part=failing]")).to_be_visible()
    page.unroute(SYNC)
    all_saved(page)
    assert Annotation.objects.count() == 1


def test_a_page_that_is_not_ours_is_no_receipt(desk: Desk) -> None:
    page = desk.sit_down()
    page.route(SYNC, lambda route: route.fulfill(status=200, body="<html>Welcome to the hotel</html>"))
    press(page, "1")
    expect(page.locator("[data-part=failing]")).to_be_visible()
    unsaved(page, 1)


def test_blocked_storage_is_said_and_answers_are_sent_all_the_same(desk: Desk) -> None:
    desk.context.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"
    )
    page = desk.sit_down()
    desk.context.set_offline(True)
    press(page, "1")
    expect(page.locator("[data-part=memory]")).to_be_visible()
    desk.context.set_offline(False)
    all_saved(page)
    assert Annotation.objects.count() == 1


def test_a_sentence_undone_while_its_answer_is_on_the_way_stays(desk: Desk) -> None:
    page = desk.sit_down()
    shown = text(page)
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        held.append(route)

    page.route(SYNC, hold_the_first)
    press(page, "1")
    page.wait_for_timeout(300)
    press(page, "2", "u", "u")
    held[0].continue_()
    all_saved(page)
    assert text(page) == shown


def test_answers_are_never_kept_as_another_persons(desk: Desk) -> None:
    page = desk.sit_down()
    desk.context.clear_cookies(name="sessionid")
    desk.context.add_cookies([{"name": "sessionid", "value": session_of(desk.cast.budi), "url": desk.origin}])
    press(page, "1")
    expect(page.locator("[data-part=refusing-reason]")).to_contain_text("Somebody else")
    assert Annotation.objects.count() == 0
