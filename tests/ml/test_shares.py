"""Label shares of a pool, from samples with known chances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.errors import ChancesInvalid, LengthMismatch, ProbabilitiesInvalid
from ml.evaluation import Score
from ml.shares import LEAST_ASSISTED, assisted, drawn, lure_weights

LABELS = st.lists(st.sampled_from("abc"), min_size=1, max_size=30)


def shares(labels: str, **more: object) -> dict[str, Score]:
    return drawn(list(labels), classes=["a", "b", "c"], seed=1, resamples=50, **more)  # type: ignore[arg-type]  # by name


@settings(max_examples=30)
@given(LABELS)
def test_shares_come_to_one(labels: list[str]) -> None:
    assert sum(one.value or 0 for one in shares("".join(labels)).values()) == pytest.approx(1)


@settings(max_examples=30)
@given(LABELS)
def test_each_interval_holds_its_share(labels: list[str]) -> None:
    found = shares("".join(labels)).values()
    assert all(one.low is None or one.low - 1e-9 <= (one.value or 0) <= (one.high or 0) + 1e-9 for one in found)


def test_a_sentence_of_weight_three_counts_as_three() -> None:
    assert shares("ab", weights=[3, 1])["a"].value == 0.75


def test_a_share_has_the_n_of_its_label() -> None:
    assert shares("aabc")["a"].n == 2


def test_a_label_that_was_not_met_may_be_there_all_the_same() -> None:
    score = shares("a" * 30 + "b" * 30)["c"]
    assert (score.value, 0.04 < (score.high or 0) < 0.08) == (0, True)


def test_few_articles_say_less_of_a_label_that_was_not_met() -> None:
    by_article = shares("ab" * 30, groups=[place // 10 for place in range(60)])["c"].high
    assert (by_article or 0) > (shares("ab" * 30)["c"].high or 0)


def test_alike_sentences_of_an_article_widen_the_interval() -> None:
    labels = "".join(("a" if place % 2 else "b") * 10 for place in range(12))
    whole = shares(labels, groups=[place // 10 for place in range(120)])["a"]
    single = shares(labels)["a"]
    assert (whole.high or 0) - (whole.low or 0) > 2 * ((single.high or 0) - (single.low or 0))


def test_one_article_gives_no_interval_and_says_why() -> None:
    score = shares("ab", groups=["x", "x"])["a"]
    assert (score.value, score.low, score.reason) == (0.5, None, "no interval (fewer than two articles)")


def test_no_sentence_gives_no_share() -> None:
    assert shares("")["a"].reason == "not defined (no sentences)"


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.03, 0.2])
def test_the_interval_covers_the_truth_about_as_often_as_it_says(share: float) -> None:
    generator = np.random.default_rng(3)
    covered = 0
    for seed in range(100):
        labels = np.where(generator.random(100) < share, "a", "b").tolist()
        score = drawn(labels, classes=["a"], seed=seed, resamples=200)["a"]
        covered += (score.low or 0) <= share <= (score.high or 0)
    assert covered >= 88


class Population:
    """A pool of which a model knows something: its probabilities are too high by a tenth."""

    def __init__(self, seed: int, n: int = 4_000) -> None:
        self.generator = np.random.default_rng(seed)
        self.truth = self.generator.random(n) < 0.25
        self.told = np.clip(0.1 + 0.6 * self.truth + self.generator.normal(0.1, 0.1, n), 0, 1)

    def measured(self, n: int = 150) -> tuple[Score, Score]:
        """Of a sample: the share with the model's help, and without."""
        places = self.generator.choice(len(self.truth), n, replace=False)
        labels = np.where(self.truth[places], "a", "b").tolist()
        helped = assisted(labels, self.told[places, None], [self.told.mean()], classes=["a"], seed=1, resamples=100)
        return helped["a"], drawn(labels, classes=["a"], seed=1, resamples=100)["a"]


@pytest.mark.slow
def test_a_model_that_reads_high_does_not_make_the_share_high() -> None:
    found = [(one.measured()[0].value or 0) - one.truth.mean() for one in map(Population, range(30))]
    assert abs(np.mean(found)) < 0.005


def test_a_good_model_narrows_the_interval() -> None:
    helped, alone = Population(1).measured()
    assert (helped.high or 0) - (helped.low or 0) < ((alone.high or 0) - (alone.low or 0)) / 2


@pytest.mark.slow
def test_the_narrow_interval_covers_the_truth() -> None:
    covered = 0
    for one in map(Population, range(40)):
        score = one.measured()[0]
        covered += (score.low or 0) <= one.truth.mean() <= (score.high or 0)
    assert covered >= 35


def test_a_model_that_says_the_same_of_all_changes_nothing() -> None:
    labels = ["a"] * 12 + ["b"] * 20
    score = assisted(labels, np.full((32, 1), 0.5), [0.5], classes=["a"], seed=1, resamples=20)["a"]
    assert score.value == pytest.approx(12 / 32)


def test_too_few_sentences_of_a_label_get_no_help() -> None:
    labels = ["a"] * (LEAST_ASSISTED - 1) + ["b"] * 20
    score = assisted(labels, np.full((len(labels), 1), 0.5), [0.5], classes=["a"], seed=1)["a"]
    assert (score.value, score.n) == (None, LEAST_ASSISTED - 1)


def test_probabilities_of_another_number_are_refused() -> None:
    with pytest.raises(LengthMismatch):
        assisted(["a"], [[0.5, 0.5]], [0.5], classes=["a"], seed=1)


def test_probabilities_that_are_not_finite_are_refused() -> None:
    with pytest.raises(ProbabilitiesInvalid):
        assisted(["a"], [[float("nan")]], [0.5], classes=["a"], seed=1)


def test_sentences_drawn_by_lot_all_weigh_one() -> None:
    assert lure_weights([1 / left for left in range(10, 4, -1)], 10) == pytest.approx(np.ones(6))


def test_a_pool_that_is_labelled_to_the_end_weighs_one_whatever_the_chances() -> None:
    assert lure_weights([0.2, 0.9, 1], 3) == pytest.approx(np.ones(3))


@pytest.mark.slow
def test_weights_undo_a_choice_that_favours_a_label() -> None:
    """The mean of 2,000 such choices: without weights it reads far too high."""
    generator = np.random.default_rng(0)
    claims = np.array([1.0] * 6 + [0.0] * 10)
    estimates = []
    for _ in range(2_000):
        left, chances, seen = list(range(16)), [], []
        for _step in range(6):
            liking = 1 + 3 * claims[left]
            place = generator.choice(len(left), p=liking / liking.sum())
            chances.append(liking[place] / liking.sum())
            seen.append(claims[left.pop(place)])
        estimates.append(np.mean(lure_weights(chances, 16) * seen))
    assert np.mean(estimates) == pytest.approx(claims.mean(), abs=0.02)


@pytest.mark.parametrize("chances", [[0.5, 0.0], [1.5, 0.5], [0.5] * 4])
def test_a_choice_without_chance_cannot_be_corrected(chances: list[float]) -> None:
    with pytest.raises(ChancesInvalid):
        lure_weights(chances, 3)
