"""The bench that holds figures against the truth tells what it says it does."""

from collections.abc import Iterator
from typing import Any

import pytest

from bench import honesty
from ml.simulate import load, prepared
from tests.ml.labelled_file import sentences, written

# Trains some models: more than a moment.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[honesty.Replay, dict[str, Any]]]:
    """A short replay and its summary."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("AUDIT", 60), ("BUDGET", 160), ("DRAWS", 1)):
            patch.setattr(honesty, name, value)
        path = written(tmp_path_factory.mktemp("labelled") / "a.jsonl", sentences(500))
        with prepared(load(path)) as ground:
            one = honesty.Replay(ground, 0)
            one.run()
            yield one, honesty.summary(one)


def test_no_audit_sentence_is_asked_for(told: tuple[honesty.Replay, dict[str, Any]]) -> None:
    one, _found = told
    assert not set(one.audit.tolist()) & set(one.last[1].tolist())


def test_each_version_is_measured_up_to_the_budget(told: tuple[honesty.Replay, dict[str, Any]]) -> None:
    assert [step["n"] for step in told[0].steps] == list(range(20, 161, 20))


def test_the_truth_is_that_of_the_hold_out(told: tuple[honesty.Replay, dict[str, Any]]) -> None:
    one, found = told
    error, _covered = found["audit"][-1]
    assert error == pytest.approx(one.steps[-1]["audit"].value - one.steps[-1]["true"])


def test_estimated_shares_come_near_the_truth(told: tuple[honesty.Replay, dict[str, Any]]) -> None:
    assert all(error < 0.15 for error, _covered, _width in told[1]["drawn"])


def test_planted_errors_are_more_frequent_among_the_suspects(told: tuple[honesty.Replay, dict[str, Any]]) -> None:
    suspects, planted = told[1]["suspects"]
    assert suspects > 2 * planted


def test_the_table_has_a_line_for_every_figure(told: tuple[honesty.Replay, dict[str, Any]]) -> None:
    table = honesty.table({"a": [{**told[1], "cross_validation": {300: -0.2, 600: -0.1}}]})
    assert len(table) == 10
