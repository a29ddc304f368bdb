"""Features: made once, dropped with their sentences, projected anew when the pool has outgrown its directions."""

import shutil

import pytest

from labeling import learning
from labeling.models import Kind, Project, Run, RunState, Sentence
from ml import encoder
from ml.pool import open_pool
from tests.cast import Cast
from tests.factories import imported
from tests.flow.newsroom import answer, do, news, trained

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def held(project: Project) -> set[int]:
    return set(open_pool(learning.features_folder(project)).ids.tolist())


def pooled(project: Project) -> set[int]:
    return set(Sentence.objects.in_pool().filter(project=project).values_list("pk", flat=True))


def owed(project: Project, kind: Kind) -> int:
    return Run.objects.filter(project=project, kind=kind, state=RunState.OWED).count()


def test_an_import_owes_the_features_of_its_sentences(cast: Cast) -> None:
    imported(cast.project, "Harga beras naik.\nMenteri membantah kabar itu.")
    assert owed(cast.project, Kind.FEATURES) == 1


def test_every_sentence_of_the_pool_has_features_afterwards(cast: Cast) -> None:
    news(cast.project, 24)
    assert (do(cast.project, Kind.FEATURES).state, held(cast.project)) == (RunState.DONE, pooled(cast.project))


def test_the_run_says_how_many_it_added(cast: Cast) -> None:
    news(cast.project, 24)
    do(cast.project, Kind.FEATURES)
    news(cast.project, 8)
    assert do(cast.project, Kind.FEATURES).result == {"added": 8, "refreshed": False}


def test_features_of_a_sentence_that_left_the_pool_are_forgotten(cast: Cast) -> None:
    sentences = news(cast.project, 24)
    do(cast.project, Kind.FEATURES)
    Sentence.objects.filter(pk=sentences[3].pk).update(in_pool=False)
    do(cast.project, Kind.FEATURES)
    assert held(cast.project) == pooled(cast.project)


def test_a_sentence_that_comes_back_into_the_pool_gets_its_features_back(cast: Cast) -> None:
    sentences = news(cast.project, 24)
    for in_pool in (False, True):
        Sentence.objects.filter(pk=sentences[3].pk).update(in_pool=in_pool)
        do(cast.project, Kind.FEATURES)
    assert sentences[3].pk in held(cast.project)


def test_features_of_a_deleted_sentence_are_forgotten(cast: Cast) -> None:
    sentences = news(cast.project, 24)
    do(cast.project, Kind.FEATURES)
    sentences[5].delete()
    do(cast.project, Kind.FEATURES)
    assert held(cast.project) == pooled(cast.project)


def test_a_pool_that_has_doubled_is_projected_anew(cast: Cast) -> None:
    news(cast.project, 24)
    do(cast.project, Kind.FEATURES)
    before = learning.directions_of(cast.project)
    news(cast.project, 24)
    run = do(cast.project, Kind.FEATURES)
    assert (run.result["refreshed"], learning.directions_of(cast.project) == before) == (True, False)


def test_a_pool_that_grew_a_little_keeps_its_directions(cast: Cast) -> None:
    news(cast.project, 24)
    do(cast.project, Kind.FEATURES)
    before = learning.directions_of(cast.project)
    news(cast.project, 16)
    do(cast.project, Kind.FEATURES)
    assert learning.directions_of(cast.project) == before


def test_new_directions_owe_a_training_where_a_model_is_in_service(cast: Cast) -> None:
    answer(cast.ani, news(cast.project, 24)[:12])
    trained(cast.project)
    news(cast.project, 40)
    do(cast.project, Kind.FEATURES)
    assert owed(cast.project, Kind.TRAIN) == 1


def test_new_sentences_owe_a_training_where_a_model_is_in_service(cast: Cast) -> None:
    answer(cast.ani, news(cast.project, 24)[:12])
    trained(cast.project)
    news(cast.project, 4)
    do(cast.project, Kind.FEATURES)
    assert owed(cast.project, Kind.TRAIN) == 1


def test_without_a_model_in_service_no_training_is_owed(cast: Cast) -> None:
    news(cast.project, 24)
    do(cast.project, Kind.FEATURES)
    assert owed(cast.project, Kind.TRAIN) == 0


def test_a_training_does_not_make_what_another_worker_is_making(cast: Cast) -> None:
    answer(cast.ani, news(cast.project, 24)[:12])
    trained(cast.project)
    new = news(cast.project, 8)
    Run.objects.create(project=cast.project, kind=Kind.FEATURES, state=RunState.RUNNING)
    assert (trained(cast.project).number, held(cast.project) & {one.pk for one in new}) == (2, set())


def test_a_first_training_makes_the_features_that_it_needs_whoever_else_is_making_them(cast: Cast) -> None:
    answer(cast.ani, news(cast.project, 24)[:12])
    Run.objects.create(project=cast.project, kind=Kind.FEATURES, state=RunState.RUNNING)
    assert trained(cast.project).n_labels == 12


def test_a_training_that_finds_the_pool_outgrown_owes_new_directions_and_goes_on(cast: Cast) -> None:
    answer(cast.ani, news(cast.project, 24)[:12])
    trained(cast.project)
    news(cast.project, 40)
    assert (trained(cast.project).number, owed(cast.project, Kind.FEATURES)) == (2, 1)


def test_lost_features_are_made_again_from_the_database(cast: Cast) -> None:
    news(cast.project, 24)
    do(cast.project, Kind.FEATURES)
    shutil.rmtree(learning.features_folder(cast.project))
    do(cast.project, Kind.FEATURES)
    assert held(cast.project) == pooled(cast.project)


def test_an_empty_project_has_nothing_to_do(cast: Cast) -> None:
    assert do(cast.project, Kind.FEATURES).result == {"added": 0, "refreshed": False}


def test_another_encoder_makes_all_features_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    news(cast.project, 24)
    do(cast.project, Kind.FEATURES)
    monkeypatch.setattr(encoder, "name_of", lambda _plugged: "other 2")
    assert do(cast.project, Kind.FEATURES).result == {"added": 24, "refreshed": True}
