"""Language, password and shortcuts."""

import pytest
from django.conf import settings
from django.test import Client

from labeling.models import Preference
from tests.cast import PASSWORD, Cast

FETCH = {"Accept": "application/json"}


@pytest.fixture
def ani(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ani.user)
    return client


def test_the_chosen_language_is_kept(ani: Client, cast: Cast) -> None:
    ani.post("/preferences/", {"language": "id", "shortcuts_on": "1"})
    assert Preference.objects.get(user=cast.ani.user).language == "id"


def test_shortcuts_can_be_switched_off(ani: Client, cast: Cast) -> None:
    ani.post("/preferences/", {"language": "en", "shortcuts_on": ""})
    assert Preference.objects.get(user=cast.ani.user).shortcuts_on is False


def test_the_labelling_page_is_answered_with_a_bare_status(ani: Client) -> None:
    assert ani.post("/preferences/", {"shortcuts": '{"undo": "z"}'}, headers=FETCH).status_code == 204


def test_what_the_labelling_page_sends_is_kept(ani: Client, cast: Cast) -> None:
    ani.post("/preferences/", {"shortcuts": '{"undo": "z"}'}, headers=FETCH)
    assert Preference.objects.get(user=cast.ani.user).shortcuts == {"undo": "z"}


def test_what_was_not_sent_stays_as_it_was(ani: Client, cast: Cast) -> None:
    ani.post("/preferences/", {"language": "id"})
    assert Preference.objects.get(user=cast.ani.user).shortcuts_on is True


def test_the_labelling_page_leaves_the_language_alone(ani: Client, cast: Cast) -> None:
    ani.cookies[settings.LANGUAGE_COOKIE_NAME] = "id"
    response = ani.post("/preferences/", {"shortcuts": '{"undo": "z"}'}, headers=FETCH)
    assert settings.LANGUAGE_COOKIE_NAME not in response.cookies
    assert Preference.objects.get(user=cast.ani.user).language == "en"


def test_what_another_persons_page_sends_is_refused(ani: Client, cast: Cast) -> None:
    sent = {"annotator": str(cast.budi.user_id), "shortcuts": '{"undo": "z"}'}
    assert ani.post("/preferences/", sent, headers=FETCH).status_code == 409
    assert Preference.objects.get(user=cast.ani.user).shortcuts == {}


def test_what_ones_own_page_sends_is_kept(ani: Client, cast: Cast) -> None:
    sent = {"annotator": str(cast.ani.user_id), "shortcuts": '{"undo": "z"}'}
    assert ani.post("/preferences/", sent, headers=FETCH).status_code == 204


@pytest.mark.parametrize("bad", ['["x"]', '{"undo": 3}', "not json", '{"a": "%s"}' % ("x" * 50)])
def test_shortcuts_that_make_no_sense_are_refused(ani: Client, bad: str) -> None:
    assert ani.post("/preferences/", {"shortcuts": bad}, headers=FETCH).status_code == 400


def test_an_unknown_language_is_refused(ani: Client, cast: Cast) -> None:
    ani.post("/preferences/", {"language": "xx"})
    assert Preference.objects.get(user=cast.ani.user).language == "en"


def test_a_new_password_keeps_the_session(ani: Client) -> None:
    sent = {"old_password": PASSWORD, "new_password1": "hujan-di-bulan-9", "new_password2": "hujan-di-bulan-9"}
    ani.post("/preferences/password/", sent)
    assert ani.get("/").status_code == 200


@pytest.mark.parametrize("first", [False, True])
def test_a_new_password_ends_the_persons_other_sessions(client: Client, cast: Cast, first: bool) -> None:
    if first:
        cast.ani.user.set_unusable_password()
        cast.ani.user.save(update_fields=["password"])
    here, elsewhere = client, Client()
    for one in (here, elsewhere):
        one.force_login(cast.ani.user)
    new = {"new_password1": "hujan-di-bulan-9", "new_password2": "hujan-di-bulan-9"}
    here.post("/preferences/password/", new | ({} if first else {"old_password": PASSWORD}))
    assert (here.get("/").status_code, elsewhere.get("/").status_code) == (200, 302)


def test_a_new_password_ends_nobody_elses_session(ani: Client, cast: Cast) -> None:
    budi = Client()
    budi.force_login(cast.budi.user)
    sent = {"old_password": PASSWORD, "new_password1": "hujan-di-bulan-9", "new_password2": "hujan-di-bulan-9"}
    ani.post("/preferences/password/", sent)
    assert budi.get("/").status_code == 200


def test_each_of_ones_projects_can_be_left_from_here(ani: Client, cast: Cast) -> None:
    page = ani.get("/preferences/").content.decode()
    assert f'href="/p/berita/people/{cast.ani.pk}/remove/"' in page


def test_the_old_password_is_asked_for(ani: Client) -> None:
    sent = {"old_password": "guess", "new_password1": "hujan-di-bulan-9", "new_password2": "hujan-di-bulan-9"}
    assert ani.post("/preferences/password/", sent).status_code == 422


def test_who_came_by_link_chooses_a_first_password_without_an_old_one(ani: Client, cast: Cast) -> None:
    cast.ani.user.set_unusable_password()
    cast.ani.user.save(update_fields=["password"])
    ani.force_login(cast.ani.user)
    ani.post("/preferences/password/", {"new_password1": "hujan-di-bulan-9", "new_password2": "hujan-di-bulan-9"})
    cast.ani.user.refresh_from_db()
    assert cast.ani.user.check_password("hujan-di-bulan-9")


def test_a_visitor_may_choose_a_language(client: Client, db: None) -> None:
    client.post("/language/", {"language": "id", "next": "/sign-in/"})
    assert client.get("/sign-in/").headers["Content-Language"] == "id"


def test_the_switch_changes_the_preference_too(ani: Client, cast: Cast) -> None:
    ani.post("/language/", {"language": "id"})
    assert Preference.objects.get(user=cast.ani.user).language == "id"


def test_the_switch_leads_back_to_the_page_it_was_pressed_on(ani: Client) -> None:
    response = ani.post("/language/", {"language": "id", "next": "/p/berita/guideline/"})
    assert response.headers["Location"] == "/p/berita/guideline/"


def test_the_switch_never_leads_away(ani: Client) -> None:
    response = ani.post("/language/", {"language": "id", "next": "https://evil.example/"})
    assert response.headers["Location"] == "/"


def test_the_language_cookie_is_out_of_reach_of_scripts(ani: Client) -> None:
    ani.post("/language/", {"language": "id"})
    assert ani.cookies[settings.LANGUAGE_COOKIE_NAME]["httponly"]
