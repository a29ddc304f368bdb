"""The demo, labelled by its reference labels: the model learns, and its page says how good it is and why."""

import json
import random
import time
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.jobs.launching import Launcher, until
from tests.journeys.newsroom import DEMO, Person
from tests.journeys.visitor import Visitor, act

LABELS = ("claim", "denial", "condemnation", "none")
# The second annotator slips this often, so that there is something to disagree about and to doubt.
SLIPS = 0.08
AXE = DEMO.parent.parent.parent / "tests" / "browser" / "vendor" / "axe.min.js"


def reference() -> dict[str, str]:
    lines = DEMO.with_name("labels.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["sentence"]: row["label"] for row in map(json.loads, lines)}


def label_all(visitors: list[Visitor]) -> int:
    """Both label in turn until there is nothing left for either; how many answers they gave."""
    gold, drawn, given = reference(), random.Random(7), 0
    waiting: list[list[dict[str, object]]] = [[] for _ in visitors]
    idle = 0
    while idle < len(visitors):
        idle = 0
        for number, visitor in enumerate(visitors):
            sentences = visitor.insist(waiting[number])["sentences"]
            waiting[number] = [
                act(one["id"], drawn.choice(LABELS) if number and drawn.random() < SLIPS else gold[one["text"]])
                for one in sentences
            ]
            given += len(sentences)
            idle += not sentences
        # A person reads; trainings come in between as they would.
        time.sleep(0.2)
    return given


def measured(owner: Person) -> Page:
    """The model page once the version in service has been measured."""

    def done() -> bool:
        page = owner.go("/p/demo/model/")
        return page.get_by_role("heading", name="Whether its confidence can be trusted").count() > 0

    assert until(done, seconds=120), owner.page.inner_text("main")
    return owner.page


def serious(page: Page) -> list[str]:
    """What axe finds serious on the page."""
    found = page.evaluate(f"{AXE.read_text(encoding='utf-8')}; axe.run()")
    return [one["id"] for one in found["violations"] if one["impact"] in ("serious", "critical")]


def test_the_model_page_tells_an_owner_how_good_the_model_is(launch: Callable[[], Launcher], chromium: Browser) -> None:
    links = launch().ready()["links"]
    visitors = [Visitor(links[f"demo-annotator-{number}"]) for number in (1, 2)]
    assert until(lambda: bool(visitors[0].insist([])["sentences"]))
    assert label_all(visitors) >= 300

    owner = Person(chromium, links["demo-owner"])
    owner.go("/preferences/").locator("select[name=language]").first.select_option("en")
    owner.page.locator("main form button").first.click()
    page = measured(owner)
    assert page.locator("main svg[role=img]").count() >= 3
    assert serious(page) == []

    # A click on a cell of the confusion table shows its sentences.
    cell = page.locator("a[href*='/model/confusion/']").first
    shown = int(cell.inner_text())
    cell.click()
    assert page.locator("main [lang]").count() >= shown

    # Why the model reads a disputed sentence as it does, once that is decided: the worker says so within a moment.
    owner.go("/p/demo/disputes/next/").locator(".choice").first.click()
    page.locator("a[href$='/why/']").first.click()
    expect(page.locator("main mark").first).to_be_visible(timeout=60_000)
    assert serious(page) == []
    assert owner.complaints == []
