"""The page of an invitation."""

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from labeling.flow.invite import invite
from labeling.models import Invitation, Membership, Role
from tests.cast import PASSWORD, Cast

NEW = {"username": "eka", "password1": "hujan-di-bulan-9", "password2": "hujan-di-bulan-9", "language": "en"}


@pytest.fixture
def address(cast: Cast) -> str:
    _invitation, token = invite(project=cast.project, role=Role.ANNOTATOR, by=cast.citra.user, note="for Eka's eyes")
    return f"/invitation/{token}/"


def test_looking_does_not_use_it_up(client: Client, address: str) -> None:
    client.get(address)
    assert Invitation.objects.get().used_at is None


def test_it_says_into_what_as_what_and_by_whom(client: Client, address: str) -> None:
    page = client.get(address).content.decode()
    assert ("Join Berita" in page, "citra invites you. Your role: Annotator." in page) == (True, True)


def test_the_owners_note_is_not_shown(client: Client, address: str) -> None:
    assert "eyes" not in client.get(address).content.decode()


def test_who_joins_is_signed_in_on_the_labelling_page(client: Client, address: str) -> None:
    landed = client.post(address, NEW, follow=True)
    assert landed.redirect_chain[-1][0] == "/p/berita/annotate/"


def test_an_invited_owner_lands_on_the_overview(client: Client, cast: Cast) -> None:
    _invitation, token = invite(project=cast.project, role=Role.OWNER, by=cast.citra.user)
    landed = client.post(f"/invitation/{token}/", NEW, follow=True)
    assert (landed.redirect_chain, landed.status_code) == ([("/p/berita/", 302)], 200)


def test_the_pages_speak_the_language_that_was_chosen(client: Client, address: str) -> None:
    client.post(address, NEW | {"language": "id"})
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "id"


def test_a_visitor_gets_a_new_session_by_joining(client: Client, address: str) -> None:
    client.session.save()
    before = client.session.session_key
    client.post(address, NEW)
    assert client.session.session_key != before


@pytest.mark.parametrize("name", ["ani", "Ani"])
def test_a_name_that_is_taken_is_said_so(client: Client, address: str, name: str) -> None:
    response = client.post(address, NEW | {"username": name})
    assert (response.status_code, "has this name already" in response.content.decode()) == (422, True)


def test_what_was_typed_stays_after_an_error(client: Client, address: str) -> None:
    page = client.post(address, NEW | {"password2": "another", "language": "id"}).content.decode()
    assert ('value="eka"' in page, '<option value="id" selected>' in page) == (True, True)


@pytest.mark.parametrize(
    "wrong",
    [{"password2": "other"}, {"password1": "short", "password2": "short"}, {"language": "xx"}, {"username": "a b"}],
)
def test_an_account_that_makes_no_sense_is_not_made(client: Client, address: str, wrong: dict[str, str]) -> None:
    client.post(address, NEW | wrong)
    assert not User.objects.filter(username__in=["eka", "a b"]).exists()


def test_no_power_is_taken_from_the_form(client: Client, address: str) -> None:
    client.post(address, NEW | {"is_staff": "1", "is_superuser": "1", "role": "owner"})
    made = Membership.objects.select_related("user").get(user__username="eka")
    assert (made.user.is_staff, made.user.is_superuser, made.role) == (False, False, "annotator")


def test_somebody_signed_in_joins_as_themselves(client: Client, cast: Cast, address: str) -> None:
    client.force_login(cast.dewi.user)
    assert "Join as dewi" in client.get(address).content.decode()


def test_the_button_makes_them_a_member(client: Client, cast: Cast, address: str) -> None:
    client.force_login(cast.dewi.user)
    client.post(address)
    assert cast.project.memberships.filter(user=cast.dewi.user).exists()


def test_who_has_an_account_is_led_back_after_signing_in(client: Client, cast: Cast, address: str) -> None:
    page = client.get(address).content.decode()
    assert f'href="/sign-in/?next={address}"' in page
    sent = {"username": "dewi", "password": PASSWORD, "next": address}
    assert client.post("/sign-in/", sent).headers["Location"] == address


def test_a_used_link_says_what_to_do(client: Client, address: str) -> None:
    Client().post(address, NEW)
    response = client.get(address)
    assert (response.status_code, "Ask the owner" in response.content.decode()) == (410, True)


def test_a_stranger_learns_nothing_from_a_link_that_does_not_open(client: Client, address: str) -> None:
    never = client.get("/invitation/nonsense/").content.decode()
    Client().post(address, NEW)
    gone = client.get(address).content.decode()
    parts = [page.partition("<main")[2].partition("</main>")[0] for page in (never, gone)]
    assert parts[0] == parts[1]


def test_the_page_is_kept_in_no_cache(client: Client, address: str) -> None:
    assert "no-store" in client.get(address).headers["Cache-Control"]
