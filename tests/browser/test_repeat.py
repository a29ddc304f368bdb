"""A sentence that comes again on purpose: the page shows it as any other, in the tab that answered it before."""

import pytest
from playwright.sync_api import expect

from labeling.flow import repeat
from labeling.models import Annotation, Repeat
from tests.browser.conftest import Seat
from tests.browser.watching import all_saved, press

# As many answers lie between as the page keeps in mind, and one.
APART, TURN = 41, 52


def test_what_was_answered_in_this_tab_is_shown_again(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeat, "APART", APART)
    monkeypatch.setattr(repeat, "due", lambda _by, turns: [turn for turn in turns if turn == TURN])
    page = seat(pool=70).sit_down()
    here, shown = page.locator(".here"), [""]
    for _ in range(TURN + 1):
        expect(here).not_to_have_text(shown[-1])
        shown.append(here.inner_text())
        press(page, "1")
    all_saved(page)
    assert shown[-1] in shown[:-APART]
    assert (Repeat.objects.get().answered_at is not None, Annotation.objects.count()) == (True, TURN)
    expect(page.locator("[data-part=mine]")).to_have_text(str(TURN + 1))
