"""What is asked for next: every strategy's promises."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ml.batches import BATCH
from ml.candidates import Candidates, Choice, Floats, Known, merge, shortlist
from ml.diversity import COPY
from ml.errors import ProbabilitiesInvalid, UnknownStrategy
from ml.strategies import DEFAULT, STRATEGIES, Varied, strategy

Ids = NDArray[np.int64]

NAMES = sorted(STRATEGIES)
LOOK_AT_CHANCES = [name for name in NAMES if name not in {"random", "typical"}]
# Batches of these are varied by what the sentences say.
VARIED = ["badge", "balanced_fisher", "committee", "dense_margin", "diverse_margin", "fading_density"]
PLAIN = ["margin", "entropy", "least_confidence"]
SEEDS = st.integers(0, 2**32 - 1)


def unit(n: int, seed: int, width: int = 6) -> Floats:
    rows = np.random.default_rng(seed).normal(size=(n, width))
    found: Floats = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return found


def chances(n: int, k: int, seed: int) -> Floats:
    return np.random.default_rng(seed).dirichlet(np.ones(k), n).astype(np.float32)


def known_of(k: int, *, seed: int = 1, each: int = 8, rare: int | None = None) -> Known:
    favoured = np.zeros(k, np.float32)
    favoured[[] if rare is None else [rare]] = 1
    return Known(np.full(k, each), seed, favoured)


def ask(
    name: str,
    told: Floats,
    n: int,
    *,
    rows: Floats | None = None,
    groups: Ids | None = None,
    known: Known | None = None,
    parts: int = 1,
    taken: Floats | None = None,
) -> Choice:
    """Both looks at a pool whose ids are places in `told`, in `parts` shards; the order comes back in ids."""
    lie = unit(len(told), 3) if rows is None else rows
    k = told.shape[1]
    known = known_of(k) if known is None else known
    found = [
        shortlist(part, told[part], strategy(name).worth(part, told[part], known), len(told), seed=known.seed)
        for part in np.array_split(np.arange(len(told)), parts)
    ]
    whole = merge(found, len(told), seed=known.seed)
    other = chances(len(told), k, 11)
    candidates = Candidates(
        shortlist=whole,
        known=known,
        latent=lambda places: lie[whole.ids[places]],
        members=lambda places: np.stack([told[whole.ids[places]], other[whole.ids[places]]], axis=1),
        groups=None if groups is None else groups[whole.ids],
        taken=lie[:0] if taken is None else taken,
        labelled=unit(2 * k, 4, lie.shape[1]),
        reference=lie[:50],
        reference_told=told[:50],
    )
    choice = strategy(name).choose(candidates, n)
    return Choice(whole.ids[choice.order], choice.selection)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("k", [2, 4, 50])
@pytest.mark.parametrize(("m", "n"), [(70, 0), (70, 1), (70, 45), (70, 100), (1, 5), (0, 5)])
def test_each_candidate_comes_at_most_once_and_as_many_as_asked(name: str, k: int, m: int, n: int) -> None:
    order = ask(name, chances(m, k, 7), n).order
    assert (len(order), len(set(order.tolist()))) == (min(n, m), min(n, m))


@pytest.mark.parametrize("name", NAMES)
def test_candidates_that_are_all_alike_are_all_asked(name: str) -> None:
    told, rows = np.full((30, 3), 1 / 3, np.float32), np.repeat(unit(1, 1), 30, axis=0)
    assert sorted(ask(name, told, 30, rows=rows, groups=np.zeros(30, np.int64)).order.tolist()) == [*range(30)]


@pytest.mark.parametrize("name", NAMES)
def test_sentences_without_any_direction_are_all_asked(name: str) -> None:
    order = ask(name, chances(30, 3, 1), 30, rows=np.zeros((30, 6), np.float32)).order
    assert sorted(order.tolist()) == [*range(30)]


@pytest.mark.parametrize("name", NAMES)
def test_a_pool_too_small_to_have_directions_is_asked(name: str) -> None:
    order = ask(name, chances(3, 3, 1), 3, rows=np.zeros((3, 0), np.float32)).order
    assert sorted(order.tolist()) == [0, 1, 2]


@pytest.mark.parametrize("name", NAMES)
def test_each_choice_has_its_reason(name: str) -> None:
    choice = ask(name, chances(70, 4, 7), 45)
    assert (len(choice.selection), set(choice.selection) <= {"random", "uncertain", "diverse"}) == (45, True)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rare", [None, 1])
def test_the_choice_is_the_same_however_the_pool_is_parted(name: str, rare: int | None) -> None:
    told, known = chances(90, 7, 5), known_of(7, rare=rare)
    whole, parted = (ask(name, told, 45, known=known, parts=parts) for parts in (1, 90))
    assert (whole.order.tolist(), whole.selection) == (parted.order.tolist(), parted.selection)


@pytest.mark.parametrize("name", NAMES)
@given(k=st.integers(2, 12), n=st.integers(1, 20), seed=SEEDS)
def test_the_worth_of_a_sentence_hangs_on_no_other(name: str, k: int, n: int, seed: int) -> None:
    told, known = chances(n, k, seed), known_of(k, rare=0)
    ids = np.arange(n, dtype=np.int64)
    alone = [strategy(name).worth(ids[at : at + 1], told[at : at + 1], known)[0] for at in range(n)]
    assert strategy(name).worth(ids, told, known).tolist() == alone


@pytest.mark.parametrize("name", [name for name in NAMES if name != "typical"])
def test_a_longer_choice_begins_with_the_shorter(name: str) -> None:
    told = chances(90, 4, 5)
    assert ask(name, told, 60).order[:20].tolist() == ask(name, told, 20).order.tolist()


@pytest.mark.parametrize("name", NAMES)
def test_no_two_of_a_duplicate_group_share_a_batch(name: str) -> None:
    groups = np.arange(120) // 3
    order = ask(name, chances(120, 4, 7), 40, groups=groups).order
    assert [len(set(groups[order[at : at + BATCH]].tolist())) for at in (0, BATCH)] == [BATCH, BATCH]


@pytest.mark.parametrize("name", VARIED)
def test_near_copies_never_share_a_batch(name: str) -> None:
    rows = np.repeat(unit(40, 8), 2, axis=0)
    lie = rows[ask(name, chances(80, 4, 7), BATCH, rows=rows).order]
    assert (lie @ lie.T - np.eye(BATCH)).max() < COPY


@pytest.mark.parametrize("name", ["balanced_fisher", "dense_margin", "diverse_margin", "fading_density"])
def test_what_somebody_has_in_hand_is_asked_later(name: str) -> None:
    told, rows = np.full((60, 2), 0.5, np.float32), unit(60, 9)
    first = ask(name, told, 1, rows=rows).order
    assert ask(name, told, 1, rows=rows, taken=rows[np.repeat(first, 20)]).order.tolist() != first.tolist()


@pytest.mark.parametrize("name", PLAIN)
def test_the_least_sure_comes_first(name: str) -> None:
    column = np.array([0.9, 0.55, 0.2, 0.99], np.float32)
    assert ask(name, np.column_stack([column, 1 - column]), 4).order.tolist() == [1, 2, 0, 3]


@pytest.mark.parametrize("name", [*PLAIN, "random"])
def test_another_seed_gives_another_order_of_equals(name: str) -> None:
    told = np.full((30, 2), 0.5, np.float32)
    assert len({tuple(ask(name, told, 30, known=known_of(2, seed=seed)).order.tolist()) for seed in range(4)}) == 4


@pytest.mark.parametrize("name", LOOK_AT_CHANCES)
def test_nan_is_refused_by_name(name: str) -> None:
    told = chances(5, 3, 1)
    told[2, 1] = np.nan
    with pytest.raises(ProbabilitiesInvalid, match="NaN in 1 rows"):
        ask(name, told, 2)


@pytest.mark.parametrize("name", LOOK_AT_CHANCES)
def test_a_rare_label_that_is_favoured_is_worth_half_its_probability_more(name: str) -> None:
    told, ids = chances(20, 4, 2), np.arange(20, dtype=np.int64)
    plain, favoured = (strategy(name).worth(ids, told, known_of(4, rare=rare)) for rare in (None, 2))
    assert favoured - plain == pytest.approx(0.5 * told[:, 2].astype(float), abs=1e-6)


def test_chance_alone_decides_what_comes_by_lot() -> None:
    one, other = (ask("random", chances(50, 3, seed), 50).order.tolist() for seed in (1, 2))
    assert one == other


def test_what_variety_moved_past_a_less_sure_one_is_called_diverse() -> None:
    column = np.array([0.55, 0.56, 0.6], np.float32)
    angles = np.radians([0, 25, 90])
    rows = np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    choice = ask("diverse_margin", np.column_stack([column, 1 - column]), 3, rows=rows)
    assert (choice.order.tolist(), choice.selection) == ([0, 2, 1], ("uncertain", "diverse", "uncertain"))


def test_the_recommended_one_prefers_the_class_that_the_pool_has_least_of() -> None:
    # Two places far apart, equally uncertain; around one lies the common label, around the other the rare one.
    rows = np.vstack([np.tile([1, 0], (40, 1)), np.tile([0, 1], (10, 1))]).astype(np.float32)
    told = np.vstack([np.tile([0.8, 0.2], (40, 1)), np.tile([0.2, 0.8], (10, 1))]).astype(np.float32)
    whole = shortlist(np.array([0, 40]), told[[0, 40]], np.array([0.5, 0.5]), 2, seed=1)
    candidates = Candidates(
        whole,
        known_of(2),
        latent=lambda places: rows[whole.ids[places]],
        reference=np.vstack([rows[:10], rows[40:]]),
        reference_told=np.vstack([told[:10], told[40:]]),
    )
    even = strategy(DEFAULT).choose(candidates, 1)
    crowded = strategy(DEFAULT).choose(replace(candidates, reference=rows, reference_told=told), 1)
    # Four times as many common ones in the sample tip the balance, but by less than four times.
    assert whole.ids[crowded.order].tolist() == [0]
    assert len(even.order) == 1


def test_the_recommended_one_holds_a_sentence_of_a_class_with_few_labels_worth_more() -> None:
    one, other = np.array([[0.7, 0.2, 0.1]], np.float32), np.array([[0.1, 0.2, 0.7]], np.float32)
    ids = np.zeros(1, np.int64)
    known = Known(np.array([90, 30, 3]), 1, np.zeros(3, np.float32))
    worth = strategy("balanced_fisher").worth
    assert worth(ids, other, known) > 2 * worth(ids, one, known)


def test_the_recommended_one_works_where_every_label_was_withdrawn() -> None:
    known = Known(np.zeros(3, np.int64), 1, np.zeros(3, np.float32))
    worth = strategy("balanced_fisher").worth(np.zeros(1, np.int64), np.array([[0.7, 0.2, 0.1]], np.float32), known)
    assert worth[0] > 0


def test_without_what_the_model_says_of_the_reference_the_most_telling_come_first() -> None:
    told = chances(30, 3, 2)
    ids = np.arange(30, dtype=np.int64)
    whole = shortlist(ids, told, strategy(DEFAULT).worth(ids, told, known_of(3)), 30, seed=1)
    choice = strategy(DEFAULT).choose(Candidates(whole, known_of(3), latent=lambda places: unit(30, 1)[places]), 5)
    assert choice.order.tolist() == [0, 1, 2, 3, 4]


def test_a_committee_without_members_falls_back_to_the_margin() -> None:
    told, ids = chances(30, 3, 2), np.arange(30, dtype=np.int64)
    whole = shortlist(ids, told, strategy("margin").worth(ids, told, known_of(3)), 30, seed=1)
    alone = Candidates(whole, known_of(3), latent=lambda places: unit(30, 1)[places])
    assert strategy("committee").choose(alone, 30).order.tolist() == [*range(30)]


def test_a_committee_asks_where_its_members_differ() -> None:
    told = np.full((4, 2), 0.5, np.float32)
    split = np.array([[[0.5, 0.5]] * 2, [[0.9, 0.1], [0.1, 0.9]], [[0.6, 0.4], [0.4, 0.6]], [[0.5, 0.5]] * 2])
    whole = shortlist(np.arange(4), told, np.array([4.0, 3.0, 2.0, 1.0]), 4, seed=1)
    candidates = Candidates(
        whole, known_of(2), latent=lambda places: np.eye(4, dtype=np.float32)[places], members=lambda p: split[p]
    )
    assert strategy("committee").choose(candidates, 2).order.tolist() == [1, 2]


def test_what_is_typical_comes_from_every_cluster_and_is_called_diverse() -> None:
    middles = np.repeat(np.eye(4, 6, dtype=np.float32), 15, axis=0)
    rows = middles + 0.1 * unit(60, 5)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    choice = ask("typical", chances(60, 2, 1), 12, rows=rows)
    assert {place // 15 for place in choice.order.tolist()} == {0, 1, 2, 3}
    assert set(choice.selection) == {"diverse"}


@pytest.mark.parametrize(("labels", "same"), [(8, False), (4_000, True)])
def test_density_fades_until_the_margin_alone_is_left(labels: int, same: bool) -> None:
    told = chances(80, 2, 6)
    plain = Varied("", fades=True)
    known, ids = known_of(2, each=labels // 2), np.arange(80, dtype=np.int64)
    fading = strategy("fading_density").worth(ids, told, known)
    assert np.allclose(fading, plain.worth(ids, told, known), atol=1e-3) == same


def test_the_default_is_in_the_registry() -> None:
    assert strategy("default") is STRATEGIES[DEFAULT]


def test_an_unknown_strategy_is_refused_with_the_names() -> None:
    with pytest.raises(UnknownStrategy, match="diverse_margin"):
        strategy("guess")


@pytest.mark.parametrize("name", NAMES)
def test_only_a_head_of_a_long_shortlist_is_looked_up(name: str) -> None:
    asked: list[int] = []
    told = chances(3_000, 3, 1)
    rows, known = unit(3_000, 1), known_of(3)
    ids = np.arange(3_000, dtype=np.int64)
    whole = shortlist(ids, told, strategy(name).worth(ids, told, known), 3_000, seed=1)

    def latent(places: Ids) -> Floats:
        asked.append(len(places))
        return rows[places]

    strategy(name).choose(Candidates(whole, known, latent, reference=rows[:50], reference_told=told[:50]), 20)
    assert sum(asked) <= (3_000 if name == "typical" else 1_100)
