"""The random baseline: models of random parts of the labels that were drawn by lot."""

import json
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from ml.errors import LengthMismatch
from ml.replay import FOLDS, Baseline, Fit, random_baseline

Places = NDArray[np.int64]
N = 60
TRUTH = ["a" if place % 3 else "b" for place in range(N)]


def watching(seen: list[tuple[Places, Places]], answer: Callable[[int], str] = lambda place: TRUTH[place]) -> Fit:
    """A fit that notes what it was taught and asked, and answers as told."""

    def fit(taught: Places) -> Callable[[Places], Sequence[str]]:
        def predict(places: Places) -> list[str]:
            seen.append((taught, places))
            return [answer(place) for place in places.tolist()]

        return predict

    return fit


def replayed(fit: Fit, **more: object) -> Baseline:
    wanted = {"sizes": (20,), "repeats": 2, "seed": 1, "resamples": 40, **more}
    return random_baseline(fit, TRUTH, **wanted)  # type: ignore[arg-type]  # by name


def test_a_model_that_knows_all_reaches_one() -> None:
    assert [one.macro_f1.value for one in replayed(watching([])).points] == [1, 1]


def test_points_stand_at_the_sizes_and_at_all_that_there_is() -> None:
    assert [one.n for one in replayed(watching([])).points] == [20, N - N // FOLDS]


def test_no_model_is_tested_on_what_it_learned() -> None:
    seen: list[tuple[Places, Places]] = []
    replayed(watching(seen))
    assert all(not np.intersect1d(*one).size for one in seen)


def test_no_model_is_tested_on_an_article_that_it_learned_from() -> None:
    seen: list[tuple[Places, Places]] = []
    replayed(watching(seen), groups=[place // 5 for place in range(N)])
    assert all(not np.intersect1d(taught // 5, asked // 5).size for taught, asked in seen)


def test_every_sentence_is_tested_once_a_repeat_and_size() -> None:
    seen: list[tuple[Places, Places]] = []
    replayed(watching(seen))
    assert set(Counter(np.concatenate([asked for _, asked in seen]).tolist()).values()) == {4}


def test_each_model_learns_from_as_many_labels_as_its_point_says() -> None:
    seen: list[tuple[Places, Places]] = []
    replayed(watching(seen))
    assert Counter(len(taught) for taught, _ in seen) == {20: 8, 45: 8}


def test_labels_outside_the_mask_are_learned_from_and_not_tested() -> None:
    seen: list[tuple[Places, Places]] = []
    tested = [place < 40 for place in range(N)]
    score = replayed(watching(seen, lambda place: TRUTH[place] if place < 40 else "b"), tested=tested).points[-1]
    assert (score.macro_f1.value, score.macro_f1.n) == (1, 40)


def test_a_sentence_of_weight_nought_is_not_learned_from() -> None:
    seen: list[tuple[Places, Places]] = []
    replayed(watching(seen), weights=[0.0 if place < 10 else 1.0 for place in range(N)])
    assert min(taught.min() for taught, _ in seen) == 10


def test_a_heavy_sentence_is_drawn_more_often() -> None:
    seen: list[tuple[Places, Places]] = []
    replayed(watching(seen), weights=[9.0 if place < 30 else 1.0 for place in range(N)], repeats=20)
    drawn = np.concatenate([taught for taught, _ in seen if len(taught) == 20])
    assert (drawn < 30).mean() > 0.7


def test_of_one_label_alone_nothing_is_fitted() -> None:
    labels = ["a"] * (N - 1) + ["b"]

    def fit(taught: Places) -> Callable[[Places], Sequence[str]]:
        assert len({labels[place] for place in taught.tolist()}) == 2
        return lambda places: ["a"] * len(places)

    baseline = random_baseline(fit, labels, sizes=(2,), repeats=3, seed=1, resamples=10)
    assert baseline.points[0].macro_f1.value == pytest.approx(0.5, abs=0.01)


def test_the_same_seed_gives_the_same_baseline() -> None:
    def guess(place: int) -> str:
        return "ab"[place % 2]

    assert replayed(watching([], guess)) == replayed(watching([], guess))


def test_the_interval_holds_the_figure() -> None:
    score = replayed(watching([], lambda place: "ab"[place % 2])).points[0].macro_f1
    assert (score.low or 1) <= (score.value or 0) <= (score.high or 0)


@pytest.mark.parametrize(
    ("labels", "groups"),
    [(["a", "b"] * 9, None), (["a"] * 40, None), (["a", "b"] * 20, [0] * 40), (["a", "b"] * 20, [1, 2, 3, 3] * 10)],
)
def test_too_few_labels_articles_or_kinds_give_a_reason(labels: list[str], groups: list[int] | None) -> None:
    baseline = random_baseline(watching([]), labels, groups=groups, seed=1)
    assert (baseline.points, "needs 20 labels drawn by lot" in baseline.reason) == ((), True)


def test_it_calls_itself_an_estimate() -> None:
    assert "an estimate" in replayed(watching([])).name


def test_it_is_plain_json() -> None:
    assert json.loads(json.dumps(replayed(watching([])).as_json(), allow_nan=False))["points"][0]["n"] == 20


def test_a_mask_of_another_length_is_refused() -> None:
    with pytest.raises(LengthMismatch):
        replayed(watching([]), tested=[True])
