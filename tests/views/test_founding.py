"""A project that is founded on a page."""

import pytest
from django.test import Client

from labeling.models import Project, Role
from tests.cast import Cast

PAGE = "/projects/new/"
FILLED = {"name": "Kabar Pelabuhan", "slug": "", "languages": ["id"], "overlap": "2", "audit_size": "100"}


def test_it_has_what_was_chosen(citra: Client) -> None:
    citra.post(PAGE, FILLED)
    project = Project.objects.get(slug="kabar-pelabuhan")
    assert (project.name, project.languages, project.overlap, project.audit_size) == (
        "Kabar Pelabuhan",
        ["id"],
        2,
        100,
    )


def test_who_founds_it_owns_it(citra: Client, cast: Cast) -> None:
    citra.post(PAGE, FILLED)
    member = Project.objects.get(slug="kabar-pelabuhan").memberships.get()
    assert (member.user, member.role) == (cast.citra.user, Role.OWNER)


def test_its_overview_says_what_to_do_next(citra: Client) -> None:
    response = citra.post(PAGE, FILLED, follow=True)
    assert (response.redirect_chain[-1][0], "Import articles" in response.content.decode()) == (
        "/p/kabar-pelabuhan/",
        True,
    )


@pytest.mark.parametrize(
    ("name", "bad", "said"),
    [
        ("name", "", "Write a name."),
        ("name", "新聞", "Write a short name too"),
        ("slug", "berita", "A project called berita is here already."),
        ("slug", "two words", "Write letters, digits, hyphens and underscores alone."),
        ("languages", [], "Choose at least one of the languages."),
        ("overlap", "0", "Write a whole number from 1 to 10."),
        ("audit_size", "-1", "Write a whole number from 0 to 10,000."),
    ],
)
def test_what_makes_no_sense_is_answered_with_what_to_write(citra: Client, name: str, bad: object, said: str) -> None:
    response = citra.post(PAGE, FILLED | {name: bad})
    assert (response.status_code, said in response.content.decode(), Project.objects.count()) == (422, True, 2)


def test_who_may_not_found_founds_nothing(cast: Cast, client: Client) -> None:
    client.force_login(cast.ani.user)
    assert (client.post(PAGE, FILLED).status_code, Project.objects.count()) == (404, 2)
