"""Agreement: which answers are counted where, and figures that say why they are not there."""

import pytest

from labeling.claims import Claim
from labeling.models import AgreementReport, Annotation, Event, Exposure, Kind, Project, RunState, Selection, Sentence
from tests.cast import Cast
from tests.flow.newsroom import answer, do, news

pytestmark = pytest.mark.django_db


def _report(cast: Cast) -> AgreementReport:
    run = do(cast.project, Kind.AGREE)
    return AgreementReport.objects.get(pk=run.result["report"])


def test_people_who_always_agree_have_an_alpha_of_one(cast: Cast) -> None:
    sentences = news(cast.project, 40)
    answer(cast.ani, sentences)
    answer(cast.budi, sentences)
    assert _report(cast).figures["all"]["krippendorff_alpha"]["value"] == 1


def test_a_disagreement_lowers_the_share_that_agrees(cast: Cast) -> None:
    sentences = news(cast.project, 40)
    answer(cast.ani, sentences)
    answer(cast.budi, sentences[:30])
    answer(cast.budi, sentences[30:], label="none")
    # Of the last ten, three really are none of the others.
    assert _report(cast).figures["all"]["percent"]["value"] == pytest.approx(33 / 40)


def test_figures_come_with_their_n_and_an_interval(cast: Cast) -> None:
    sentences = news(cast.project, 40)
    answer(cast.ani, sentences)
    answer(cast.budi, sentences[:32])
    answer(cast.budi, sentences[32:], label="claim")
    figure = _report(cast).figures["all"]["krippendorff_alpha"]
    assert (figure["n_units"], figure["n_answers"], figure["low"] < figure["value"] <= figure["high"]) == (40, 80, True)


def test_the_audit_sample_is_measured_by_itself(cast: Cast) -> None:
    sentences = news(cast.project, 40, audit=16)
    for member in (cast.ani, cast.budi):
        answer(member, sentences)
    assert _report(cast).figures["audit"]["percent"]["n_units"] == 16


def test_what_a_model_chose_is_measured_by_itself(cast: Cast) -> None:
    sentences = news(cast.project, 40)
    answer(cast.ani, sentences[:30])
    answer(cast.budi, sentences[:30])
    answer(cast.ani, sentences[30:], selection=Selection.DIVERSE)
    answer(cast.budi, sentences[30:], selection=Selection.UNCERTAIN)
    assert _report(cast).figures["chosen"]["percent"]["n_units"] == 10


def test_no_second_answer_gives_a_reason_instead_of_a_figure(cast: Cast) -> None:
    answer(cast.ani, news(cast.project, 16))
    figure = _report(cast).figures["all"]["krippendorff_alpha"]
    assert (figure["value"], figure["reason"]) == (None, "not defined (no unit has two answers)")


def test_one_label_only_gives_a_reason_instead_of_a_figure(cast: Cast) -> None:
    sentences = news(cast.project, 16)
    for member in (cast.ani, cast.budi):
        answer(member, sentences, label="claim")
    figure = _report(cast).figures["all"]["krippendorff_alpha"]
    assert (figure["value"], bool(figure["reason"])) == (None, True)


def test_a_project_without_answers_gets_a_report_all_the_same(cast: Cast) -> None:
    assert _report(cast).figures["all"]["percent"]["value"] is None


def test_surplus_answers_do_not_count(cast: Cast) -> None:
    sentences = news(cast.project, 16)
    answer(cast.ani, sentences)
    answer(cast.budi, sentences)
    Annotation.objects.filter(annotator=cast.budi.user, sentence__in=sentences[:6]).update(surplus=True)
    assert _report(cast).figures["all"]["percent"]["n_units"] == 10


def test_a_label_of_its_own_has_its_own_figure(cast: Cast) -> None:
    sentences = news(cast.project, 40)
    for member in (cast.ani, cast.budi):
        answer(member, sentences)
    assert set(_report(cast).figures["all"]["per_label"]) == {"claim", "denial", "condemnation", "none"}


def test_a_second_label_softens_a_disagreement(cast: Cast) -> None:
    sentences = news(cast.project, 40)
    answer(cast.ani, sentences)
    answer(cast.budi, sentences[:30])
    answer(cast.budi, sentences[30:], label="none")
    apart = Annotation.objects.filter(annotator=cast.ani.user, sentence__in=sentences[30:]).exclude(label__key="none")
    apart.update(second_label=cast.project.labels.get(key="none"))
    figures = _report(cast).figures["all"]
    assert figures["krippendorff_alpha_masi"]["value"] > figures["krippendorff_alpha"]["value"]


def test_pairs_are_named_by_their_people(cast: Cast) -> None:
    sentences = news(cast.project, 16)
    for member in (cast.ani, cast.budi):
        answer(member, sentences)
    pair = _report(cast).figures["all"]["pairs"][0]
    assert (pair["first"], pair["second"]) == ("ani", "budi")


def test_the_report_names_the_last_event_that_it_has_heard_of(cast: Cast) -> None:
    answer(cast.ani, news(cast.project, 16))
    last = Event.objects.filter(project=cast.project).latest("pk").pk
    assert _report(cast).revision == last


def test_the_same_answers_give_the_same_figures(cast: Cast) -> None:
    sentences = news(cast.project, 40)
    answer(cast.ani, sentences)
    answer(cast.budi, sentences[:32], label="claim")
    assert _report(cast).figures == _report(cast).figures


def test_a_worker_that_lost_its_claim_publishes_no_report(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(cast.ani, news(cast.project, 16))
    monkeypatch.setattr(Claim, "finish", _lost)
    with pytest.raises(RuntimeError):
        do(cast.project, Kind.AGREE)
    assert not AgreementReport.objects.exists()


def test_the_run_ends_with_its_report(cast: Cast) -> None:
    answer(cast.ani, news(cast.project, 16))
    assert do(cast.project, Kind.AGREE).state == RunState.DONE


def test_the_run_says_how_many_answers_count_measured_or_not(cast: Cast) -> None:
    sentences = news(cast.project, 16)
    answer(cast.ani, sentences)
    answer(cast.budi, sentences[:10])
    assert do(cast.project, Kind.AGREE).result["n_answers"] == 26


def _lost(*_args: object) -> None:
    raise RuntimeError("the power went")


def test_each_language_of_several_is_measured_by_itself(cast: Cast) -> None:
    sentences = news(cast.project, 40)
    Sentence.objects.filter(pk__in=[one.pk for one in sentences[:10]]).update(lang="id")
    for member in (cast.ani, cast.budi):
        answer(member, sentences)
    figures = _report(cast).figures
    assert [figures[name]["percent"]["n_units"] for name in ("lang_id", "lang_en")] == [10, 30]


def test_one_language_alone_is_not_measured_twice(cast: Cast) -> None:
    Project.objects.filter(pk=cast.project.pk).update(languages=["en"])
    answer(cast.ani, news(cast.project, 4))
    assert set(_report(cast).figures) == {"audit", "chosen", "all", "repeats"}


def test_answers_after_a_suggestion_are_measured_apart_from_those_without(cast: Cast) -> None:
    sentences = news(cast.project, 40, audit=10)
    for member in (cast.ani, cast.budi):
        answer(member, sentences)
    Annotation.objects.update(answered_at="2026-02-02T00:00:00Z")
    seen = {"project": cast.project, "annotator": cast.ani.user, "share": 0.5}
    for one, day in ((sentences[20], "2026-02-01"), (sentences[21], "2026-02-03"), (sentences[0], "2026-02-01")):
        Exposure.objects.create(**seen, sentence=one, shown_at=f"{day}T00:00:00Z")
    figures = _report(cast).figures
    assert [figures[name]["percent"]["n_units"] for name in ("shown", "unshown")] == [1, 29]
