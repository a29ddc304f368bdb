"""Signing in, out, and by a one-time link."""

import logging
import re
from collections.abc import Iterator
from io import StringIO

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from labeling.flow.people import add_person, new_link
from labeling.models import OneTimeLink, Preference
from tests.cast import PASSWORD, Cast


def sign_in(client: Client, name: str, password: str = PASSWORD, **more: str) -> str:
    response = client.post("/sign-in/", {"username": name, "password": password, **more})
    return str(response.headers.get("Location", ""))


def test_the_right_password_opens_the_list_of_projects(cast: Cast, client: Client) -> None:
    assert sign_in(client, "ani") == "/"


def test_a_wrong_password_is_answered_with_a_sentence(cast: Cast, client: Client) -> None:
    page = client.post("/sign-in/", {"username": "ani", "password": "wrong"})
    assert "do not belong together" in page.content.decode()


def test_after_signing_in_the_page_that_was_wanted_opens(cast: Cast, client: Client) -> None:
    assert sign_in(client, "ani", next="/p/berita/annotate/") == "/p/berita/annotate/"


@pytest.mark.parametrize(
    "foreign", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_a_foreign_address_is_never_opened(cast: Cast, client: Client, foreign: str) -> None:
    assert sign_in(client, "ani", next=foreign) == "/"


def test_signing_in_speaks_the_persons_language(cast: Cast, client: Client) -> None:
    Preference.objects.filter(user=cast.ani.user).update(language="id")
    sign_in(client, "ani")
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "id"


def test_signing_in_gives_a_new_session_key(cast: Cast, client: Client) -> None:
    client.session.save()
    before = client.session.session_key
    sign_in(client, "ani")
    assert client.session.session_key != before


def test_signing_out_ends_the_session(cast: Cast, client: Client) -> None:
    client.force_login(cast.ani.user)
    client.post("/sign-out/")
    assert "sessionid" not in client.cookies or not client.cookies["sessionid"].value


def locked_out(client: Client, settings: Settings) -> tuple[int, str]:
    settings.AXES_ENABLED = True
    for _attempt in range(settings.AXES_FAILURE_LIMIT):
        page = client.post("/sign-in/", {"username": "ani", "password": "wrong"})
    return page.status_code, page.content.decode()


def test_guessing_is_slowed_down_with_a_plain_sentence(cast: Cast, client: Client, settings: Settings) -> None:
    status, page = locked_out(client, settings)
    assert (status, "Wait 15 minutes" in page) == (429, True)


def test_who_is_locked_out_is_told_the_time_that_is_set(cast: Cast, client: Client, settings: Settings) -> None:
    settings.AXES_COOLOFF_TIME = 0.5
    assert "Wait 30 minutes" in locked_out(client, settings)[1]


def test_who_forgot_a_password_is_sent_to_whom_can_reset_it(cast: Cast, client: Client, settings: Settings) -> None:
    """An owner cannot: somebody with a password gets no link."""
    _status, page = locked_out(client, settings)
    assert ("manage.py changepassword" in page, "one-time link" in page) == (True, False)


def test_looking_at_a_link_does_not_use_it_up(cast: Cast, client: Client) -> None:
    token = new_link(user=cast.ani.user)
    client.get(f"/link/{token}/")
    assert OneTimeLink.objects.get().used_at is None


def test_a_link_says_whose_it_is(cast: Cast, client: Client) -> None:
    assert "ani" in client.get(f"/link/{new_link(user=cast.ani.user)}/").content.decode()


def test_the_button_of_a_link_signs_in(cast: Cast, client: Client) -> None:
    client.post(f"/link/{new_link(user=cast.ani.user)}/")
    assert client.get("/").status_code == 200


def test_a_link_opens_once(cast: Cast, client: Client) -> None:
    token = new_link(user=cast.ani.user)
    client.post(f"/link/{token}/")
    assert Client().post(f"/link/{token}/").status_code == 410


def test_a_used_link_says_what_to_do(cast: Cast, client: Client) -> None:
    OneTimeLink.objects.all().delete()
    assert "Ask the owner" in client.get("/link/nonsense/").content.decode()


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What the one handler of the settings writes meanwhile."""
    (handler,) = (one for one in logging.getLogger().handlers if one.name == "stderr")
    assert isinstance(handler, logging.StreamHandler)
    written = StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


def test_a_link_that_still_opens_does_not_stand_in_the_log(cast: Cast, log: StringIO) -> None:
    """A browser without the cookie is refused, and that is logged with the address: whoever reads it could sign in."""
    token = new_link(user=cast.ani.user)
    Client(enforce_csrf_checks=True).post(f"/link/{token}/")
    assert (token in log.getvalue(), ": /link/***/" in log.getvalue()) == (False, True)


@pytest.mark.parametrize("address", ["/invitation/abc-DEF_1/", "/sign-in/?next=/invitation/abc-DEF_1/&a=b"])
def test_an_invitation_is_masked_like_a_link(log: StringIO, address: str) -> None:
    logging.getLogger("django.request").error("Forbidden: %s", address)
    assert f"Forbidden: {address.replace('abc-DEF_1', '***')}" in log.getvalue()


def test_a_link_is_masked_where_its_slashes_are_written_as_codes(log: StringIO) -> None:
    logging.getLogger("django.request").error("Not Found: %s", "/sign-in/?next=%2Finvitation%2Fabc-DEF_1%2F")
    assert "abc-DEF_1" not in log.getvalue()


@pytest.mark.parametrize("name", ["django.request", "django.server", "gunicorn.error", "celery.worker"])
def test_every_program_writes_its_log_without_tokens(name: str, log: StringIO) -> None:
    logging.getLogger(name).error("Error handling request %s/", "/link/abc-DEF_1")
    assert "Error handling request /link/***/" in log.getvalue()


def test_a_token_is_no_more_in_the_log_for_an_error_that_names_it(log: StringIO) -> None:
    try:
        raise RuntimeError("You called http://testserver/link/abc/ by POST")
    except RuntimeError:
        logging.getLogger("django.request").exception("Internal Server Error: %s", "/link/abc/")
    assert ("abc" in log.getvalue(), "RuntimeError" in log.getvalue()) == (False, True)


def test_a_line_that_cannot_be_written_harms_nobody(log: StringIO) -> None:
    logging.getLogger("labeling").error("%d of %d: %s", "/link/abc/")
    assert ("abc" in log.getvalue(), "%d of %d" in log.getvalue()) == (False, True)


def test_an_address_of_the_people_page_is_logged_whole(log: StringIO) -> None:
    logging.getLogger("django.request").error("Forbidden: %s", "/p/berita/people/7/link/")
    assert '/p/berita/people/7/link/"' in log.getvalue()


def test_who_comes_by_link_is_told_of_passwords(cast: Cast, client: Client) -> None:
    _membership, token = add_person(project=cast.project, name="eka", role="annotator", by=cast.citra.user)
    Preference.objects.filter(user__username="eka").update(language="en")
    page = client.post(f"/link/{token}/", follow=True).content.decode()
    assert re.search("choose a password under Preferences", page)


def test_who_comes_by_link_is_told_how_long_they_stay_signed_in(cast: Cast, client: Client) -> None:
    _membership, token = add_person(project=cast.project, name="eka", role="annotator", by=cast.citra.user)
    Preference.objects.filter(user__username="eka").update(language="en")
    page = client.post(f"/link/{token}/", follow=True).content.decode()
    assert "You are signed in, and stay so in this browser for 30 days." in page


def test_nobody_may_make_an_account_for_themselves(db: None, client: Client) -> None:
    client.post("/sign-in/", {"username": "eka", "password": PASSWORD, "is_staff": "1"})
    assert not User.objects.exists()
