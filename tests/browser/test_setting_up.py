"""A project for ten people, set up through the pages alone and by keyboard alone, in both languages."""

from pathlib import Path

import pytest
from django.db.models import Count
from playwright.sync_api import Page

from labeling import work
from labeling.models import Annotation, Label, Membership, Preference, Project, Run, Selection
from tests.browser.conftest import Desk, Seat
from tests.browser.keyboard import attach, choose, follow, skip, write
from tests.browser.test_pages import as_owner
from tests.browser.watching import all_saved, press, text

PASSWORD = "hujan-di-bulan-9"
ROLES = {f"annotator-{n}": "annotator" for n in range(1, 9)} | {f"adjudicator-{n}": "adjudicator" for n in (1, 2)}
LANGUAGES = {name: "id" if place % 2 else "en" for place, name in enumerate(ROLES)}
ROWS = "".join(
    f"Juru bicara {n} menyebut jembatan {n} dibuka.,Jembatan,{'ya' if n < 3 else ''},ani\n" for n in range(70)
)
SUBMIT = "main form button.primary"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "kabar.csv"
    path.write_text("kalimat,judul,pendapat,oleh\n" + ROWS, encoding="utf-8")
    return path


def found_it(page: Page, language: str) -> None:
    """From the first page to a project with a label and a guideline of its own."""
    if page.get_attribute("html", "lang") != language:
        follow(page, f"button[name=language][value={language}]")
    follow(page, "a[href='/projects/new/']")
    write(page, {"#id_name": "Pelabuhan", "#id_overlap": "2", "#id_audit_size": "10"})
    follow(page, SUBMIT)
    skip(page)
    follow(page, "main a[href='/p/pelabuhan/labels/']")
    write(page, {"#id_name_en": "Promise", "#id_name_id": "Janji"})
    choose(page, "input[name=colour]", "7")
    write(page, {"#id_description_en": "What somebody will do.", "#id_description_id": "Yang akan dilakukan."})
    follow(page, SUBMIT)
    follow(page, "a[href='/p/pelabuhan/guideline/']")
    skip(page)
    follow(page, "a[href='/p/pelabuhan/guideline/edit/']")
    skip(page)
    write(page, {"#id_text_en": "# Promises", "#id_text_id": "# Janji", "#id_note": "Ours."})
    follow(page, SUBMIT)


def bring_in(page: Page, table: Path) -> None:
    """A table with columns and a label of its own, by way of the page that asks what they mean."""
    follow(page, "a[href='/p/pelabuhan/articles/']")
    skip(page)
    attach(page, "#id_file", table)
    choose(page, "select[name=unit]", "sentence")
    follow(page, "form[enctype] button.primary")
    choose(page, "select[name=column-2]", "label")
    choose(page, "select[name=column-3]", "annotator")
    follow(page, "main form .toolbar button")
    assert page.evaluate("document.activeElement.id") == "look"
    choose(page, "fieldset select", "claim")
    follow(page, "button[name=import]")
    work.perform(Run.objects.get(state="owed").pk)
    page.wait_for_selector(".badge.ok")


def invite_all(page: Page) -> dict[str, str]:
    """The link of each."""
    follow(page, "a[href='/p/pelabuhan/people/']")
    links = {}
    for name, role in ROLES.items():
        choose(page, "#id_role", role)
        write(page, {"#id_note": name})
        with page.expect_navigation():
            page.keyboard.press("Enter")
        links[name] = page.input_value("#invitation-link:focus")
    return links


def join(desk: Desk, name: str, link: str) -> Page:
    """Open the link, choose name, password and language, and land on the labelling page."""
    desk.context.clear_cookies(name="sessionid")
    page = desk.tab()
    page.goto(link)
    write(page, {"#id_username": name, "#id_password1": PASSWORD, "#id_password2": PASSWORD})
    choose(page, "#id_language", LANGUAGES[name])
    follow(page, SUBMIT)
    page.wait_for_selector(".here:not(:empty)")
    return page


def label_two(page: Page) -> None:
    for key in ("1", "5"):
        first = text(page)
        press(page, key)
        page.wait_for_function("before => document.querySelector('.here').textContent !== before", arg=first)
    all_saved(page)
    page.close()


@pytest.mark.parametrize("language", ["en", "id"])
def test_an_owner_sets_up_a_project_for_ten_people_by_keyboard(seat: Seat, table: Path, language: str) -> None:
    desk = seat(pool=0)
    page = as_owner(desk)
    page.goto(f"{desk.origin}/")
    found_it(page, language)
    bring_in(page, table)
    for name, link in invite_all(page).items():
        label_two(join(desk, name, link))
    assert (settings(), people(), answers(), desk.complaints) == (
        (["id", "en"], 2, "Janji", 7, 2),
        (ROLES | {"citra": "owner"}, LANGUAGES),
        (dict.fromkeys(ROLES, 2), {"claim": 10, "promise": 10}, 3),
        [],
    )


def settings() -> tuple[list[str], int, str, int, int]:
    """What the owner said of the project: languages, overlap, the label's name and colour, the guideline's version."""
    project = Project.objects.get(slug="pelabuhan")
    label = Label.objects.get(project=project, key="promise")
    return project.languages, project.overlap, label.name_id, label.colour, project.current_guideline().number


def people() -> tuple[dict[str, str], dict[str, str]]:
    """Who has which role, and which language those who joined chose."""
    roles = Membership.objects.filter(project__slug="pelabuhan").values_list("user__username", "role")
    chosen = Preference.objects.filter(user__username__in=ROLES).values_list("user__username", "language")
    return dict(roles), dict(chosen)


def answers() -> tuple[dict[str, int], dict[str, int], int]:
    """How many answers each person gave, how often each label was given, and how many labels came with the table."""
    rows = Annotation.objects.filter(project__slug="pelabuhan")
    given = rows.exclude(selection=Selection.IMPORTED).order_by()
    people = given.values_list("annotator__username").annotate(n=Count("pk"))
    labels = given.values_list("label__key").annotate(n=Count("pk"))
    return dict(people), dict(labels), rows.filter(selection=Selection.IMPORTED).count()
