"""What the agreement page says of a report, and of what came since."""

import html
import re
from typing import Any

import pytest
from django.test import Client

from labeling.models import AgreementReport, Dispute, Event, Kind, Membership, Project, Run, Verb
from tests.cast import Cast, adjudicator
from tests.flow.newsroom import do
from tests.flow.pool_of import pool_of
from tests.views.answering import answers
from tests.views.conftest import Budget


def told(value: float | None, low: float = 0.7, high: float = 0.9, n: int = 40, reason: str = "") -> dict[str, Any]:
    return {"value": value, "low": low, "high": high, "n_units": n, "n_answers": 2 * n, "reason": reason}


def reported(cast: Cast, figures: dict[str, Any] | None = None, **parts: Any) -> AgreementReport:
    revision = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 1
    return AgreementReport.objects.create(project=cast.project, revision=revision, figures=figures or {}, **parts)


def page(client: Client) -> str:
    return " ".join(client.get("/p/berita/agreement/").content.decode().split())


def table(labels: list[str], units: list[list[int]], of_label: list[int], population: str = "all") -> dict[str, Any]:
    counted = {"units": units, "pairs": units, "of_label": of_label, "n_units": 9, "n_pairs": 9}
    return {"population": population, "labels": labels, **counted}


def week(monday: str, n: int, value: float = 0.75) -> dict[str, Any]:
    figures = {"krippendorff_alpha": told(value, n=n), "percent": told(0.8, n=n)}
    return {"monday": monday, "all": figures, "audit": None}


def test_how_many_more_sentences_would_make_it_sure(citra: Client, cast: Cast) -> None:
    reported(cast, {"audit": {"krippendorff_alpha": told(0.9, low=0.6)}})
    # The interval reaches .3 below, the border lies .1 below: nine times 40 sentences, and 40 are there.
    assert "about 320 more sentences with two answers are needed" in page(citra)


def test_a_sure_verdict_says_so(citra: Client, cast: Cast) -> None:
    reported(cast, {"audit": {"krippendorff_alpha": told(0.9, low=0.85)}})
    assert "So is its whole interval." in page(citra)


def test_beside_the_sample_stands_what_the_model_chose_and_why_it_is_lower(citra: Client, cast: Cast) -> None:
    reported(cast, {"audit": {"krippendorff_alpha": told(0.9)}, "chosen": {"krippendorff_alpha": told(0.612)}})
    shown = page(citra)
    assert ("0.612" in shown, "hard for people too" in shown) == (True, True)


def test_the_page_says_that_answers_asked_for_when_others_differ_are_left_out(citra: Client, cast: Cast) -> None:
    reported(cast)
    assert "asked for because the others differed is left out" in page(citra)


@pytest.mark.parametrize(("n", "said"), [(0, ""), (1, "1 answer came"), (3, "3 answers came")])
def test_a_report_older_than_the_answers_says_by_how_many(citra: Client, cast: Cast, n: int, said: str) -> None:
    reported(cast)
    for _ in range(n):
        Event.objects.create(project=cast.project, verb=Verb.ANSWERED)
    found = re.search(r"\d+ answers? came", page(citra))
    assert (found[0] if found else "") == said


def test_looking_owes_no_run(citra: Client, cast: Cast) -> None:
    reported(cast)
    Event.objects.create(project=cast.project, verb=Verb.ANSWERED)
    page(citra)
    assert not Run.objects.exists()


def test_each_label_has_its_figures_against_the_rest(citra: Client, cast: Cast) -> None:
    rest = {"fleiss_kappa": told(0.411), "gwet_ac1": told(0.422), "percent": told(0.433)}
    figures = {"krippendorff_alpha": told(0.9), "per_label": {"claim": told(0.401)}, "against_rest": {"claim": rest}}
    reported(cast, {"audit": figures})
    shown = page(citra)
    assert all(value in shown for value in ("0.401", "0.411", "0.422", "0.433"))


def test_labels_stand_beside_a_picture_of_them(citra: Client, cast: Cast) -> None:
    reported(cast, {"audit": {"krippendorff_alpha": told(0.9), "per_label": {"claim": told(0.4)}}})
    assert "<title>Agreement by label</title>" in page(citra)


@pytest.mark.parametrize(("masi", "there"), [(told(0.512), True), (told(None, reason="not measured"), False)])
def test_second_labels_have_a_column_where_there_are_any(
    citra: Client, cast: Cast, masi: dict[str, Any], there: bool
) -> None:
    reported(cast, {"all": {"krippendorff_alpha": told(0.5), "krippendorff_alpha_masi": masi}})
    assert ("Alpha with second labels" in page(citra)) is there


def test_a_number_of_confused_sentences_leads_to_them(citra: Client, cast: Cast) -> None:
    apart, same = pool_of(cast.project, 2)
    for sentence, label in ((apart, "denial"), (same, "claim")):
        answers(cast.ani, sentence, "claim")
        answers(cast.budi, sentence, label)
    do(cast.project, Kind.AGREE)
    link = re.search(r'href="(/p/berita/sentences/\?label=claim&amp;also_label=denial)"', page(citra))
    listed = citra.get(html.unescape(link[1])).content.decode() if link else ""
    assert (apart.text in listed, same.text in listed) == (True, False)


def test_a_number_of_the_sample_leads_to_the_sample(citra: Client, cast: Cast) -> None:
    reported(cast, confusions=[table(["claim", "none"], [[1, 2], [2, 0]], [3, 2], "audit")])
    assert "?label=claim&amp;also_label=none&amp;status=audit" in page(citra)


def test_confusions_have_their_share_of_the_row(citra: Client, cast: Cast) -> None:
    reported(cast, confusions=[table(["claim", "none"], [[1, 2], [2, 0]], [4, 2])])
    assert "50%</span>" in page(citra)


def test_a_label_that_is_there_no_more_is_left_out_of_the_table(citra: Client, cast: Cast) -> None:
    reported(cast, confusions=[table(["claim", "gone"], [[1, 2], [2, 0]], [4, 2])])
    assert "also_label=gone" not in page(citra)


def test_weeks_are_told_the_latest_first(citra: Client, cast: Cast) -> None:
    reported(cast, weeks=[week("2026-01-05", 20), week("2026-01-12", 20)])
    shown = page(citra)
    assert 0 < shown.index('datetime="2026-01-12"') < shown.index('datetime="2026-01-05"')


def test_a_week_with_few_sentences_says_so(citra: Client, cast: Cast) -> None:
    reported(cast, weeks=[week("2026-01-05", 9, value=0.123)])
    shown = page(citra)
    assert ("too few sentences" in shown, "0.123" in shown) == (True, False)


def test_two_weeks_make_a_line(citra: Client, cast: Cast) -> None:
    reported(cast, weeks=[week("2026-01-05", 20), week("2026-01-12", 20)])
    assert "<title>Agreement by week</title>" in page(citra)


def test_one_week_makes_none(citra: Client, cast: Cast) -> None:
    reported(cast, weeks=[week("2026-01-05", 20), week("2026-01-12", 9)])
    assert "<title>Agreement by week</title>" not in page(citra)


def test_how_steady_people_are_is_told_of_all_together(citra: Client, cast: Cast) -> None:
    reported(cast, {"repeats": told(0.94, n=60)})
    shown = page(citra)
    assert ("0.94" in shown, "60 sentences" in shown) == (True, True)


def test_pairs_who_share_a_handful_come_last(citra: Client, cast: Cast) -> None:
    pairs = [
        {"first": "ani", "second": other, "cohen_kappa": told(0.1, n=n), "percent": told(share, n=n)}
        for other, share, n in (("budi", 0.2, 3), ("citra", 0.9, 30))
    ]
    reported(cast, {"all": {"pairs": pairs}})
    shown = page(citra)
    assert shown.index("ani, citra") < shown.index("ani, budi")


def test_the_page_counts_the_disputes_that_are_open(citra: Client, cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    parts = dict.fromkeys(("disagreement", "uncertainty", "rarity", "priority"), 1.0)
    Dispute.objects.create(project=cast.project, sentence=sentence, n_answers=2, **parts)
    assert "1 disputed sentence<" in page(citra)


def furnished(cast: Cast, people: list[Membership], n: int) -> None:
    for sentence in pool_of(cast.project, n, audit=n // 2):
        for member, label in zip(people, ("claim", "denial", "none"), strict=False):
            answers(member, sentence, label)
    do(cast.project, Kind.AGREE)


@pytest.mark.parametrize("n", [2, 30])
def test_the_page_costs_the_same_however_much_there_is(
    citra: Client, cast: Cast, django_assert_max_num_queries: Budget, n: int
) -> None:
    furnished(cast, [cast.ani, cast.budi, cast.citra], n)
    with django_assert_max_num_queries(10):
        page(citra)


def test_a_report_of_an_earlier_version_is_shown(citra: Client, cast: Cast) -> None:
    reported(cast, {"all": {"krippendorff_alpha": told(0.7), "pairs": [], "per_label": {"claim": told(None)}}})
    assert "All sentences together" in page(citra)


def test_of_many_pairs_those_who_agree_least_are_shown(
    citra: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labeling.flow.agreement_report.MOST_PAIRS", 1)
    pairs = [
        {"first": "ani", "second": other, "cohen_kappa": told(0.1), "percent": told(share)}
        for other, share in (("budi", 0.8), ("citra", 0.7))
    ]
    reported(cast, {"all": {"pairs": pairs}})
    shown = page(citra)
    assert ("ani, citra" in shown, "ani, budi" in shown, "These are 1 of 2 pairs" in shown) == (True, False, True)


@pytest.mark.parametrize(("hides", "told_of"), [(True, False), (False, True)])
def test_an_adjudicator_reads_of_pairs_where_names_are_not_hidden(
    cast: Cast, client: Client, hides: bool, told_of: bool
) -> None:
    Project.objects.filter(pk=cast.project.pk).update(hides_names=hides)
    client.force_login(adjudicator(cast).user)
    pair = {"first": "ani", "second": "budi", "cohen_kappa": told(0.1), "percent": told(0.2)}
    reported(cast, {"all": {"pairs": [pair]}})
    assert ("ani, budi" in page(client)) is told_of
