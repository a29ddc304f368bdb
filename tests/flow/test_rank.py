"""Ranking: who stands at the head of the queue, and how one order follows another."""

import pytest

from labeling import learning
from labeling.flow import queue, rank
from labeling.models import Annotation, Kind, Lease, ModelVersion, Project, QueueEntry, RunState, Selection, Sentence
from ml.errors import ArtifactCorrupt, ArtifactMissing
from tests.cast import Cast, gather
from tests.flow.newsroom import answer, do, model_file, news, trained, truth

# Each trains a model: more than a moment.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def _order(project: Project) -> list[int]:
    version = Project.objects.get(pk=project.pk).version_id
    return list(QueueEntry.objects.filter(version=version).order_by("place").values_list("sentence_id", flat=True))


def _taught(cast: Cast, *, n: int = 120, labels: int = 30, audit: int = 0) -> list[Sentence]:
    sentences = news(cast.project, n, audit=audit)
    answer(cast.ani, sentences[audit : audit + labels])
    return sentences


def test_every_open_sentence_is_ranked_once(cast: Cast) -> None:
    sentences = _taught(cast)
    trained(cast.project)
    assert sorted(_order(cast.project)) == sorted(one.pk for one in sentences[30:])


def test_the_order_is_no_longer_that_of_the_shuffle(cast: Cast) -> None:
    _taught(cast)
    trained(cast.project)
    order = _order(cast.project)
    assert order != list(Sentence.objects.filter(pk__in=order).order_by("shuffle").values_list("pk", flat=True))


def test_what_an_annotator_is_lent_follows_the_ranking(cast: Cast) -> None:
    _taught(cast)
    trained(cast.project)
    cast.budi.project.refresh_from_db()
    assert [lease.sentence_id for lease in queue.take(by=cast.budi, want=4)] == _order(cast.project)[:4]


def test_new_labels_change_the_order(cast: Cast) -> None:
    sentences = _taught(cast)
    trained(cast.project)
    before = _order(cast.project)
    answer(cast.ani, sentences[60:90], label="condemnation")
    trained(cast.project)
    assert _order(cast.project) != [pk for pk in before if pk in set(_order(cast.project))]


def test_the_same_labels_and_pool_give_the_same_order(cast: Cast) -> None:
    _taught(cast)
    trained(cast.project)
    first = _order(cast.project)
    trained(cast.project)
    assert _order(cast.project) == first


def test_an_uncertain_sentence_stands_before_a_certain_one_after_the_first_stretch(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    _taught(cast)
    # The score is the margin, which this strategy asks by; the recommended one asks by what a label would tell.
    Project.objects.filter(pk=cast.project.pk).update(strategy="diverse_margin")
    monkeypatch.setattr(rank, "VARIED", 20)
    version = trained(cast.project)
    scores = list(QueueEntry.objects.filter(version=version, place__gt=20).values_list("score", flat=True))
    assert scores == sorted(scores, reverse=True)


def test_both_reasons_are_named(cast: Cast) -> None:
    _taught(cast)
    version = trained(cast.project)
    assert set(version.entries.values_list("selection", flat=True)) == {Selection.DIVERSE, Selection.UNCERTAIN}


def test_the_audit_sample_is_not_ranked(cast: Cast) -> None:
    sentences = _taught(cast, audit=24)
    trained(cast.project)
    assert not {one.pk for one in sentences[:24]} & set(_order(cast.project))


def test_a_sentence_that_somebody_holds_is_not_ranked(cast: Cast) -> None:
    _taught(cast)
    held = {lease.sentence_id for lease in queue.take(by=cast.budi)}
    trained(cast.project)
    assert not held & set(_order(cast.project))


def test_training_leaves_what_is_lent_in_the_hand(cast: Cast) -> None:
    sentences = _taught(cast)
    trained(cast.project)
    cast.budi.project.refresh_from_db()
    before = [(lease.sentence_id, lease.version_id) for lease in queue.take(by=cast.budi)]
    answer(cast.ani, sentences[90:110])
    trained(cast.project)
    after = Lease.objects.filter(held=True).order_by("turn").values_list("sentence_id", "version_id")
    assert list(after) == before


def test_a_sentence_that_left_the_pool_is_not_ranked(cast: Cast) -> None:
    sentences = _taught(cast)
    trained(cast.project)
    Sentence.objects.filter(pk=sentences[-1].pk).update(in_pool=False)
    trained(cast.project)
    assert sentences[-1].pk not in _order(cast.project)


def test_a_sentence_that_wants_a_second_answer_stands_first_with_its_reason(db: None) -> None:
    cast = gather(overlap=2)
    sentences = news(cast.project, 120)
    answer(cast.ani, sentences[:30])
    answer(cast.budi, sentences[2:30])
    version = trained(cast.project)
    head = version.entries.order_by("place").values_list("sentence_id", "selection")[:3]
    assert list(head)[:2] == [(sentences[0].pk, Selection.SEED), (sentences[1].pk, Selection.SEED)]


def test_waiting_sentences_leave_room_for_new_ones(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = gather(overlap=2)
    answer(cast.ani, news(cast.project, 120)[:40])
    monkeypatch.setattr(rank, "HEAD", 20)
    monkeypatch.setattr(rank, "UNFINISHED", 10)
    version = trained(cast.project)
    waiting = Annotation.objects.filter(sentence__in=version.entries.values("sentence"))
    assert (version.n_ranked, waiting.count()) == (20, 10)


def test_the_head_has_a_limit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    _taught(cast)
    monkeypatch.setattr(rank, "HEAD", 25)
    version = trained(cast.project)
    assert (version.n_ranked, version.entries.count()) == (25, 25)


def test_a_pool_that_is_all_answered_gives_an_empty_order(cast: Cast) -> None:
    _taught(cast, n=32, labels=32)
    assert trained(cast.project).n_ranked == 0


def test_entries_of_the_last_two_versions_are_kept(cast: Cast) -> None:
    _taught(cast)
    for _ in range(4):
        trained(cast.project)
    kept = QueueEntry.objects.order_by().values_list("version__number", flat=True).distinct()
    assert set(kept) == {3, 4}


def test_a_truncated_model_file_is_refused_by_name(cast: Cast) -> None:
    _taught(cast)
    version = trained(cast.project)
    path = model_file(version)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ArtifactCorrupt, match="bytes that differ"):
        learning.load(version)


def test_a_model_file_with_one_flipped_bit_is_refused_by_name(cast: Cast) -> None:
    _taught(cast)
    version = trained(cast.project)
    content = bytearray(model_file(version).read_bytes())
    content[len(content) // 2] ^= 1
    model_file(version).write_bytes(content)
    with pytest.raises(ArtifactCorrupt, match="SHA-256"):
        learning.load(version)


def test_the_manifest_of_another_version_is_refused(cast: Cast) -> None:
    sentences = _taught(cast)
    first = trained(cast.project)
    answer(cast.ani, sentences[40:60])
    first.path = trained(cast.project).path
    with pytest.raises(ArtifactCorrupt):
        learning.load(first)


def test_a_missing_model_file_is_refused_by_name(cast: Cast) -> None:
    _taught(cast)
    version = trained(cast.project)
    model_file(version).unlink()
    with pytest.raises(ArtifactMissing, match="previous version serves"):
        learning.load(version)


def test_a_model_file_that_comes_back_damaged_is_not_published(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = _taught(cast)
    before = trained(cast.project)
    answer(cast.ani, sentences[40:60])
    load = learning.load

    def load_damaged(version: ModelVersion) -> learning.FittedModel:
        model_file(version).write_bytes(b"not a model")
        return load(version)

    monkeypatch.setattr(learning, "load", load_damaged)
    run = do(cast.project, Kind.TRAIN)
    version = Project.objects.get(pk=cast.project.pk).version_id
    assert (run.state, "SHA-256" in run.error, version) == (RunState.FAILED, True, before.pk)


def test_a_project_that_reveals_has_a_suggestion_for_each_place(cast: Cast) -> None:
    _taught(cast)
    Project.objects.filter(pk=cast.project.pk).update(reveals=True)
    entries = list(trained(cast.project).entries.select_related("sentence", "suggested"))
    right = sum(one.suggested is not None and one.suggested.key == truth(one.sentence) for one in entries)
    assert (len(entries), all(0.25 <= (one.suggested_share or 0) <= 1 for one in entries)) == (90, True)
    assert right > 0.8 * len(entries)


def test_suggestions_do_not_change_the_order(cast: Cast) -> None:
    _taught(cast)
    trained(cast.project)
    before = _order(cast.project)
    Project.objects.filter(pk=cast.project.pk).update(reveals=True)
    trained(cast.project)
    assert _order(cast.project) == before


def test_a_project_that_reveals_nothing_has_no_suggestion(cast: Cast) -> None:
    _taught(cast)
    assert not trained(cast.project).entries.filter(suggested__isnull=False).exists()
