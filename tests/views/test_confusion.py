"""The sentences behind a figure of the confusion matrix."""

import pytest
from django.test import Client

from labeling.flow import confusion
from labeling.models import ModelVersion, Sentence
from tests.cast import Cast
from tests.flow.pool_of import pool_of
from tests.views.conftest import Budget
from tests.views.evaluated import evaluation


def measured(cast: Cast, n: int = 3) -> None:
    """`n` audit sentences, claims that were read as denials."""
    cast.project.version = ModelVersion.objects.create(
        project=cast.project,
        number=1,
        n_labels=9,
        n_label_events=9,
        evaluation=evaluation(*pool_of(cast.project, n)),
    )
    cast.project.save(update_fields=["version"])


def cell(client: Client, address: str = "claim/denial/") -> str:
    return client.get(f"/p/berita/model/confusion/{address}").content.decode()


def test_every_sentence_of_the_cell_is_there(citra: Client, cast: Cast) -> None:
    measured(cast)
    page = cell(citra)
    assert [f"Speaker {number} says" in page for number in range(4)] == [True, True, True, False]


def test_the_page_says_what_was_taken_for_what(citra: Client, cast: Cast) -> None:
    measured(cast)
    assert "3 sentences of the audit sample are settled as Claim; the model said Denial." in cell(citra)


def test_another_cell_has_no_such_sentence(citra: Client, cast: Cast) -> None:
    measured(cast)
    assert "No such sentence" in cell(citra, "denial/claim/")


def test_before_there_is_a_model_no_cell_holds_a_sentence(citra: Client) -> None:
    assert "No such sentence" in cell(citra)


@pytest.mark.parametrize("broken", [{}, {"sentences": None}, {"sentences": {"ids": 3}}])
def test_an_evaluation_without_its_sentences_shows_none(citra: Client, cast: Cast, broken: object) -> None:
    measured(cast)
    ModelVersion.objects.update(evaluation=broken)
    assert "No such sentence" in cell(citra)


@pytest.mark.parametrize("address", ["claim/lie/", "lie/claim/"])
def test_a_key_of_no_label_is_not_here(citra: Client, cast: Cast, address: str) -> None:
    assert citra.get(f"/p/berita/model/confusion/{address}").status_code == 404


def test_sentences_of_another_project_are_never_shown(citra: Client, cast: Cast) -> None:
    measured(cast)
    ModelVersion.objects.update(evaluation=evaluation(*pool_of(cast.elsewhere, 2)))
    assert "Speaker 1" not in cell(citra)


def test_many_sentences_come_a_page_at_a_time(citra: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confusion, "ROWS", 2)
    measured(cast)
    assert 'rel="next"' in cell(citra)


def test_the_next_page_holds_the_rest(citra: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confusion, "ROWS", 2)
    measured(cast)
    second = Sentence.objects.get(project=cast.project, number=1)
    assert "Speaker 0 says" in cell(citra, f"claim/denial/?before={second.pk}")


def test_the_page_costs_the_same_however_many(citra: Client, cast: Cast, django_assert_max_num_queries: Budget) -> None:
    measured(cast, 40)
    with django_assert_max_num_queries(6):
        cell(citra)
