"""The seconds stored with an answer: looked at and active, on a clock that the test turns."""

import pytest
from playwright.sync_api import Page

from labeling.models import Annotation
from tests.browser.conftest import Desk
from tests.browser.watching import all_saved, press

pytestmark = pytest.mark.once


def sit_down_with_a_clock(desk: Desk) -> Page:
    page = desk.tab()
    page.clock.install()
    page.goto(desk.address)
    page.wait_for_selector(".here:not(:empty)")
    press(page, "1")
    return page


def seconds_of_the_second(page: Page) -> float:
    press(page, "2")
    all_saved(page)
    return Annotation.objects.order_by("-pk")[0].seconds


def test_the_time_that_a_sentence_was_looked_at_is_stored(desk: Desk) -> None:
    page = sit_down_with_a_clock(desk)
    page.clock.fast_forward(8_000)
    assert 8 <= seconds_of_the_second(page) < 16


def test_a_pause_counts_for_thirty_seconds_at_most(desk: Desk) -> None:
    page = sit_down_with_a_clock(desk)
    page.clock.fast_forward(300_000)
    assert 30 <= seconds_of_the_second(page) < 38
