"""Who is in a project, and their way in."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from labeling.flow.people import add_person
from labeling.models import Membership, OneTimeLink
from tests.cast import Cast, person
from tests.flow.pool_of import pool_of
from tests.views.answering import answers
from tests.views.conftest import Budget

NEW = {"name": "eka", "role": "annotator"}


def test_a_new_person_is_a_member(citra: Client, cast: Cast) -> None:
    citra.post("/p/berita/people/", NEW)
    assert cast.project.memberships.get(user__username="eka").role == "annotator"


def test_the_link_of_a_new_person_is_shown_and_works(citra: Client) -> None:
    page = citra.post("/p/berita/people/", NEW).content.decode()
    link = re.search(r'value="http://testserver(/link/[^"]+)"', page)
    assert link is not None
    assert Client().post(link[1]).headers["Location"] == "/"


def test_the_link_is_shown_once_only(citra: Client) -> None:
    citra.post("/p/berita/people/", NEW)
    assert "http://testserver/link/" not in citra.get("/p/berita/people/").content.decode()


def test_the_page_with_the_link_is_kept_in_no_cache(citra: Client) -> None:
    assert "no-store" in citra.post("/p/berita/people/", NEW).headers["Cache-Control"]


def test_a_name_that_cannot_be_is_refused_with_a_sentence(citra: Client) -> None:
    assert "errorlist" in citra.post("/p/berita/people/", {**NEW, "name": "a b/c"}).content.decode()


def test_an_unknown_role_is_refused(citra: Client) -> None:
    citra.post("/p/berita/people/", {**NEW, "role": "superuser"})
    assert not Membership.objects.filter(user__username="eka").exists()


def test_a_new_link_for_somebody_who_comes_by_links(citra: Client, cast: Cast) -> None:
    citra.post("/p/berita/people/", NEW)
    eka = cast.project.memberships.get(user__username="eka")
    citra.post(f"/p/berita/people/{eka.pk}/link/")
    assert OneTimeLink.objects.filter(user=eka.user).count() == 2


def test_nobody_gets_a_link_into_the_account_of_somebody_with_a_password(citra: Client, cast: Cast) -> None:
    citra.post(f"/p/berita/people/{cast.ani.pk}/link/")
    assert not OneTimeLink.objects.exists()


def test_answers_are_counted_by_person(citra: Client, cast: Cast) -> None:
    for one in pool_of(cast.project, 3):
        answers(cast.ani, one, "claim")
    page = citra.get("/p/berita/people/").content.decode()
    assert '<td class="number">3</td><td class="number">3</td>' in page


def test_the_page_costs_the_same_with_many_people(
    citra: Client, cast: Cast, django_assert_max_num_queries: Budget
) -> None:
    for number in range(10):
        Membership.objects.create(project=cast.project, user=person(f"p{number}"))
    with django_assert_max_num_queries(5):
        citra.get("/p/berita/people/")


def test_an_owner_gets_no_link_into_the_account_of_another_projects_member(citra: Client, cast: Cast) -> None:
    """Whoever holds a link holds the account, and with it the other project."""
    add_person(project=cast.elsewhere, name="eka", role="annotator", by=cast.dewi.user)
    assert "http://testserver/link/" not in citra.post("/p/berita/people/", NEW).content.decode()


def test_an_owner_gives_a_new_link_to_a_person_who_is_theirs_alone(citra: Client, cast: Cast) -> None:
    joined, _ = add_person(project=cast.project, name="eka", role="annotator", by=cast.citra.user)
    assert "http://testserver/link/" in citra.post(f"/p/berita/people/{joined.pk}/link/").content.decode()


def test_no_new_link_for_somebody_of_another_project_too(citra: Client, cast: Cast) -> None:
    add_person(project=cast.elsewhere, name="eka", role="annotator", by=cast.dewi.user)
    joined, _ = add_person(project=cast.project, name="eka", role="annotator", by=cast.citra.user)
    assert "http://testserver/link/" not in citra.post(f"/p/berita/people/{joined.pk}/link/").content.decode()


def shared(cast: Cast) -> Membership:
    """Somebody without a password who is in both projects."""
    add_person(project=cast.elsewhere, name="eka", role="annotator", by=cast.dewi.user)
    return add_person(project=cast.project, name="eka", role="annotator", by=cast.citra.user)[0]


def notice(page: str) -> str:
    found = re.search(r'<section class="notice.*?</section>', page, re.DOTALL)
    assert found is not None
    return found[0]


def test_somebody_of_another_project_too_is_not_said_to_have_a_password(citra: Client, cast: Cast) -> None:
    joined = shared(cast)
    told = notice(citra.post(f"/p/berita/people/{joined.pk}/link/").content.decode())
    assert ("password" in told, "in another project too" in told, "manage.py add_person" in told) == (False, True, True)


def test_adding_somebody_of_another_project_says_who_can_let_them_in(citra: Client, cast: Cast) -> None:
    add_person(project=cast.elsewhere, name="eka", role="annotator", by=cast.dewi.user)
    assert "manage.py add_person" in notice(citra.post("/p/berita/people/", NEW).content.decode())


def test_somebody_with_a_password_needs_no_link(citra: Client, cast: Cast) -> None:
    told = notice(citra.post(f"/p/berita/people/{cast.ani.pk}/link/").content.decode())
    assert ("no link is needed" in told, "manage.py" in told) == (True, False)


def test_an_account_that_was_closed_is_said_to_be_closed(citra: Client, cast: Cast) -> None:
    User.objects.filter(pk=cast.ani.user_id).update(is_active=False)
    assert "no link can open" in notice(citra.post(f"/p/berita/people/{cast.ani.pk}/link/").content.decode())


@pytest.mark.parametrize(("name", "way"), [("ani", "password"), ("eka", "in another project too"), ("gita", "closed")])
def test_the_table_says_how_each_comes_in(citra: Client, cast: Cast, name: str, way: str) -> None:
    shared(cast)
    gita = add_person(project=cast.project, name="gita", role="annotator", by=cast.citra.user)[0]
    User.objects.filter(pk=gita.user_id).update(is_active=False)
    rows = citra.get("/p/berita/people/").content.decode().split("<tr>")
    (row,) = (one for one in rows if f'<th scope="row">{name}</th>' in one)
    assert re.findall('<span class="muted">([^<]*)</span></td>\\s*</tr>', row)[0].startswith(way)
