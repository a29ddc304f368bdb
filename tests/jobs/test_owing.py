"""What may be owed side by side."""

from importlib import import_module

import pytest
from django.apps import apps

from labeling import claims, jobs, work
from labeling.models import ONE_AT_A_TIME, Kind, Run, RunState
from tests.cast import Cast
from tests.flow.pool_of import pool_of


@pytest.mark.parametrize("kind", ONE_AT_A_TIME)
def test_asking_again_gives_the_run_that_is_owed(cast: Cast, kind: Kind) -> None:
    first, second = (jobs.owe(project=cast.project, kind=kind, by=None) for _ in range(2))
    assert (first, Run.objects.count()) == (second, 1)


@pytest.mark.parametrize("kind", [Kind.EXPLAIN, Kind.EXPORT])
def test_several_questions_are_owed_at_once(cast: Cast, kind: Kind) -> None:
    for _ in range(2):
        jobs.owe(project=cast.project, kind=kind, by=None)
    assert Run.objects.count() == 2


def test_different_kinds_are_owed_at_once(cast: Cast) -> None:
    for kind in Kind:
        jobs.owe(project=cast.project, kind=kind, by=None)
    assert Run.objects.count() == len(Kind)


def test_every_kind_has_a_verb_and_a_queue() -> None:
    assert set(work.VERB) == set(claims.QUEUE_OF) == set(Kind)


def test_only_what_moves_files_or_speaks_to_other_servers_is_done_by_the_exchange_process() -> None:
    files, servers = {Kind.IMPORT, Kind.EXPORT}, {Kind.PUBLISH, Kind.PUSH, Kind.PULL}
    assert {kind for kind, queue in claims.QUEUE_OF.items() if queue == "exchange"} == files | servers


def test_an_upgrade_owes_each_project_with_sentences_its_features_once(cast: Cast) -> None:
    migration = import_module("labeling.migrations.0004_features_of_before")
    pool_of(cast.project, 3)
    for _ in range(2):
        migration.owe_features(apps, None)
    assert list(Run.objects.values_list("project", "kind", "state")) == [
        (cast.project.pk, Kind.FEATURES, RunState.OWED)
    ]
