"""Founding a project, and who may."""

import pytest
from django.contrib.auth.models import Permission

from labeling.errors import AlreadyHere, Refused
from labeling.flow.found import create_project, may_found
from labeling.models import Label, Project, Role
from tests.cast import Cast, person


def test_who_owns_a_project_may_found_another(cast: Cast) -> None:
    assert may_found(cast.dewi.user)


def test_an_annotator_may_not(cast: Cast) -> None:
    assert not may_found(cast.ani.user)


def test_whom_an_operator_allowed_may(cast: Cast) -> None:
    cast.ani.user.user_permissions.add(Permission.objects.get(codename="add_project"))
    assert may_found(type(cast.ani.user).objects.get(pk=cast.ani.user.pk))


def test_the_first_person_of_a_server_may(db: None) -> None:
    first, second = person("eka"), person("fajar")
    assert (may_found(first), may_found(second)) == (True, False)


def test_a_short_name_is_made_of_the_name(cast: Cast) -> None:
    assert create_project(by=cast.citra.user, name="Kabar Pelabuhan").slug == "kabar-pelabuhan"


def test_a_short_name_that_is_taken_gets_a_number(cast: Cast) -> None:
    assert create_project(by=cast.citra.user, name="Berita").slug == "berita-2"


def test_a_short_name_that_was_asked_for_and_is_taken_is_refused(cast: Cast) -> None:
    with pytest.raises(AlreadyHere, match="called berita is here already"):
        create_project(by=cast.citra.user, slug="berita")


def test_a_name_without_a_letter_of_an_address_wants_a_short_name(cast: Cast) -> None:
    with pytest.raises(Refused, match="Write a short name too"):
        create_project(by=cast.citra.user, name="新聞")


@pytest.mark.parametrize("languages", [(), ("fr",)])
def test_a_project_has_a_language_that_is_known(cast: Cast, languages: tuple[str, ...]) -> None:
    with pytest.raises(Refused, match="at least one"):
        create_project(by=cast.citra.user, slug="x", languages=languages)


def test_who_founds_owns(cast: Cast) -> None:
    project = create_project(by=cast.citra.user, slug="baru")
    assert project.memberships.get().role == Role.OWNER


def test_it_begins_with_the_usual_labels_in_colours_of_their_own(cast: Cast) -> None:
    project = create_project(by=None, slug="baru")
    told = Label.objects.filter(project=project).values_list("key", "colour")
    assert list(told) == [("claim", 1), ("denial", 2), ("condemnation", 3), ("none", 4)]


def test_what_is_refused_leaves_no_project(cast: Cast) -> None:
    with pytest.raises(Refused):
        create_project(by=cast.citra.user, slug="baru", overlap=11)
    assert not Project.objects.filter(slug="baru").exists()
