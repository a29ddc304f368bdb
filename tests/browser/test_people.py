"""Inviting and joining in Chromium: by keyboard alone, on a small phone, in the dark."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from labeling.flow import queue
from labeling.flow.invite import invite
from labeling.flow.tokens import make
from labeling.models import Membership, Role
from tests.browser.conftest import Desk, Seat
from tests.browser.keyboard import tab_to
from tests.browser.test_pages import AXE, as_owner

pytestmark = pytest.mark.once


def invitation(desk: Desk) -> str:
    cast = desk.cast
    _invitation, token = invite(project=cast.project, role=Role.ANNOTATOR, by=cast.citra.user, note="for eka")
    return f"{desk.origin}/invitation/{token}/"


def furnished(desk: Desk) -> list[str]:
    """Addresses of pages with something on them, for an owner."""
    cast = desk.cast
    queue.take(by=cast.ani, want=3)
    make(name="a script with a rather long name", by=cast.citra.user)
    people = f"{desk.origin}/p/berita/people/"
    return [invitation(desk), people, f"{people}{cast.ani.pk}/remove/", f"{desk.origin}/preferences/tokens/"]


def visits(desk: Desk, page: Page, addresses: list[str]) -> Iterator[str]:
    """The addresses in turn; the first comes again at the end, for a visitor who is not signed in."""
    for address in addresses:
        page.goto(address)
        yield address
    desk.context.clear_cookies(name="sessionid")
    page.goto(addresses[0])
    yield f"{addresses[0]} signed out"


@pytest.mark.parametrize("language", ["en", "id"])
def test_no_page_about_people_is_wider_than_a_small_phone(seat: Seat, language: str) -> None:
    desk = seat(viewport={"width": 320, "height": 640}, language=language)
    page = as_owner(desk)
    widths = {
        address: page.evaluate("document.documentElement.scrollWidth")
        for address in visits(desk, page, furnished(desk))
    }
    assert {address: width for address, width in widths.items() if width > 320} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_mend(seat: Seat, scheme: str) -> None:
    desk = seat(color_scheme=scheme, bypass_csp=True)
    page = as_owner(desk)
    found = []
    for address in visits(desk, page, furnished(desk)):
        page.evaluate(AXE)
        broken = page.evaluate("axe.run().then(found => found.violations.map(one => [one.id, one.nodes[0].html]))")
        found += [(address, *one) for one in broken]
    assert found == []


def test_an_owner_invites_by_keyboard_alone(desk: Desk) -> None:
    page = as_owner(desk)
    page.goto(f"{desk.origin}/p/berita/people/")
    tab_to(page, "#id_role")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#id_note")
    page.keyboard.type("Eka")
    page.keyboard.press("Enter")
    page.wait_for_selector("#invitation-link")
    assert "Adjudicator: a link for Eka" in page.inner_text("main")


def test_who_is_invited_joins_by_keyboard_alone(desk: Desk) -> None:
    address = invitation(desk)
    desk.context.clear_cookies(name="sessionid")
    page = desk.tab()
    page.goto(address)
    for field, typed in (("username", "eka"), ("password1", "hujan-di-bulan-9"), ("password2", "hujan-di-bulan-9")):
        tab_to(page, f"#id_{field}")
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.wait_for_selector(".here:not(:empty)")
    assert Membership.objects.get(user__username="eka").role == Role.ANNOTATOR


def test_the_policy_and_the_console_have_nothing_to_say(desk: Desk) -> None:
    page = as_owner(desk)
    for _address in visits(desk, page, furnished(desk)):
        continue
    assert desk.complaints == []
