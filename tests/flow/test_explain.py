"""A sentence explained by the model in service."""

import pytest

from labeling import jobs, learning, work
from labeling.claims import Claim
from labeling.errors import LostClaim
from labeling.flow import explain
from labeling.models import Explanation, Kind, ModelVersion, Project, Run, RunState, Sentence
from tests.cast import Cast
from tests.flow.newsroom import answer, model_file, news, trained, truth
from tests.views.test_why import WORDS


def owed(project: Project, sentence: int) -> Run:
    return jobs.owe(project=project, kind=Kind.EXPLAIN, by=None, options={"sentence": sentence})


def done(project: Project, sentence: int) -> Run:
    run = owed(project, sentence)
    work.perform(run.pk)
    run.refresh_from_db()
    return run


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that always says the same."""
    monkeypatch.setattr(learning, "explain", lambda _version, _sentence: WORDS)


@pytest.fixture
def sentence(cast: Cast) -> Sentence:
    row, *_rest = news(cast.project, 8)
    cast.project.version = ModelVersion.objects.create(
        project=cast.project, number=3, path="x", sha256="x", n_labels=4, n_label_events=4
    )
    cast.project.save(update_fields=["version"])
    return row


def test_what_the_model_says_is_kept(cast: Cast, sentence: Sentence, told: None) -> None:
    run = done(cast.project, sentence.pk)
    assert (run.state, run.result) == (RunState.DONE, {"sentence": sentence.pk, "version": 3})
    assert Explanation.objects.get(version=cast.project.version, sentence=sentence).words == WORDS


def test_explaining_again_keeps_one(cast: Cast, sentence: Sentence, told: None) -> None:
    for _ in range(2):
        done(cast.project, sentence.pk)
    assert Explanation.objects.count() == 1


def test_a_newer_version_has_an_explanation_of_its_own(cast: Cast, sentence: Sentence, told: None) -> None:
    done(cast.project, sentence.pk)
    cast.project.version = ModelVersion.objects.create(
        project=cast.project, number=4, path="x", sha256="x", n_labels=4, n_label_events=4
    )
    cast.project.save(update_fields=["version"])
    done(cast.project, sentence.pk)
    assert set(Explanation.objects.values_list("version__number", flat=True)) == {3, 4}


def test_without_a_model_the_reason_is_said(cast: Cast, told: None) -> None:
    (row,) = news(cast.project, 1)
    run = done(cast.project, row.pk)
    assert (run.state, run.error) == (RunState.FAILED, "There is no model yet. Train one, then ask again.")


@pytest.mark.parametrize("elsewhere", [True, False])
def test_a_sentence_that_is_not_here_is_refused(cast: Cast, sentence: Sentence, told: None, elsewhere: bool) -> None:
    (other,) = news(cast.elsewhere, 1)
    run = done(cast.project, other.pk if elsewhere else other.pk + 99)
    assert (run.state, run.error) == (RunState.FAILED, "This sentence is no longer here.")


def test_a_worker_that_lost_its_claim_keeps_nothing(cast: Cast, sentence: Sentence, told: None) -> None:
    claim = Claim.take(owed(cast.project, sentence.pk).pk)
    assert claim is not None
    Run.objects.update(token=None)
    with pytest.raises(LostClaim):
        explain.run(claim=claim)
    assert not Explanation.objects.exists()


@pytest.mark.slow
def test_a_trained_model_names_the_word_that_told_it(cast: Cast) -> None:
    rows = news(cast.project, 120)
    answer(cast.ani, rows[:60])
    trained(cast.project)
    denial = next(one for one in rows[60:] if truth(one) == "denial")
    done(cast.project, denial.pk)
    first, *_rest = Explanation.objects.get().words
    assert first["label"] == "denial"
    assert "denies" in [word["text"] for word in first["for"]][:2]


@pytest.mark.slow
def test_a_model_file_that_is_gone_fails_the_run_and_nothing_else(cast: Cast) -> None:
    rows = news(cast.project, 120)
    answer(cast.ani, rows[:60])
    model_file(trained(cast.project)).unlink()
    run = done(cast.project, rows[70].pk)
    assert (run.state, Explanation.objects.exists()) == (RunState.FAILED, False)
