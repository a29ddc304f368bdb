"""`train` and `agreement` as an owner runs them."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from labeling.models import Kind, ModelVersion, Run, RunState
from tests.cast import Cast
from tests.flow.newsroom import answer, news

pytestmark = pytest.mark.django_db


def _said(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    call_command(*words, "--json")
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    return said


def test_train_with_wait_trains_here_and_now(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    answer(cast.ani, news(cast.project, 80)[:30])
    said = _said(capsys, "train", "berita", "--wait")
    assert (said["version"], said["n_labels"], 0 <= said["macro_f1"] <= 1) == (1, 30, True)


@pytest.mark.slow
def test_train_with_wait_reports_the_audit_sample_where_it_has_enough_labels(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    sentences = news(cast.project, 120, audit=24)
    answer(cast.ani, sentences[:64])
    said = _said(capsys, "train", "berita", "--wait")
    assert (said["measured_on"], 0.8 < said["macro_f1"] <= 1) == ("audit sample", True)


def test_train_with_wait_falls_back_on_cross_validation_by_its_name(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(cast.ani, news(cast.project, 80)[:30])
    assert _said(capsys, "train", "berita", "--wait")["measured_on"] == "cross-validation"


def test_train_names_the_run(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    answer(cast.ani, news(cast.project, 80)[:30])
    said = _said(capsys, "train", "berita", "--wait")
    assert ModelVersion.objects.get().run_id == said["run"]


def test_train_without_wait_only_asks(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    said = _said(capsys, "train", "berita")
    assert (Run.objects.get(pk=said["run"]).state, said["version"]) == (RunState.OWED, None)


def test_asking_twice_gives_the_training_that_is_there(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    assert _said(capsys, "train", "berita")["run"] == _said(capsys, "train", "berita")["run"]


def test_train_with_too_few_labels_ends_with_what_to_do(cast: Cast) -> None:
    with pytest.raises(CommandError, match="Label more sentences"):
        call_command("train", "berita", "--wait")


def test_an_unknown_project_is_named(cast: Cast) -> None:
    with pytest.raises(CommandError, match="no project called kabar"):
        call_command("train", "kabar")


def test_agreement_speaks_as_the_commands_page_says(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    sentences = news(cast.project, 40)
    for member in (cast.ani, cast.budi):
        answer(member, sentences)
    said = _said(capsys, "agreement", "berita")
    figures = {"krippendorff_alpha", "fleiss_kappa", "gwet_ac1", "percent", "per_label", "pairs"}
    assert figures < set(said)


def test_agreement_tells_the_populations_apart(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    sentences = news(cast.project, 40, audit=16)
    for member in (cast.ani, cast.budi):
        answer(member, sentences)
    said = _said(capsys, "agreement", "berita")
    assert (said["percent"]["n_units"], said["populations"]["audit"]["percent"]["n_units"]) == (40, 16)


def test_agreement_without_answers_is_null_with_a_reason(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    figure = _said(capsys, "agreement", "berita")["krippendorff_alpha"]
    assert (figure["value"], bool(figure["reason"])) == (None, True)


def test_agreement_leaves_its_run_done(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    _said(capsys, "agreement", "berita")
    assert Run.objects.get(kind=Kind.AGREE).state == RunState.DONE
