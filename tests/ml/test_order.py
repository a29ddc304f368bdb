"""The order of asking: the same however the pool is parted, varied, and never what is closed."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from ml import candidates, shards
from ml.errors import ProbabilitiesInvalid, SpaceMissing
from ml.features import hash_texts
from ml.fitted import FittedModel
from ml.order import SPARE, Order, Question, first, look, nearest, reference, settle
from ml.pool import Pool, open_pool
from ml.strategies import DEFAULT, STRATEGIES
from ml.training import train
from ml.uncertainty import margin
from tests.ml.labelled_file import sentences
from tests.ml.made_pools import ids, made

Ids = NDArray[np.int64]

ROWS = sentences(160)
TEXTS = [row["text"] for row in ROWS]
LABELS = [row["label"] for row in ROWS]
N = len(TEXTS)
LABELLED = np.arange(40, dtype=np.int64)
NAMES = sorted(STRATEGIES)


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    return made(tmp_path_factory.mktemp("one"), TEXTS)


@pytest.fixture(scope="module")
def parted(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    """The same sentences in seven shards."""
    return made(tmp_path_factory.mktemp("seven"), TEXTS, parts=7)


@pytest.fixture(scope="module")
def model(pool: Pool) -> FittedModel:
    return train(pool, LABELLED, LABELS[:40], seed=1)


def question(strategy: str = DEFAULT, **more: object) -> Question:
    wanted = {"n": 30, "seed": 1, "closed": LABELLED, "labelled": LABELLED, "labels": LABELS[:40], **more}
    return Question(strategy=strategy, **wanted)  # type: ignore[arg-type]  # by name


def same(one: Order, other: Order) -> bool:
    return (one.ids.tolist(), one.selection) == (other.ids.tolist(), other.selection)


def in_its_space(model: FittedModel, pool: Pool) -> FittedModel:
    """The model for the same directions under another name."""
    return replace(model, space=pool.fitted_space().name)


@pytest.mark.parametrize("name", NAMES)
def test_the_order_is_the_same_in_one_shard_and_in_seven(
    pool: Pool, parted: Pool, model: FittedModel, name: str
) -> None:
    assert same(first(pool, model, question(name)), first(parted, in_its_space(model, parted), question(name)))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_question_has_the_same_order(pool: Pool, model: FittedModel, name: str) -> None:
    assert same(first(pool, model, question(name)), first(pool, model, question(name)))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_closed_is_not_asked_and_nothing_twice(pool: Pool, model: FittedModel, name: str) -> None:
    order = first(pool, model, question(name, n=1_000, varied=25))
    assert sorted(order.ids.tolist()) == [*range(40, N)]


@pytest.mark.parametrize("name", NAMES)
def test_each_place_has_its_reason_and_its_score(pool: Pool, model: FittedModel, name: str) -> None:
    order = first(pool, model, question(name, varied=10))
    assert (len(order.ids), len(order.selection), order.score.shape) == (30, 30, (30,))


@pytest.mark.parametrize("name", NAMES)
def test_a_pool_with_all_closed_has_an_empty_order(pool: Pool, model: FittedModel, name: str) -> None:
    assert same(first(pool, model, question(name, closed=pool.ids)), Order(ids(), (), np.zeros(0)))


@pytest.mark.parametrize("name", NAMES)
def test_no_two_of_a_duplicate_group_are_in_a_batch(pool: Pool, model: FittedModel, name: str) -> None:
    batch = first(pool, model, question(name, n=20, varied=20), groups=lambda asked: asked // 4)
    assert len(set((batch.ids // 4).tolist())) == 20


def test_the_score_is_the_margin_of_the_models_chances(pool: Pool, model: FittedModel) -> None:
    order = first(pool, model, question())
    assert np.allclose(order.score, margin(model.plain.probabilities(pool.rows(order.ids))), atol=1e-6)


def test_another_seed_draws_another_order(pool: Pool, model: FittedModel) -> None:
    assert not same(first(pool, model, question("random")), first(pool, model, question("random", seed=2)))


def test_shards_looked_at_by_several_workers_come_to_the_same(parted: Pool, model: FittedModel) -> None:
    moved, asked = in_its_space(model, parted), question()
    looks = moved.plain.scan(parted, lambda shard, chances: look(shard, chances, asked, moved.labels), threads=1)
    merged = candidates.merge(looks[::-1], asked.n + SPARE, seed=asked.seed)
    assert same(settle(merged, parted, moved, asked), first(parted, moved, asked))


def test_memory_that_is_given_back_changes_nothing(parted: Pool, model: FittedModel) -> None:
    moved = in_its_space(model, parted)
    given_back = replace(parted, bytes_kept=0)
    assert same(first(given_back, moved, question()), first(parted, moved, question()))


def test_a_batch_is_varied_against_what_people_have_in_hand(pool: Pool, model: FittedModel) -> None:
    alone = first(pool, model, question(n=20, varied=20))
    beside = first(
        pool, model, question(n=20, varied=20, taken=alone.ids[:3], closed=np.append(LABELLED, alone.ids[:3]))
    )
    plain = first(pool, model, question(n=20, varied=20, closed=np.append(LABELLED, alone.ids[:3])))

    def nearness(order: Order) -> float:
        return float((pool.dense(order.ids) @ pool.dense(alone.ids[:3]).T).max(axis=1).mean())

    assert nearness(beside) < nearness(plain)


def test_what_is_in_hand_and_not_in_the_pool_is_no_hindrance(pool: Pool, model: FittedModel) -> None:
    assert same(first(pool, model, question(taken=ids(9_999))), first(pool, model, question()))


def test_a_settled_label_that_the_model_has_not_learnt_is_no_hindrance(pool: Pool, model: FittedModel) -> None:
    order = first(pool, model, question(labels=["zebra", "aardvark", *LABELS[2:40]]))
    assert len(order.ids) == 30


def test_a_rare_label_that_is_favoured_comes_sooner(pool: Pool, model: FittedModel) -> None:
    def among_the_first(order: Order) -> float:
        return float(model.probabilities(pool.rows(order.ids[:15]))[:, model.labels.index("denial")].mean())

    favoured = first(pool, model, question(rare=("denial",)))
    assert among_the_first(favoured) > among_the_first(first(pool, model, question()))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "random"])
def test_chances_that_are_nan_order_nothing(pool: Pool, model: FittedModel, name: str) -> None:
    bad = replace(model, weights=replace(model.weights, intercepts=np.full(3, np.nan, np.float32)))
    with pytest.raises(ProbabilitiesInvalid, match="NaN"):
        first(pool, bad, question(name))


def test_the_reference_is_drawn_by_lot_whatever_the_shards(pool: Pool, parted: Pool) -> None:
    one, other = reference(pool, seed=1, n=30), reference(parted, seed=1, n=30)
    assert (one.tolist(), len(set(one.tolist())), one.tolist() != [*range(30)]) == (other.tolist(), 30, True)


@pytest.mark.parametrize(("n", "expected"), [(0, 0), (N, N), (5_000, N)])
def test_the_reference_has_no_more_than_there_is(pool: Pool, n: int, expected: int) -> None:
    assert len(reference(pool, seed=1, n=n)) == expected


def test_an_empty_pool_has_no_reference(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert len(reference(open_pool(tmp_path_factory.mktemp("none")), seed=1)) == 0


@pytest.mark.parametrize("number", [0, 77, N - 1])
def test_the_sentence_of_a_cue_is_the_nearest(pool: Pool, number: int) -> None:
    assert nearest(pool, [TEXTS[number]], 3)[0] == number


def test_a_cue_of_one_word_finds_sentences_that_have_it(pool: Pool) -> None:
    found = nearest(pool, ["menyangkal"], 3)
    assert all("menyangkal" in TEXTS[number] for number in found.tolist())


def test_of_several_cues_the_best_counts(pool: Pool) -> None:
    assert set(nearest(pool, [TEXTS[5], TEXTS[9]], 2).tolist()) == {5, 9}


def test_what_is_closed_is_not_found(pool: Pool) -> None:
    assert not set(nearest(pool, [TEXTS[5]], N, closed=ids(5, 6)).tolist()) & {5, 6}


@pytest.mark.parametrize("texts", [[], ["政府は否定した"], [""], ["..."]])
def test_a_cue_that_shares_nothing_with_the_pool_finds_nothing(pool: Pool, texts: list[str]) -> None:
    assert len(nearest(pool, texts, 5)) == 0


def test_the_nearest_are_the_same_in_one_shard_and_in_seven(pool: Pool, parted: Pool) -> None:
    cues = ["membantah kabar", "harga beras"]
    assert nearest(pool, cues, 25).tolist() == nearest(parted, cues, 25).tolist()


def test_of_sentences_equally_near_the_first_ids_are_found(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("twins")
    shards.append(folder, ids(9, 8, 7, 6, 1), hash_texts([*["harga beras naik"] * 4, "kapal nelayan di kota"]))
    shards.append(folder, ids(3, 5), hash_texts(["harga beras naik"] * 2))
    shards.refresh(folder, seed=1)
    assert nearest(open_pool(folder), ["harga beras"], 3).tolist() == [3, 5, 6]


def test_a_pool_without_sentences_finds_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert len(nearest(open_pool(tmp_path_factory.mktemp("none")), ["harga"], 3)) == 0


def test_a_pool_without_directions_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(SpaceMissing):
        nearest(made(tmp_path_factory.mktemp("bare"), TEXTS[:3], fitted=False), ["harga"], 3)


def test_an_encoders_columns_say_nothing_about_a_cue(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("encoded")
    noise = np.random.default_rng(1).normal(size=(20, 50)).astype(np.float32)
    shards.append(folder, np.arange(20), hash_texts(TEXTS[:20]), noise, encoder="noise 1")
    shards.refresh(folder, seed=1)
    plain = made(tmp_path_factory.mktemp("plain"), TEXTS[:20])
    assert nearest(open_pool(folder), ["harga beras"], 9).tolist() == nearest(plain, ["harga beras"], 9).tolist()
