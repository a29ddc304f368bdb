"""How far people agree."""

import html
import re

import pytest
from django.test import Client

from labeling.models import AgreementReport, Kind, Run
from tests.cast import Cast
from tests.flow.pool_of import pool_of
from tests.views.answering import answers


def alpha(value: float | None, reason: str = "") -> dict[str, object]:
    return {"value": value, "low": 0.5, "high": 0.9, "n_units": 40, "n_answers": 80, "reason": reason}


def measured(cast: Cast, value: float | None, reason: str = "") -> None:
    figures = {"audit": {"krippendorff_alpha": alpha(value, reason), "per_label": {"claim": alpha(0.5)}}}
    AgreementReport.objects.create(project=cast.project, revision=7, figures=figures)


def page(client: Client) -> str:
    return client.get("/p/berita/agreement/").content.decode()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.8, "Reliable:"),
        (0.799, "Usable for"),
        (0.667, "Usable for"),
        (0.666, "Not yet usable:"),
        (None, "not defined"),
    ],
)
def test_alpha_has_a_verdict_in_words(citra: Client, cast: Cast, value: float | None, said: str) -> None:
    measured(cast, value)
    assert said in page(citra)


def test_a_perfect_alpha_on_a_handful_of_sentences_is_no_verdict(citra: Client, cast: Cast) -> None:
    figures = {"audit": {"krippendorff_alpha": {**alpha(1.0), "n_units": 29}}}
    AgreementReport.objects.create(project=cast.project, revision=7, figures=figures)
    assert "Too few sentences" in page(citra)


def test_what_is_not_defined_says_why(citra: Client, cast: Cast) -> None:
    measured(cast, None, "all answers are the same")
    assert "all answers are the same" in page(citra)


def test_each_label_has_its_own_alpha(citra: Client, cast: Cast) -> None:
    measured(cast, 0.8)
    assert "alpha, Claim" in page(citra)


def test_each_language_of_several_is_shown_by_itself(citra: Client, cast: Cast) -> None:
    figures = {"lang_id": {"krippendorff_alpha": alpha(0.7)}, "lang_en": {"krippendorff_alpha": alpha(0.8)}}
    AgreementReport.objects.create(project=cast.project, revision=7, figures=figures)
    shown = page(citra)
    assert ('<th scope="row">Bahasa Indonesia ' in shown, '<th scope="row">English ' in shown) == (True, True)


def paired(cast: Cast, *pairs: tuple[str, str, float]) -> None:
    told = [
        {"first": first, "second": second, "cohen_kappa": alpha(share - 0.1), "percent": alpha(share)}
        for first, second, share in pairs
    ]
    AgreementReport.objects.create(project=cast.project, revision=7, figures={"all": {"pairs": told}})


def test_a_pair_leads_to_the_sentences_on_which_they_differ(citra: Client, cast: Cast) -> None:
    same, apart = pool_of(cast.project, 2)
    for member, label in ((cast.ani, "claim"), (cast.budi, "denial")):
        answers(member, same, "claim")
        answers(member, apart, label)
    paired(cast, ("ani", "budi", 0.5))
    link = re.search(r'href="(/p/berita/sentences/[^"]+)"', page(citra))
    listed = citra.get(html.unescape(link[1])).content.decode() if link else ""
    assert (apart.text in listed, same.text in listed) == (True, False)


def test_the_pair_that_agrees_least_comes_first(citra: Client, cast: Cast) -> None:
    paired(cast, ("ani", "budi", 0.9), ("ani", "citra", 0.4))
    shown = page(citra)
    assert shown.index("ani, citra") < shown.index("ani, budi")


def test_an_account_that_is_gone_takes_its_pairs_along(citra: Client, cast: Cast) -> None:
    paired(cast, ("ani", "nobody-any-more", 0.9))
    assert "By pair" not in page(citra)


def test_nothing_measured_yet_says_what_to_do(citra: Client) -> None:
    assert "Not measured yet" in page(citra)


def test_measure_now_owes_a_run(citra: Client) -> None:
    citra.post("/p/berita/agreement/measure/")
    assert Run.objects.get().kind == Kind.AGREE
