"""What the benches compute themselves: others are measured with it."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix, random_array
from sklearn.linear_model import LogisticRegression

from bench import efficiency, iteration, prose
from bench.efficiency_table import Replayed, tables
from bench.peers.environments import command
from bench.peers.exchange import Codes, Places, Task, read_task, write_task
from bench.peers.learners import Blend, Touched
from bench.peers.replaying import replay, unlabelled
from ml.classifier import BlendClassifier
from ml.features import WORD_COLUMNS, hash_texts


def task(codes: list[int]) -> Task:
    """As many sentences as codes, each with a column of its own; the hold-out is the same again."""
    rows = csr_matrix(np.eye(len(codes), dtype=np.float32))
    dense = np.ones((len(codes), 2), np.float32)
    known = np.array(codes)
    return Task(rows, dense, known, rows, dense, known, n_words=len(codes))


class Perfect:
    """Knows every label from the start, and asks in the order of the pool."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.seen: list[Places] = []

    def hold(self, places: Places) -> None:
        self.seen.append(places)

    def learn(self) -> None:
        pass

    def ask(self, n: int) -> Places:
        return unlabelled(len(self.task.codes), self.seen[-1])[:n]

    def predict(self) -> Codes:
        return self.task.test_codes


def replayed(learner: str, *curve: float, on: str = "news", seed: int = 0) -> Replayed:
    return Replayed(on, seed, learner, (20, 60, 100), curve)


def test_a_task_comes_back_as_it_was_written(tmp_path: Path) -> None:
    write_task(tmp_path / "task", task([0, 1, 2]))
    found = read_task(tmp_path / "task")
    assert (found.n_labels, found.n_words, found.rows.toarray().tolist()) == (3, 3, np.eye(3).tolist())


def test_a_replay_begins_with_the_same_labels_as_the_products_own() -> None:
    learner = Perfect(task([0] * 10 + [1] * 10))
    replay(learner.task, learner, [4, 8], seed=3)
    assert learner.seen[0].tolist() == np.random.default_rng(3).permutation(20)[:4].tolist()


def test_a_replay_answers_with_the_one_label_it_has_seen() -> None:
    learner = Perfect(task([0] * 9 + [1]))
    assert replay(learner.task, learner, [1, 10], seed=1) == [pytest.approx(0.9 / 1.9), 1.0]


def test_a_replay_stops_at_a_peer_that_asks_twice() -> None:
    learner = Perfect(task([0] * 10 + [1] * 10))
    learner.ask = lambda n: learner.seen[-1][:n]  # type: ignore[method-assign]
    with pytest.raises(SystemExit, match="asked twice"):
        replay(learner.task, learner, [4, 8], seed=3)


@pytest.mark.slow
def test_the_touched_columns_give_the_same_model_as_all_columns() -> None:
    rows = csr_matrix(random_array((60, 500), density=0.02, rng=np.random.default_rng(0)))
    codes = np.arange(60) % 3
    whole = LogisticRegression(class_weight="balanced", max_iter=1_000).fit(rows, codes)
    assert Touched().fit(rows, codes).predict_proba(rows) == pytest.approx(whole.predict_proba(rows), abs=1e-3)


@pytest.mark.slow
def test_peers_are_given_the_products_own_classifier() -> None:
    texts = [" ".join(f"word{(number * step) % 23}" for step in range(1, 7)) for number in range(60)]
    rows = csr_matrix(hash_texts(texts)[:, :WORD_COLUMNS])
    codes = np.arange(60) % 3
    ours = BlendClassifier().fit(rows[:30], codes[:30]).predict_proba(rows)
    assert Blend(WORD_COLUMNS).fit(rows[:30], codes[:30]).predict_proba(rows) == pytest.approx(ours, abs=5e-3)


@pytest.mark.slow
def test_made_up_sentences_are_the_same_ones_however_many_there_are() -> None:
    assert list(prose.texts(20)) == list(prose.texts(prose.BLOCK + 5))[:20]


@pytest.mark.slow
def test_made_up_sentences_touch_as_many_word_columns_as_news() -> None:
    counts = hash_texts(list(prose.texts(500)))
    assert 25 < (counts.indices < WORD_COLUMNS).sum() / 500 < 40


@pytest.mark.slow
def test_every_made_up_sentence_has_a_label() -> None:
    assert set(prose.labels(1_000)) == set(prose.LABELS)


def test_the_baseline_of_tutorials_runs_in_the_products_own_environment() -> None:
    assert command("tutorial", "replay")[:3] == [sys.executable, "-m", "bench.peers.tutorial_peer"]


def test_curves_of_other_code_and_lines_that_were_cut_are_not_gone_on_from(tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    lines = [json.dumps({**replayed(name, 0.1, 0.2, 0.3).as_json(), "source": name}) for name in ("now", "before")]
    kept.write_text(f"{lines[0]}\n{lines[1]}\n{lines[0][:30]}")
    assert [one.learner for one in efficiency.read(kept, {"now"})] == ["now"]


def test_the_table_pairs_learners_with_random_by_set_and_seed() -> None:
    told = tables(
        [
            replayed("random", 0.2, 0.2, 0.2),
            replayed("random", 0.6, 0.6, 0.6, on="talk"),
            replayed("better", 0.3, 0.3, 0.3),
            replayed("better", 0.5, 0.5, 0.5, on="talk"),
        ],
        ours="better",
    )
    assert next(line.split(" | ")[6:] for line in told if line.startswith("| better")) == [
        "+0.0000 (-0.1000 to +0.1000)",
        "1 of 2",
        "1 of 2 (9% to 91%) |",
    ]


def test_the_table_leaves_out_what_no_replay_reached() -> None:
    told = next(line for line in tables([replayed("random", 0.2, 0.3, 0.4)], ours="") if line.startswith("| random"))
    assert told.split(" | ")[1:6] == ["0.300", "0.400", "", "", "0.3000"]


def test_the_table_says_how_many_labels_of_the_tutorial_sixty_of_ours_are_worth() -> None:
    told = tables([replayed("tutorial", 0.1, 0.2, 0.5), replayed("ours", 0.1, 0.4, 0.5)], ours="ours")
    assert list(told)[-1] == "60 labels of `ours` (0.400) are worth 100 of `tutorial`."


def test_the_table_of_an_iteration_holds_medians_and_the_worst_memory() -> None:
    rounds = [{"fit": fit, "total": fit, "peak_mib": 100 * fit} for fit in (1, 2, 9)]
    lines = iteration.table(1_000, {"ours": rounds, "slow": [{"failed": "over 120 s"}]})
    assert lines[2:] == [
        "| ours | 2.000 |  |  |  | 2.000 | 1.0 x |  |  | 900 MiB | 3 |",
        "| slow | | | | | over 120 s | | | | | |",
    ]
