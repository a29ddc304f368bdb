"""The owner's pages in Chromium: a bar that moves, no page wider than a phone, nothing that the policy or axe minds."""

from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page

from labeling.flow import backend_keys, quality
from labeling.flow.receive import Reading, put_by
from labeling.models import (
    AgreementReport,
    Explanation,
    ExportVersion,
    Guideline,
    GuidelineExample,
    Kind,
    Label,
    ModelVersion,
    QueueEntry,
    Run,
    RunState,
    Sentence,
    Unit,
)
from tests.browser.conftest import Desk, Seat, session_of
from tests.views.answering import answers
from tests.views.evaluated import evaluation

pytestmark = pytest.mark.once

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
QUICK = {"from": "2026-03-02T10:00:00+00:00", "to": "2026-03-02T10:01:00+00:00", "n": 12, "seconds": 0.5, "usual": 6.0}
FIGURE = {"value": 0.5, "low": 0.25, "high": 0.75, "n": 20, "n_units": 20, "n_answers": 40, "reason": ""}
DRIFT = [{**FIGURE, "from": f"2026-03-0{day}T10:00:00+00:00", "to": f"2026-03-0{day}T11:00:00+00:00"} for day in (2, 5)]
PAGES = (
    *("", "articles/", "articles/{source}/", "runs/", "runs/{run}/", "model/", "agreement/", "disputes/"),
    *("exports/", "people/", "guideline/", "settings/", "find/?q=a", "find/?q=", "sentences/{sentence}/why/"),
    *("sentences/", "sentences/{sentence}/", "imports/{upload}/", "suspects/", "quality/", "people/{ani}/quality/"),
    *("guideline/edit/", "guideline/versions/", "guideline/changes/", "sentences/{sentence}/example/"),
    *("labels/", "labels/{label}/", "labels/{label}/merge/", "settings/rule/", "questions/", "label-studio/"),
    *("disputes/waiting/", "disputes/decided/", "disputes/{sentence}/"),
    *("model/confusion/claim/denial/", "model/confusion/none/claim/", "label-studio/backend/"),
)


@pytest.fixture(autouse=True)
def _label_studio(monkeypatch: pytest.MonkeyPatch) -> None:
    """One server may be spoken to."""
    monkeypatch.setattr(settings, "LABEL_STUDIO_SERVERS", ["https://labels.example.org"])


def furnish(desk: Desk) -> dict[str, int]:
    """A project with something on every page; the keys that its addresses need."""
    project = desk.cast.project
    first, second, *_rest = Sentence.objects.filter(project=project)
    answers(desk.cast.ani, first, "claim", comment="Who says so?")
    answers(desk.cast.budi, first, "denial")
    answers(desk.cast.ani, second, "none")
    figures = {"metrics": {"cross_validation": {"macro_f1": FIGURE}}, "evaluation": evaluation(first, second)}
    project.version = ModelVersion.objects.create(
        project=project, number=1, path="x", sha256="x", n_labels=3, n_label_events=3, **figures
    )
    project.save(update_fields=["version"])
    QueueEntry.objects.create(
        project=project, version=project.version, place=0, sentence=second, selection="uncertain", score=0.9
    )
    keys = Label.objects.filter(project=project).values_list("key", flat=True)
    measured = {"krippendorff_alpha": FIGURE, "percent": FIGURE, "per_label": dict.fromkeys(keys, FIGURE)}
    people = quality.measure(project)
    people[str(desk.cast.ani.user_id)] |= {"drift": DRIFT, "streaks": {"n": 1, "rows": [QUICK]}}
    AgreementReport.objects.create(project=project, revision=3, people=people, **agreed(measured, list(keys)))
    run = Run.objects.create(project=project, kind=Kind.IMPORT, state=RunState.FAILED, error="The file is gone.")
    Run.objects.create(project=project, kind=Kind.EXPORT, state=RunState.DONE, result={"rows": 3, "revision": 3})
    there = {"url": "https://labels.example.org", "remote": 4, "created": 1204, "updated": 3, "unchanged": 0}
    left = {"task": 81234, "annotation": 977, "reason": "The annotation was deleted there. Its answer stays here."}
    told = {**there, "n_conflicts": 1, "conflicts": [left]}
    Run.objects.create(project=project, kind=Kind.PULL, state=RunState.DONE, result=told)
    backend_keys.note(backend_keys.make(project=project, by=desk.cast.citra.user)[0], {"hostname": there["url"]})
    changes = {"added": 1204, "relabelled": 12, "removed": 3}
    ExportVersion.objects.create(
        project=project, number=1, revision=3, path="gone", n_rows=3, n_judgements=4, changes=changes
    )
    word = {"text": first.text[:4], "start": 0, "end": 4, "weight": 0.5}
    words = [{"label": key, "probability": 0.25, "for": [word], "against": [word]} for key in keys]
    Explanation.objects.create(project=project, version=project.version, sentence=first, words=words)
    Sentence.objects.filter(pk=second.pk).update(sought_at="2026-01-02T00:00:00Z", slots_free=1)
    claim = project.labels.get(key="claim")
    GuidelineExample.objects.create(project=project, sentence=first, label=claim, note="Somebody says so.")
    Guideline.objects.create(project=project, number=2, text_en="# Rules", text_id="# Aturan", note="Much shorter.")
    table = b"kalimat,label,pelabel\nHujan turun.,opini,ani\n,,\n"
    reading = Reading(Unit.SENTENCE, options={"columns": {"text": "kalimat"}})
    upload = put_by(project=project, by=desk.cast.citra.user, name="kabar.csv", content=table, reading=reading)
    places = {"source": first.source_id, "run": run.pk, "sentence": first.pk, "label": claim.pk, "upload": upload.pk}
    return places | {"ani": desk.cast.ani.pk}


def agreed(measured: dict[str, object], keys: list[str]) -> dict[str, object]:
    """Something in every part of the agreement page."""
    pair = {"first": "ani", "second": "budi", "cohen_kappa": FIGURE, "percent": FIGURE}
    cells = [[1] * len(keys)] * len(keys)
    table = {"labels": keys, "units": cells, "pairs": cells, "of_label": cells[0], "n_units": 4, "n_pairs": 4}
    return {
        "figures": {"audit": measured, "all": {**measured, "pairs": [pair]}, "repeats": FIGURE},
        "confusions": [{"population": name, **table} for name in ("audit", "all")],
        "weeks": [{"monday": f"2026-01-{day}", "all": measured, "audit": measured} for day in (12, 19)],
    }


def as_owner(desk: Desk) -> Page:
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(desk.cast.citra), "url": desk.origin}
    desk.context.add_cookies([cookie])  # type: ignore[list-item]  # a plain dict is what the browser takes
    return desk.tab()


def addresses(desk: Desk) -> list[str]:
    keys = furnish(desk)
    inside = [f"{desk.origin}/p/berita/{page.format(**keys)}" for page in PAGES]
    return [f"{desk.origin}/", f"{desk.origin}/preferences/", f"{desk.origin}/projects/new/", *inside]


def test_the_bar_moves_without_a_reload(desk: Desk) -> None:
    run = Run.objects.create(project=desk.cast.project, kind=Kind.IMPORT, state=RunState.RUNNING, done=1, total=9)
    page = as_owner(desk)
    page.goto(f"{desk.origin}/p/berita/runs/{run.pk}/")
    page.evaluate("window.untouched = true")
    Run.objects.filter(pk=run.pk).update(done=5)
    page.wait_for_selector("progress[value='5']")
    assert page.evaluate("window.untouched") is True


def test_the_bar_ends_in_the_report(desk: Desk) -> None:
    run = Run.objects.create(project=desk.cast.project, kind=Kind.IMPORT, state=RunState.RUNNING, done=1, total=9)
    page = as_owner(desk)
    page.goto(f"{desk.origin}/p/berita/runs/{run.pk}/")
    result = {"added": 7, "articles": 1, "n_refused": 1, "refused": [{"line": 4, "reason": "there is no text"}]}
    Run.objects.filter(pk=run.pk).update(state=RunState.DONE, result=result)
    assert page.wait_for_selector("text=there is no text") is not None


def test_the_card_of_the_predictions_becomes_that_of_their_push(desk: Desk) -> None:
    project = desk.cast.project
    then = {"url": "https://labels.example.org", "remote": 4}
    first = Run.objects.create(
        project=project, kind=Kind.PREDICT, state=RunState.RUNNING, options={"pool": True, "then": then}
    )
    page = as_owner(desk)
    page.goto(f"{desk.origin}/p/berita/label-studio/")
    push = Run.objects.create(project=project, kind=Kind.PUSH, state=RunState.RUNNING, done=2, total=9)
    Run.objects.filter(pk=first.pk).update(state=RunState.DONE, result={"version": 1, "rows": 9, "run": push.pk})
    page.wait_for_selector(f"#run-{push.pk} progress[value='2']")
    assert (page.query_selector(f"#run-{first.pk}"), desk.complaints) == (None, [])


def test_a_field_that_is_wrong_has_the_colour_of_an_error(desk: Desk) -> None:
    page = as_owner(desk)
    page.goto(f"{desk.origin}/p/berita/exports/")
    page.select_option("#licence_licence", "other")
    page.press("#licence_text_licence", "Enter")
    page.wait_for_selector("[aria-invalid=true]")
    colour = "selector => getComputedStyle(document.querySelector(selector)).borderTopColor"
    assert page.evaluate(colour, "#licence_other") == page.evaluate(
        "getComputedStyle(document.querySelector('#licence_other ~ .errorlist')).color"
    )


@pytest.mark.parametrize("language", ["en", "id"])
def test_no_page_is_wider_than_a_small_phone(seat: Seat, language: str) -> None:
    desk = seat(viewport={"width": 320, "height": 640}, language=language)
    page = as_owner(desk)
    wide = []
    for address in addresses(desk):
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            wide.append(address)
    assert wide == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_mend(seat: Seat, scheme: str) -> None:
    desk = seat(color_scheme=scheme, bypass_csp=True)
    page = as_owner(desk)
    found = []
    for address in addresses(desk):
        page.goto(address)
        page.evaluate(AXE)
        broken = page.evaluate("axe.run().then(found => found.violations.map(one => [one.id, one.nodes[0].html]))")
        found += [(address, *one) for one in broken]
    assert found == []


def test_the_policy_and_the_console_have_nothing_to_say(desk: Desk) -> None:
    page = as_owner(desk)
    for address in addresses(desk):
        page.goto(address)
    assert desk.complaints == []
