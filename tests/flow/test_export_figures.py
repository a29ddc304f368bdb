"""The figures of a card: the same as the pages have, of the moment that is exported."""

from collections.abc import Callable
from typing import Any

import pytest

from labeling.flow import export_figures
from labeling.flow.revision import revision_of
from labeling.models import AgreementReport, Annotation, Kind, ModelVersion, Selection, Sentence
from tests.cast import Cast
from tests.flow.newsroom import answer, do, news

pytestmark = pytest.mark.django_db


def figures(cast: Cast) -> dict[str, Any]:
    cast.project.refresh_from_db()
    return export_figures.of(cast.project, revision_of(cast.project))


def answered(cast: Cast, n: int = 40, *, audit: int = 16) -> list[Sentence]:
    """News of which both say the same of all but three sentences; the first `audit` are the sample."""
    sentences = news(cast.project, n, audit=audit)
    answer(cast.ani, sentences)
    answer(cast.budi, sentences[3:])
    answer(cast.budi, sentences[:3], label="none")
    return sentences


def page(cast: Cast) -> dict[str, Any]:
    do(cast.project, Kind.AGREE)
    return dict(AgreementReport.objects.latest("pk").figures)


def test_agreement_is_what_the_page_says_to_the_last_digit(cast: Cast) -> None:
    answer(cast.ani, news(cast.project, 24), label="none")
    sentences = answered(cast)
    Annotation.objects.filter(sentence__in=sentences[20:28]).update(selection=Selection.DIVERSE)
    answer(cast.ani, news(cast.project, 24), selection=Selection.UNCERTAIN)
    said = page(cast)
    assert figures(cast)["agreement"] == {
        population: {measure: said[population][measure] for measure in export_figures.MEASURES}
        for population in export_figures.POPULATIONS
    }
    assert [said[one]["gwet_ac1"]["n_units"] for one in export_figures.POPULATIONS] == [16, 8, 40]


@pytest.mark.parametrize("told", [page, lambda cast: figures(cast)["agreement"]], ids=["page", "card"])
def test_sentences_that_one_person_answered_move_no_figure_of_agreement(
    cast: Cast, told: Callable[[Cast], dict[str, Any]]
) -> None:
    answered(cast)
    before = told(cast)
    answer(cast.ani, news(cast.project, 24), label="condemnation", selection=Selection.UNCERTAIN)
    assert told(cast) == before


def test_agreement_is_of_this_moment_though_the_page_is_older(cast: Cast) -> None:
    sentences = answered(cast)
    do(cast.project, Kind.AGREE)
    answer(cast.ani, news(cast.project, 8))
    answer(cast.budi, list(Sentence.objects.exclude(pk__in=[one.pk for one in sentences])))
    assert figures(cast)["agreement"]["all"]["percent"]["n_units"] == 48


def test_a_share_weighs_each_sentence_by_the_inverse_of_its_chance(cast: Cast) -> None:
    sentences = news(cast.project, 16, audit=16)
    answer(cast.ani, sentences[:8], label="claim")
    answer(cast.ani, sentences[8:], label="none")
    Sentence.objects.filter(pk__in=[one.pk for one in sentences[8:]]).update(audit_probability=0.25)
    drawn = figures(cast)["shares"]["drawn"]
    # Eight that stand for one each, and eight that stand for four.
    assert (drawn["labels"]["claim"]["value"], drawn["n"]) == (pytest.approx(8 / 40), 16)


def test_shares_have_an_interval_and_leave_out_what_a_model_chose(cast: Cast) -> None:
    answer(cast.ani, news(cast.project, 32, audit=32))
    before = figures(cast)["shares"]["drawn"]["labels"]["denial"]
    answer(cast.ani, news(cast.project, 32), label="denial", selection=Selection.UNCERTAIN)
    after = figures(cast)["shares"]["drawn"]["labels"]["denial"]
    assert (before, before["low"] < before["value"] < before["high"], before["n"]) == (after, True, 8)


def test_sentences_of_the_sample_that_were_not_settled_are_counted(cast: Cast) -> None:
    cast.project.settle_posterior = None
    cast.project.save()
    answered(cast)
    drawn = figures(cast)["shares"]["drawn"]
    # The one of the three to which "none" was said by both is settled.
    settled = {one.text for one in Sentence.objects.all()[:3] if "Rain" in one.text}
    assert (drawn["n"], drawn["n_unsettled"]) == (13 + len(settled), 3 - len(settled))


def test_without_a_model_the_other_shares_are_not_defined_and_say_so(cast: Cast) -> None:
    answered(cast)
    shares = figures(cast)["shares"]
    for way in ("corrected", "assisted"):
        assert (shares[way]["model"], shares[way]["labels"]["claim"]["value"]) == (None, None)
        assert shares[way]["labels"]["claim"]["reason"] == "not measured"


def test_what_the_last_measured_model_said_is_told_with_its_number(cast: Cast) -> None:
    answered(cast)
    share = {"value": 0.2, "low": 0.1, "high": 0.3, "n": 12, "n_groups": 9, "reason": ""}
    none = share | {"value": None, "low": None, "high": None, "reason": "not defined (the model chose)"}
    told = {"corrected": {"claim": none}, "shares": {"assisted": {"claim": share}}, "sentences": {"ids": [4, 5, 6]}}
    for number, evaluation in ((1, {}), (2, told), (3, {})):
        ModelVersion.objects.create(
            project=cast.project, number=number, n_labels=40, n_label_events=40, evaluation=evaluation
        )
    shares = figures(cast)["shares"]
    assisted = shares["assisted"]
    assert (assisted["model"]["number"], assisted["n"], assisted["labels"]["claim"]["value"]) == (2, 3, 0.2)
    assert shares["corrected"]["labels"]["claim"]["reason"] == "not defined (the model chose)"


def test_a_project_without_answers_has_reasons_instead_of_numbers(cast: Cast) -> None:
    found = figures(cast)
    assert found["agreement"]["audit"]["krippendorff_alpha"]["value"] is None
    assert found["shares"]["drawn"]["labels"]["claim"]["reason"] == "not defined (no sentences)"
