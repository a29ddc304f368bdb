"""Away and back: another device, a machine that slept, a tab that is closed, a server that said nonsense meanwhile."""

import datetime
import json
import time
from typing import Any

from playwright.sync_api import Page, Request, Route, expect

from labeling.flow import annotate
from labeling.models import Annotation, Lease
from tests.browser.conftest import Desk
from tests.browser.watching import SYNC, all_saved, press, text
from tests.flow.acting import answer


def sent_by(request: Request) -> dict[str, Any]:
    return json.loads(request.post_data or "{}")  # type: ignore[no-any-return]  # what the page says of itself


def with_a_clock(desk: Desk) -> Page:
    page = desk.tab()
    page.clock.install()
    page.goto(desk.address)
    page.wait_for_selector(".here:not(:empty)")
    return page


def test_what_was_answered_on_another_device_is_not_asked_again(desk: Desk) -> None:
    page = desk.sit_down()
    elsewhere = list(Lease.objects.select_related("sentence").order_by("-turn")[:4])
    annotate.submit(by=desk.cast.ani, acts=[answer(lease.sentence_id) for lease in elsewhere])
    for _ in range(5):
        press(page, "1")
    all_saved(page)
    shown = []
    for _ in range(6):
        shown.append(text(page))
        press(page, "1")
    all_saved(page)
    assert not {lease.sentence.text for lease in elsewhere} & set(shown)


def test_after_the_machine_slept_the_page_asks_what_it_still_holds(desk: Desk) -> None:
    page = with_a_clock(desk)
    press(page, "1")
    all_saved(page)
    with page.expect_request(lambda request: "/sync/" in request.url and sent_by(request)["have"] == []) as asked:
        # The clock of the wall goes on while a machine sleeps; the page's own may stand still.
        page.clock.set_system_time(datetime.datetime.now() + datetime.timedelta(hours=2))
        page.mouse.move(40, 40)
    assert sent_by(asked.value)["want"] == 10


def test_who_works_slowly_asks_before_the_leases_run_out(desk: Desk) -> None:
    page = with_a_clock(desk)
    for _ in range(2):
        for _ in range(14):
            page.clock.fast_forward(28_000)
            page.keyboard.press("Shift")
        with page.expect_request(SYNC) as asked:
            press(page, "1")
        all_saved(page)
    assert sent_by(asked.value)["want"] == 10


def test_an_answer_is_on_its_way_when_the_tab_is_closed_while_the_page_waits_to_try_again(desk: Desk) -> None:
    page = desk.sit_down()
    tries: list[Route] = []

    def fail(route: Route) -> None:
        tries.append(route)
        route.abort()

    page.route(SYNC, fail)
    press(page, "1")
    while len(tries) < 3:
        page.wait_for_timeout(50)
    page.unroute(SYNC)
    page.goto("about:blank")
    for _ in range(100):
        if Annotation.objects.given().count():
            break
        time.sleep(0.05)
    assert Annotation.objects.given().count() == 1


def test_an_answer_that_makes_no_sense_does_not_end_the_sending(desk: Desk) -> None:
    page = desk.sit_down()
    page.route(SYNC, lambda route: route.fulfill(json=None, content_type="application/json", body="null"), times=1)
    press(page, "1")
    all_saved(page)
    assert Annotation.objects.count() == 1


def test_a_sentence_comes_back_whose_answer_was_refused_with_the_whole_request(desk: Desk) -> None:
    page = desk.sit_down()
    shown = text(page)
    page.route(SYNC, lambda route: route.fulfill(status=400, json={"reason": "No such thing."}), times=1)
    press(page, "1")
    expect(page.locator("[data-part=refused-list] li")).to_have_count(1)
    seen = []
    for _ in range(12):
        seen.append(text(page))
        press(page, "1")
        page.wait_for_timeout(40)
    assert shown in seen


def test_undoing_a_refused_answer_raises_no_second_alarm(desk: Desk) -> None:
    page = desk.sit_down()
    page.route(SYNC, lambda route: route.fulfill(status=400, json={"reason": "No such thing."}), times=1)
    press(page, "1")
    refused = page.locator("[data-part=refused-list] li")
    expect(refused).to_have_count(1)
    press(page, "u")
    all_saved(page)
    expect(refused).to_have_count(1)
