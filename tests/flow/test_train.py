"""Training: what is learned from, what is published, and what happens to the rest when something fails."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import ProtectedError

from labeling import jobs, learning, work
from labeling.flow import train
from labeling.models import Event, Kind, ModelVersion, Project, QueueEntry, Run, RunState, Sentence, Verb
from labeling.sweeping import new_label_acts
from ml.features import hash_texts
from ml.pool import open_pool
from tests.cast import Cast, gather
from tests.flow.newsroom import answer, do, model_file, news, trained, truth

# Each trains a model: more than a moment.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def _taught(cast: Cast, *, n: int = 120, labels: int = 40, audit: int = 0) -> list[Sentence]:
    sentences = news(cast.project, n, audit=audit)
    answer(cast.ani, sentences[audit : audit + labels])
    return sentences


def test_a_training_becomes_the_version_in_service(cast: Cast) -> None:
    _taught(cast)
    version = trained(cast.project)
    assert Project.objects.get(pk=cast.project.pk).version == version


def test_the_version_says_how_many_labels_of_each_kind_taught_it(cast: Cast) -> None:
    _taught(cast, labels=10)
    assert trained(cast.project).label_counts == {"claim": 3, "denial": 3, "condemnation": 2, "none": 2}


def test_numbers_of_versions_go_up_by_one(cast: Cast) -> None:
    _taught(cast)
    assert [trained(cast.project).number for _ in range(3)] == [1, 2, 3]


def test_the_result_of_the_run_names_what_its_figure_was_measured_on(cast: Cast) -> None:
    _taught(cast)
    assert do(cast.project, Kind.TRAIN).result["measured_on"] == "cross-validation"


def test_a_training_leaves_an_event(cast: Cast) -> None:
    _taught(cast)
    trained(cast.project)
    assert Event.objects.get(project=cast.project, verb=Verb.TRAINED).after["version"] == 1


def test_one_label_alone_is_refused_with_what_to_do(cast: Cast) -> None:
    sentences = news(cast.project, 20)
    answer(cast.ani, sentences[:8], label="claim")
    run = do(cast.project, Kind.TRAIN)
    assert (run.state, "8 of claim" in run.error, "Label more" in run.error) == (RunState.FAILED, True, True)


def test_no_label_at_all_is_refused_with_what_to_do(cast: Cast) -> None:
    news(cast.project, 20)
    assert "so far there are none" in do(cast.project, Kind.TRAIN).error


def test_the_audit_sample_is_never_trained_on(cast: Cast) -> None:
    sentences = _taught(cast, audit=24)
    answer(cast.ani, sentences[:24])
    taught, _audit = train.gather(cast.project) if learning.catch_up(cast.project, tell=lambda *_: None) else ([], [])
    assert {one.sentence_id for one in taught} == {one.pk for one in sentences[24:64]}


def test_the_figures_of_the_audit_sample_are_owed_when_the_new_order_is_served(cast: Cast) -> None:
    _taught(cast)
    trained(cast.project)
    assert Run.objects.filter(project=cast.project, kind=Kind.EVALUATE, state=RunState.OWED).count() == 1


def test_what_two_people_said_differently_teaches_both_by_their_share(db: None) -> None:
    cast = gather(overlap=3)
    sentences = news(cast.project, 16)
    for member, label in ((cast.ani, "claim"), (cast.budi, "claim"), (cast.citra, "denial")):
        answer(member, sentences[:1], label=label)
    learning.catch_up(cast.project, tell=lambda *_: None)
    taught, _audit = train.gather(cast.project)
    assert [(one.label, round(one.weight, 3)) for one in taught] == [("claim", 1.0), ("denial", 0.5)]


def test_what_two_people_agree_on_weighs_more_than_the_word_of_one(db: None) -> None:
    cast = gather(overlap=2)
    sentences = news(cast.project, 16)
    answer(cast.ani, sentences[:2])
    answer(cast.budi, sentences[:1])
    learning.catch_up(cast.project, tell=lambda *_: None)
    taught, _audit = train.gather(cast.project)
    assert [one.weight for one in taught] == [train.SURE, 1.0]


def test_a_sentence_is_counted_once_under_its_settled_label(db: None) -> None:
    cast = gather(overlap=3)
    sentences = news(cast.project, 40)
    answer(cast.ani, sentences[:12])
    answer(cast.budi, sentences[:1])
    answer(cast.citra, sentences[:1], label="none")
    version = trained(cast.project)
    assert (version.n_labels, version.label_counts) == (
        12,
        {"claim": 3, "denial": 3, "condemnation": 3, "none": 3},
    )


def test_an_owner_who_deletes_a_label_that_is_in_use_while_training_is_refused(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    _taught(cast)

    def delete() -> None:
        with pytest.raises(ProtectedError):
            cast.project.labels.get(key="denial").delete()

    monkeypatch.setattr(learning, "fit", _after(learning.fit, delete))
    assert trained(cast.project).label_counts["denial"] == 10


def test_a_label_that_is_deleted_while_training_leaves_what_was_learned_without_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentences = _taught(cast, labels=0)
    answer(cast.ani, [one for one in sentences if truth(one) != "condemnation"][:30])
    unused = cast.project.labels.get(key="condemnation")
    monkeypatch.setattr(learning, "fit", _after(learning.fit, unused.delete))
    assert "condemnation" not in trained(cast.project).label_counts


def test_cross_validation_is_called_biased(cast: Cast) -> None:
    _taught(cast)
    assert "biased" in trained(cast.project).metrics["cross_validation"]["name"]


def test_a_label_that_arrives_during_the_training_counts_as_new_afterwards(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentences = _taught(cast)
    monkeypatch.setattr(learning, "fit", _after(learning.fit, lambda: answer(cast.ani, sentences[60:63])))
    trained(cast.project)
    assert new_label_acts(Project.objects.select_related("version").get(pk=cast.project.pk)) == 3


def test_an_answer_to_a_sentence_that_came_while_features_were_made_counts_as_new_afterwards(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    _taught(cast)
    come = _after(learning.catch_up, lambda: answer(cast.ani, news(cast.project, 4)))
    monkeypatch.setattr(learning, "catch_up", come)
    trained(cast.project)
    assert new_label_acts(Project.objects.select_related("version").get(pk=cast.project.pk)) == 4


def test_a_label_that_arrived_during_the_training_is_trained_next(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = _taught(cast)
    with monkeypatch.context() as patch:
        patch.setattr(learning, "fit", _after(learning.fit, lambda: answer(cast.ani, sentences[60:63])))
        trained(cast.project)
    assert trained(cast.project).n_labels == 43


@pytest.mark.parametrize("step", ["fit", "save", "load", "rank"])
def test_a_step_that_fails_publishes_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    _taught(cast)
    before = trained(cast.project)
    monkeypatch.setattr(learning, step, _broken)
    run = jobs.owe(project=cast.project, kind=Kind.TRAIN, by=None)
    with pytest.raises(OSError, match="No space left"):
        work.perform(run.pk)
    assert _in_service(cast) == (before.pk, 1, before.n_ranked)


def test_a_swap_that_fails_half_way_publishes_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    _taught(cast)
    before = trained(cast.project)
    monkeypatch.setattr(QueueEntry.objects, "bulk_create", _broken)
    run = jobs.owe(project=cast.project, kind=Kind.TRAIN, by=None)
    with pytest.raises(OSError, match="No space left"):
        work.perform(run.pk)
    assert _in_service(cast) == (before.pk, 1, before.n_ranked)


def test_a_failed_training_is_owed_again_with_its_reason(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    _taught(cast)
    monkeypatch.setattr(learning, "save", _broken)
    run = jobs.owe(project=cast.project, kind=Kind.TRAIN, by=None)
    with pytest.raises(OSError, match="No space left"):
        work.perform(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.OWED, "OSError: No space left on device")


def test_a_worker_that_lost_its_claim_publishes_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    _taught(cast)
    stolen = _after(learning.load, lambda: Run.objects.filter(project=cast.project).update(token=None))
    monkeypatch.setattr(learning, "load", stolen)
    do(cast.project, Kind.TRAIN)
    assert (ModelVersion.objects.count(), QueueEntry.objects.count()) == (0, 0)


def test_features_are_made_once_for_each_sentence(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    _taught(cast)
    trained(cast.project)
    news(cast.project, 16)
    hashed: list[int] = []

    def counted(texts: list[str]) -> Any:
        hashed.append(len(texts))
        return hash_texts(texts)

    monkeypatch.setattr("labeling.learning.features.hash_texts", counted)
    trained(cast.project)
    assert hashed == [16]


def test_a_damaged_shard_is_made_again_from_the_sentences(cast: Cast) -> None:
    _taught(cast)
    trained(cast.project)
    shard = next(learning.features_folder(cast.project).glob("shard-*/data.npy"))
    shard.write_bytes(shard.read_bytes()[:100])
    trained(cast.project)
    assert len(open_pool(learning.features_folder(cast.project))) == 120


def test_sentences_outside_the_pool_get_no_features(cast: Cast) -> None:
    sentences = _taught(cast)
    Sentence.objects.filter(pk=sentences[-1].pk).update(in_pool=False)
    trained(cast.project)
    assert sentences[-1].pk not in open_pool(learning.features_folder(cast.project)).ids


def test_old_model_files_are_deleted_and_the_latest_stay(cast: Cast) -> None:
    sentences = _taught(cast)
    versions = []
    for at in range(train.KEPT_FILES + 2):
        answer(cast.ani, sentences[50 + at : 51 + at])
        versions.append(trained(cast.project))
    assert [model_file(one).exists() for one in versions] == [False] * 2 + [True] * train.KEPT_FILES


def test_what_a_killed_attempt_wrote_is_cleared_away_by_the_next(cast: Cast) -> None:
    _taught(cast)
    trained(cast.project)
    rest = learning.models_folder(cast.project) / ".0123.npz.77.part"
    rest.write_bytes(b"half")
    trained(cast.project)
    assert not rest.exists()


def _in_service(cast: Cast) -> tuple[int | None, int, int]:
    """The version in service, how many versions and how many entries there are."""
    version = Project.objects.get(pk=cast.project.pk).version_id
    return version, ModelVersion.objects.count(), QueueEntry.objects.count()


def _after(verb: Callable[..., Any], act: Callable[[], object]) -> Callable[..., Any]:
    """`verb`, and then `act`."""

    def both(*args: Any, **options: Any) -> Any:
        done = verb(*args, **options)
        act()
        return done

    return both


def _broken(*_args: object, **_options: object) -> None:
    raise OSError("No space left on device")
