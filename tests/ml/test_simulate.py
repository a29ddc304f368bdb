"""Replays of active learning: honest, repeatable, open to other learners."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from ml.errors import PlanInvalid, UnknownStrategy
from ml.simulate import Curve, Engine, Ground, Labelled, Progress, curves, load, points, prepared, replay
from tests.ml.labelled_file import sentences, written

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "trec6.jsonl"


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Labelled:
    return load(written(tmp_path_factory.mktemp("file") / "a.jsonl", sentences(300)))


@pytest.fixture(scope="module")
def ground(labelled: Labelled) -> Iterator[Ground]:
    with prepared(labelled) as found:
        yield found


@dataclass
class Peer:
    """A learner that is not ours: it answers by the commonest label, and keeps what it was given."""

    name: str = "peer"
    seen: tuple[int, ...] = ()

    def curve(self, ground: Ground, labels: Sequence[int], *, seed: int) -> Iterator[float]:
        for n in labels:
            self.seen = tuple(ground.drawn(seed)[:n].tolist())
            names, counts = np.unique(ground.answers[list(self.seen)], return_counts=True)
            yield ground.macro_f1([str(names[counts.argmax()])] * len(ground.held_answers))


@pytest.mark.parametrize(
    ("n_pool", "batch", "budget", "expected"),
    [
        (1_000, 20, 100, (20, 40, 60, 80, 100)),
        (1_000, 50, 100, (20, 70, 100)),
        (50, 20, 600, (20, 40, 50)),
        (20, 5, 20, (20,)),
    ],
)
def test_points_go_from_twenty_labels_to_the_budget(
    n_pool: int, batch: int, budget: int, expected: tuple[int, ...]
) -> None:
    assert points(n_pool, batch=batch, budget=budget) == expected


@pytest.mark.parametrize(("n_pool", "batch", "budget"), [(19, 20, 600), (100, 0, 600), (100, 20, 19), (100, -1, -5)])
def test_a_plan_without_sense_is_refused(n_pool: int, batch: int, budget: int) -> None:
    with pytest.raises(PlanInvalid):
        points(n_pool, batch=batch, budget=budget)


def test_an_unknown_strategy_is_refused_at_once() -> None:
    with pytest.raises(UnknownStrategy, match="bogus"):
        Engine("bogus")


@pytest.mark.slow
def test_the_same_seed_gives_the_same_curve(ground: Ground) -> None:
    first, again = (list(Engine("default").curve(ground, (20, 40, 60), seed=2)) for _ in range(2))
    assert first == again


@pytest.mark.slow
def test_learning_raises_the_curve_towards_that_of_all_labels(ground: Ground) -> None:
    found = list(Engine("default").curve(ground, (20, 60, 100, 140), seed=1))
    assert found[0] < found[-1] <= ground.full_data_macro_f1 + 0.1


@pytest.mark.slow
def test_every_strategy_of_a_seed_begins_with_the_same_labels(ground: Ground) -> None:
    found = list(curves(ground, [Engine("default"), Engine("random")], (20, 40), seeds=[5]))
    assert found[0].macro_f1[0] == found[1].macro_f1[0]


@pytest.mark.slow
def test_nobody_is_asked_for_a_sentence_twice_and_the_whole_pool_can_be_asked(labelled: Labelled) -> None:
    small = replace(labelled, texts=labelled.texts[:60], labels=labelled.labels[:60], split=labelled.split[:60])
    n = small.split.count("train")
    with prepared(small) as ground:
        *_, last = Engine("default").curve(ground, points(n, batch=10, budget=n), seed=1)
        assert last == pytest.approx(ground.full_data_macro_f1)


@pytest.mark.slow
def test_before_a_second_label_is_seen_the_one_label_is_the_answer(ground: Ground) -> None:
    lonely = replace(ground, answers=np.full_like(ground.answers, "none"))
    found = list(Engine("default").curve(lonely, (20, 40), seed=1))
    assert found == [lonely.macro_f1(["none"] * len(ground.held_answers))] * 2


def test_macro_f1_is_the_mean_over_the_labels_that_occur(ground: Ground) -> None:
    held = replace(ground, held_answers=["a", "a", "b", "b"], answers=np.array(["a", "b", "c"]))
    assert held.macro_f1(["a", "a", "b", "a"]) == pytest.approx((0.8 + 2 / 3) / 2)


def test_another_learner_competes_on_the_same_ground(ground: Ground) -> None:
    peer = Peer()
    found = list(curves(ground, [peer], (20, 40), seeds=[1, 2]))
    assert [(one.learner, one.seed, len(one.macro_f1)) for one in found] == [("peer", 1, 2), ("peer", 2, 2)]
    assert peer.seen == tuple(ground.drawn(2)[:40].tolist())


def test_progress_counts_up_to_the_end(ground: Ground) -> None:
    heard: list[Progress] = []
    list(curves(ground, [Peer(), Peer("other")], (20, 40), seeds=[1], tell=heard.append))
    assert [(one.learner, one.labels, one.done, one.total) for one in heard] == [
        ("peer", 20, 1, 4),
        ("peer", 40, 2, 4),
        ("other", 20, 3, 4),
        ("other", 40, 4, 4),
    ]


def test_a_curve_is_there_as_soon_as_it_is_whole(ground: Ground) -> None:
    heard: list[Progress] = []
    first = next(curves(ground, [Peer()], (20, 40), seeds=[1, 2, 3], tell=heard.append))
    assert (first.seed, len(heard)) == (1, 2)


@pytest.mark.slow
def test_a_replay_says_how_strategies_stand(labelled: Labelled) -> None:
    found = replay(labelled, ["default", "random"], seeds=[1, 2], batch=20, budget=60)
    assert found.labels == (20, 40, 60)
    assert found.curves[0] == Curve("default", 1, found.by_learner()["default"][1])
    assert (found.n_pool, found.n_hold_out, found.standings()["default"].wins.n) == (240, 60, 2)


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_file(), reason=f"{REAL.name} is not beside the project")
def test_on_real_questions_a_hundred_labels_teach_what_they_should() -> None:
    found = replay(load(REAL), ["default"], seeds=[1], batch=40, budget=100)
    assert 0.75 < found.full_data_macro_f1 < 0.95
    # Six kinds of question: by chance it would be about a sixth.
    assert found.curves[0].macro_f1[-1] > 0.5
