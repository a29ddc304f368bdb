"""What is asked for next: every strategy's promises, and the varied batch."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ml.diversity import greedy_mmr, likeness
from ml.errors import LengthMismatch, ProbabilitiesInvalid, UnknownStrategy
from ml.strategies import DEFAULT, STRATEGIES, Candidates, strategy

NAMES = sorted(STRATEGIES)


def candidates(n: int, *, groups: bool = False) -> Candidates:
    generator = np.random.default_rng(7)
    probabilities = generator.dirichlet(np.ones(4), n).astype(np.float32)
    features = csr_matrix(generator.integers(0, 2, (n, 12)).astype(np.float32))
    return Candidates(probabilities, lambda places: features[places], np.arange(n) // 3 if groups else None)


def sure(*first: float) -> Candidates:
    """Candidates of two labels with these probabilities of the first, all alike in features."""
    column = np.array(first, dtype=np.float32)
    rows = csr_matrix(np.ones((len(first), 1), np.float32))
    return Candidates(np.column_stack([column, 1 - column]), lambda places: rows[places])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("n", [0, 1, 25, 70, 100])
def test_each_candidate_comes_at_most_once_and_as_many_as_asked(name: str, n: int) -> None:
    order = strategy(name)(candidates(70), n, seed=1).order
    assert (len(order), len(set(order.tolist()))) == (min(n, 70), min(n, 70))


@pytest.mark.parametrize("name", NAMES)
def test_each_choice_has_its_reason(name: str) -> None:
    choice = strategy(name)(candidates(70), 45, seed=1)
    assert (len(choice.selection), set(choice.selection) <= {"random", "uncertain", "diverse"}) == (45, True)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_choice(name: str) -> None:
    one, other = (strategy(name)(candidates(70), 30, seed=5) for _ in range(2))
    assert one.order.tolist() == other.order.tolist()


@pytest.mark.parametrize("name", NAMES)
def test_no_candidates_give_no_choice(name: str) -> None:
    empty = Candidates(np.zeros((0, 3), np.float32), lambda places: csr_matrix(np.zeros((0, 5), np.float32)))
    assert len(strategy(name)(empty, 10, seed=1).order) == 0


@pytest.mark.parametrize("name", ["margin", "entropy", "least_confidence"])
def test_the_least_sure_comes_first(name: str) -> None:
    assert strategy(name)(sure(0.9, 0.55, 0.2, 0.99), 4, seed=0).order.tolist() == [1, 2, 0, 3]


@pytest.mark.parametrize("name", ["random", "margin"])
def test_another_seed_gives_another_order_of_equals(name: str) -> None:
    orders = {tuple(strategy(name)(sure(*[0.5] * 30), 30, seed=seed).order.tolist()) for seed in range(3)}
    assert len(orders) == 3


def test_the_default_is_in_the_registry() -> None:
    assert DEFAULT in STRATEGIES


def test_an_unknown_strategy_is_refused_with_the_names() -> None:
    with pytest.raises(UnknownStrategy, match="diverse_margin"):
        strategy("guess")


def test_nan_is_refused_by_name() -> None:
    with pytest.raises(ProbabilitiesInvalid):
        strategy(DEFAULT)(sure(0.5, float("nan")), 1, seed=0)


def test_groups_of_another_length_are_refused() -> None:
    with pytest.raises(LengthMismatch):
        Candidates(np.zeros((2, 2), np.float32), lambda places: csr_matrix((1, 1)), np.zeros(3, np.int64))


def test_two_of_a_duplicate_group_never_share_a_batch() -> None:
    chosen = strategy(DEFAULT)(candidates(70, groups=True), 20, seed=1).order
    assert len({place // 3 for place in chosen.tolist()}) == 20


def test_a_twin_of_the_batch_waits_for_a_row_that_is_a_little_surer() -> None:
    cosine = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], dtype=np.float64)
    assert greedy_mmr(np.array([0.9, 0.89, 0.6]), cosine, 3).tolist() == [0, 2, 1]


def test_without_a_penalty_the_batch_is_plain() -> None:
    assert greedy_mmr(np.array([0.1, 0.9, 0.5]), np.ones((3, 3)), 3, penalty=0).tolist() == [1, 2, 0]


def test_a_row_that_variety_moved_forward_is_called_diverse() -> None:
    rows = csr_matrix(np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32))
    column = np.array([0.55, 0.56, 0.6], dtype=np.float32)
    three = Candidates(np.column_stack([column, 1 - column]), lambda places: rows[places])
    choice = strategy("diverse_margin")(three, 3, seed=0)
    assert (choice.order.tolist(), choice.selection) == ([0, 2, 1], ("uncertain", "diverse", "uncertain"))


def test_only_the_head_of_the_pool_is_looked_up() -> None:
    asked: list[int] = []
    many = candidates(2_000)

    def rows(places: NDArray[np.int64]) -> csr_matrix:
        asked.append(len(places))
        return many.rows(places)

    strategy(DEFAULT)(Candidates(many.probabilities, rows), 20, seed=0)
    assert asked == [300]


def test_likeness_is_the_cosine() -> None:
    rows = csr_matrix(np.array([[3, 4], [4, 3], [0, 0]], dtype=np.float32))
    assert likeness(rows).round(6).tolist() == [[1, 0.96, 0], [0.96, 1, 0], [0, 0, 0]]
