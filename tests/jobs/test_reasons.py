"""Why a Run failed, in the language of those who read it."""

import pytest

from labeling import claims, jobs, learning, work
from labeling.models import Kind, Preference, Run, RunState
from ml.errors import WeightsInvalid
from tests.cast import Cast

pytestmark = pytest.mark.django_db
TOO_FEW = "Pelatihan memerlukan kalimat"


@pytest.fixture
def citra_reads_indonesian(cast: Cast) -> None:
    Preference.objects.filter(user=cast.citra.user).update(language="id")


def failed(cast: Cast, *, asked: bool) -> str:
    """The reason of a training that found no labels."""
    run = jobs.owe(project=cast.project, kind=Kind.TRAIN, by=cast.citra.user if asked else None)
    work.perform(run.pk)
    return Run.objects.get(pk=run.pk, state=RunState.FAILED).error


@pytest.mark.usefixtures("citra_reads_indonesian")
@pytest.mark.parametrize("asked", [True, False])
def test_a_training_says_in_the_owners_language_what_it_lacks(cast: Cast, asked: bool) -> None:
    assert failed(cast, asked=asked).startswith(TOO_FEW)


@pytest.mark.usefixtures("citra_reads_indonesian")
def test_who_asked_comes_before_the_owner(cast: Cast) -> None:
    run = jobs.owe(project=cast.project, kind=Kind.TRAIN, by=cast.ani.user)
    work.perform(run.pk)
    assert Run.objects.get(pk=run.pk).error.startswith("Training needs")


@pytest.mark.usefixtures("citra_reads_indonesian")
def test_a_computation_that_is_refused_is_told_in_their_language(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise WeightsInvalid(expected="weights", came="none", cure="Give some.")

    monkeypatch.setattr(learning, "catch_up", refuse)
    reason = failed(cast, asked=True)
    assert reason.startswith("Perhitungan ditolak")
    assert "Expected weights; got none. Give some." in reason


def test_the_number_of_attempts_is_the_one_that_is_said() -> None:
    assert f" {claims.ATTEMPTS} times " in claims.DIED
