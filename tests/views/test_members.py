"""Who is in a project: inviting, roles, what they hold, leaving, and their way in."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from labeling.flow import queue
from labeling.flow.people import add_person
from labeling.models import Invitation, Lease, Membership, OneTimeLink
from tests.cast import Cast, person
from tests.flow.pool_of import pool_of
from tests.views.answering import answers
from tests.views.conftest import Budget

PEOPLE = "/p/berita/people/"
NEW = {"role": "adjudicator", "note": "Eka"}
LINK = re.compile(r'value="http://testserver(/(?:link|invitation)/[^"]+)"')


def page(client: Client) -> str:
    return client.get(PEOPLE, follow=True).content.decode()


def row(client: Client, name: str) -> str:
    (found,) = (one for one in page(client).split("<tr>") if f'<th scope="row">{name}</th>' in one)
    return found


def at(member: Membership, act: str) -> str:
    return f"{PEOPLE}{member.pk}/{act}/"


def test_the_link_of_an_invitation_is_shown_and_opens(citra: Client) -> None:
    link = LINK.search(citra.post(PEOPLE, NEW).content.decode())
    assert link is not None
    assert Client().get(link[1]).status_code == 200


def test_the_next_invitation_is_for_the_same_role(citra: Client) -> None:
    assert 'value="adjudicator" selected' in citra.post(PEOPLE, NEW).content.decode()


def test_the_link_is_shown_once_only(citra: Client) -> None:
    citra.post(PEOPLE, NEW)
    assert LINK.search(page(citra)) is None


def test_the_page_with_the_link_is_kept_in_no_cache(citra: Client) -> None:
    assert "no-store" in citra.post(PEOPLE, NEW).headers["Cache-Control"]


def test_an_unknown_role_is_refused(citra: Client) -> None:
    citra.post(PEOPLE, {"role": "superuser"})
    assert not Invitation.objects.exists()


def test_open_invitations_are_listed_with_for_whom_and_by_whom(citra: Client) -> None:
    citra.post(PEOPLE, NEW)
    listed = page(citra).partition("Open invitations")[2]
    assert ("<td>Eka</td>" in listed, "<td>Adjudicator</td><td>citra</td>" in listed) == (True, True)


def test_an_invitation_that_was_taken_back_is_listed_no_more(citra: Client) -> None:
    citra.post(PEOPLE, NEW)
    citra.post(f"{PEOPLE}invitations/{Invitation.objects.get().pk}/revoke/")
    assert "Open invitations" not in page(citra)


def test_script_in_a_note_is_shown_as_text(citra: Client) -> None:
    hostile = "<script>alert(1)</script>"
    assert hostile not in citra.post(PEOPLE, NEW | {"note": hostile}).content.decode()


def test_an_owner_alone_is_told_what_to_do(db: None, cast: Cast, client: Client) -> None:
    client.force_login(cast.dewi.user)
    assert "Only you are here" in client.get("/p/lain/people/").content.decode()


def test_a_role_is_changed_in_its_place(citra: Client, cast: Cast) -> None:
    citra.post(at(cast.ani, "role"), {"role": "adjudicator"})
    assert '<option value="adjudicator" selected>' in row(citra, "ani")


@pytest.mark.parametrize("act", ["role", "remove"])
def test_the_last_owner_is_told_why_nothing_was_done(citra: Client, cast: Cast, act: str) -> None:
    told = citra.post(at(cast.citra, act), {"role": "annotator"}, follow=True).content.decode()
    assert "Make somebody else an owner first" in told


def test_who_steps_back_as_an_owner_is_led_to_a_page_that_opens(citra: Client, cast: Cast) -> None:
    Membership.objects.create(project=cast.project, user=person("eka"), role="owner")
    assert citra.post(at(cast.citra, "role"), {"role": "annotator"}, follow=True).status_code == 200


def test_what_somebody_holds_is_counted_and_handed_back(citra: Client, cast: Cast) -> None:
    pool_of(cast.project, 3)
    queue.take(by=cast.ani, want=3)
    assert '<span class="number">3</span>' in row(citra, "ani")
    told = citra.post(at(cast.ani, "hand-back"), follow=True).content.decode()
    assert ("3 sentences are in the queue again." in told, Lease.objects.filter(held=True).exists()) == (True, False)


def test_before_somebody_is_removed_the_page_says_what_becomes_of_their_answers(citra: Client, cast: Cast) -> None:
    for one in pool_of(cast.project, 2):
        answers(cast.ani, one, "claim")
    assert "2 answers stay as they are" in citra.get(at(cast.ani, "remove")).content.decode()


def test_who_is_removed_is_let_in_no_more_at_once(citra: Client, cast: Cast) -> None:
    ani = Client()
    ani.force_login(cast.ani.user)
    citra.post(at(cast.ani, "remove"))
    sync = ani.post("/p/berita/annotate/sync/", {"acts": [], "want": 1}, "application/json")
    assert (ani.get("/p/berita/annotate/").status_code, sync.status_code) == (404, 404)


def test_an_annotator_may_leave(cast: Cast, client: Client) -> None:
    client.force_login(cast.ani.user)
    assert client.post(at(cast.ani, "remove")).headers["Location"] == "/"
    assert not Membership.objects.filter(pk=cast.ani.pk).exists()


def test_an_annotator_removes_nobody_else(cast: Cast, client: Client) -> None:
    client.force_login(cast.ani.user)
    assert client.post(at(cast.budi, "remove")).status_code == 404


def test_who_was_here_is_seen(citra: Client, cast: Cast, client: Client) -> None:
    assert "not yet" in row(citra, "ani")
    ani = Client()
    ani.force_login(cast.ani.user)
    ani.get("/p/berita/guideline/")
    assert "not yet" not in row(citra, "ani")


def test_who_is_served_sentences_is_seen(cast: Cast, client: Client) -> None:
    pool_of(cast.project, 1)
    client.force_login(cast.ani.user)
    client.post("/p/berita/annotate/sync/", {"acts": [], "want": 1}, "application/json")
    cast.ani.refresh_from_db()
    assert cast.ani.seen_at is not None


def test_a_page_left_open_is_not_seen(cast: Cast, client: Client) -> None:
    """It asks by itself, and there is nothing new for it."""
    client.force_login(cast.ani.user)
    client.post("/p/berita/annotate/sync/", {"acts": [], "want": 1}, "application/json")
    cast.ani.refresh_from_db()
    assert cast.ani.seen_at is None


def test_answers_are_counted_by_person(citra: Client, cast: Cast) -> None:
    for one in pool_of(cast.project, 3):
        answers(cast.ani, one, "claim")
    assert '<td class="number">3</td><td class="number">3</td>' in row(citra, "ani")


def test_the_page_costs_the_same_with_many_people(
    citra: Client, cast: Cast, django_assert_max_num_queries: Budget
) -> None:
    for number in range(10):
        Membership.objects.create(project=cast.project, user=person(f"p{number}"))
    with django_assert_max_num_queries(6):
        citra.get(PEOPLE)


def by_links(cast: Cast) -> Membership:
    """Eka, who is in this project alone and has no password."""
    return add_person(project=cast.project, name="eka", role="annotator", by=cast.citra.user)[0]


def in_both_projects(cast: Cast) -> Membership:
    add_person(project=cast.elsewhere, name="eka", role="annotator", by=cast.dewi.user)
    return by_links(cast)


def notice(page: str) -> str:
    found = re.search(r'<section class="notice.*?</section>', page, re.DOTALL)
    assert found is not None
    return found[0]


def test_a_new_link_for_somebody_who_comes_by_links(citra: Client, cast: Cast) -> None:
    assert LINK.search(citra.post(at(by_links(cast), "link")).content.decode()) is not None


def test_nobody_gets_a_link_into_the_account_of_somebody_with_a_password(citra: Client, cast: Cast) -> None:
    citra.post(at(cast.ani, "link"))
    assert not OneTimeLink.objects.exists()


def test_no_new_link_for_somebody_of_another_project_too(citra: Client, cast: Cast) -> None:
    """Whoever holds a link holds the account, and with it the other project."""
    assert LINK.search(citra.post(at(in_both_projects(cast), "link")).content.decode()) is None


def test_somebody_of_another_project_too_is_not_said_to_have_a_password(citra: Client, cast: Cast) -> None:
    told = notice(citra.post(at(in_both_projects(cast), "link")).content.decode())
    assert ("password" in told, "in another project too" in told, "manage.py add_person" in told) == (False, True, True)


def test_somebody_with_a_password_needs_no_link(citra: Client, cast: Cast) -> None:
    told = notice(citra.post(at(cast.ani, "link")).content.decode())
    assert ("no link is needed" in told, "manage.py" in told) == (True, False)


def test_an_account_that_was_closed_is_said_to_be_closed(citra: Client, cast: Cast) -> None:
    User.objects.filter(pk=cast.ani.user_id).update(is_active=False)
    assert "no link can open" in notice(citra.post(at(cast.ani, "link")).content.decode())


@pytest.mark.parametrize(("name", "way"), [("ani", "password"), ("eka", "in another project too"), ("gita", "closed")])
def test_the_table_says_how_each_comes_in(citra: Client, cast: Cast, name: str, way: str) -> None:
    in_both_projects(cast)
    gita = add_person(project=cast.project, name="gita", role="annotator", by=cast.citra.user)[0]
    User.objects.filter(pk=gita.user_id).update(is_active=False)
    assert f'<td><span class="muted">{way}' in row(citra, name)
