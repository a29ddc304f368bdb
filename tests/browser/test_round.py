"""The whole round of a dispute by keyboard: two answers differ, a third person, a blind verdict, guideline, export."""

import json
import re
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from labeling import work
from labeling.models import Annotation, GuidelineExample, Membership, Preference, Role, Run, Selection, Sentence
from labeling.sweeping import tidy
from tests.browser.conftest import Desk, Seat, session_of
from tests.browser.keyboard import choose, follow, skip, tab_to
from tests.browser.watching import all_saved, press, reads_on, text
from tests.cast import adjudicator, person
from tests.flow.pool_of import pool_of

SENTENCES = 3


def enter(desk: Desk, member: Membership, language: str, where: str) -> Page:
    """A page of the project, as `member` has it before them."""
    Preference.objects.filter(user=member.user).update(language=language)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(member), "url": desk.origin}
    desk.context.add_cookies([cookie])  # type: ignore[list-item]  # a plain dict is what the browser takes
    page = desk.tab()
    page.goto(f"{desk.origin}/p/berita/{where}")
    return page


def label(desk: Desk, member: Membership, language: str, keys: dict[str, str], *, n: int) -> None:
    """Answer `n` sentences, each by its key in `keys`, else as none of the labels."""
    page = enter(desk, member, language, "annotate/")
    page.wait_for_selector(".here:not(:empty)")
    for left in reversed(range(n)):
        read = text(page)
        press(page, keys.get(read, "4"))
        if left:
            page.wait_for_function("read => document.querySelector('.here').textContent !== read", arg=read)
    all_saved(page)
    page.close()


def settle(desk: Desk, ada: Membership, language: str) -> None:
    """Blind, then with everything in view: truly ambiguous, and an example for the guideline."""
    page = enter(desk, ada, language, "disputes/")
    follow(page, ".start a")
    assert re.search(r"\b(ani|budi|eka)\b", page.content()) is None
    reads_on(page, "blind")
    press(page, "2")
    expect(page.locator("tr:has(td strong .swatch)")).to_have_count(3)
    reads_on(page, "open")
    press(page, "t", "w")
    page.keyboard.type("Both stand in it.")
    press(page, "Escape", "e")
    expect(page.locator(".notice.success")).to_be_visible()
    page.close()


def take_away(desk: Desk, language: str, folder: Path) -> dict[str, object]:
    """The one sentence of the export that somebody decided."""
    page = enter(desk, desk.cast.citra, language, "exports/")
    skip(page)
    choose(page, "input[name=to]", "jsonl")
    follow(page, "main form button.primary")
    work.perform(Run.objects.get(state="owed", kind="export").pk)
    page.reload()
    skip(page)
    tab_to(page, "main a.button[href*='/exports/']")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    download.value.save_as(folder / "round.zip")
    with zipfile.ZipFile(folder / "round.zip") as archive:
        lines = [line for name in archive.namelist() if name.endswith(".jsonl") for line in archive.open(name)]
    decided = [row for row in map(json.loads, lines) if row.get("label_source") == "adjudicated"]
    page.close()
    (one,) = decided
    return dict(one)


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_dispute_goes_its_whole_way_by_keyboard(seat: Seat, tmp_path: Path, language: str) -> None:
    desk = seat(pool=0, language=language)
    project = desk.cast.project
    project.overlap = 2
    project.save(update_fields=["overlap"])
    sentence = pool_of(project, SENTENCES)[1]
    eka = Membership.objects.create(project=project, user=person("eka"), role=Role.ANNOTATOR)
    label(desk, desk.cast.ani, language, {sentence.text: "1"}, n=SENTENCES)
    label(desk, desk.cast.budi, language, {sentence.text: "2"}, n=SENTENCES)
    tidy()
    label(desk, eka, language, {sentence.text: "3"}, n=1)
    tidy()
    settle(desk, adjudicator(desk.cast), language)
    row = take_away(desk, language, tmp_path)
    third = Annotation.objects.get(annotator=eka.user)
    example = GuidelineExample.objects.get()
    assert (third.sentence_id, third.selection) == (sentence.pk, Selection.TIE_BREAK)
    assert (example.sentence_id, example.label.key, example.note) == (sentence.pk, "denial", "Both stand in it.")
    assert (row["text"], row["label"], row["flags"]) == (sentence.text, "denial", ["ambiguous"])
    assert row["soft_label"] == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0])
    assert (Sentence.objects.get(pk=sentence.pk).slots_free, desk.complaints) == (0, [])
