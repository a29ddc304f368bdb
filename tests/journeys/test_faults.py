"""What may happen at any time: the web process killed, the broker hung, the workers gone. No answer is lost by it."""

import contextlib
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from itertools import cycle

import pytest

from tests.jobs.launching import Launcher, until
from tests.journeys.visitor import Visitor, act

LABELS = ("claim", "denial", "condemnation", "none")


@pytest.fixture
def running(launch: Callable[[], Launcher]) -> tuple[Launcher, Visitor]:
    """The product with its demo imported, and an annotator at work."""
    launcher = launch()
    visitor = Visitor(launcher.ready()["links"]["demo-annotator-1"])
    assert until(lambda: bool(visitor.insist([])["sentences"]))
    return launcher, visitor


def ask(launcher: Launcher, question: str) -> list[tuple[object, ...]]:
    path = launcher.data / "factcheck.sqlite3"
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute(question).fetchall()


def keys_of(launcher: Launcher) -> list[str]:
    return [str(row[0]) for row in ask(launcher, "SELECT key FROM labeling_event WHERE key IS NOT NULL")]


def label(visitor: Visitor, n: int, kill: Callable[[int], None] = lambda _: None) -> list[str]:
    """Answer `n` sentences one by one; `kill` is called before each. Returns the keys that the server called saved."""
    saved: list[str] = []
    labels = cycle(LABELS)
    hand: list[int] = []
    for turn in range(n):
        if not hand:
            hand = [one["id"] for one in visitor.insist([])["sentences"]]
        sent = act(hand.pop(0), next(labels))
        kill(turn)
        (receipt,) = visitor.insist([sent], want=0)["receipts"]
        assert receipt["saved"], receipt
        saved.append(str(sent["key"]).replace("-", ""))
    return saved


def pid_of(launcher: Launcher, name: str) -> int:
    pid = launcher.pid_of(name)
    assert pid
    return pid


def children(pid: int) -> Iterator[int]:
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as listed:
        yield from (int(child) for child in listed.read().split())


def test_what_the_page_called_saved_survives_kill_9_of_the_web_process(running: tuple[Launcher, Visitor]) -> None:
    launcher, visitor = running

    def kill(turn: int) -> None:
        master = launcher.pid_of("web") if turn in (7, 15) else 0
        if master:
            for pid in (*children(master), master):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    saved = label(visitor, 24, kill)
    assert sorted(keys_of(launcher)) == sorted(saved)


def test_labelling_goes_on_while_redis_hangs_and_training_comes_when_it_wakes(
    running: tuple[Launcher, Visitor],
) -> None:
    launcher, visitor = running
    broker = pid_of(launcher, "redis")
    os.kill(broker, signal.SIGSTOP)
    try:
        saved = label(visitor, 32)
    finally:
        os.kill(broker, signal.SIGCONT)
    assert sorted(keys_of(launcher)) == sorted(saved)
    assert until(lambda: ask(launcher, "SELECT COUNT(*) FROM labeling_modelversion") != [(0,)], seconds=120)


def test_a_killed_worker_is_replaced_and_the_training_is_done(running: tuple[Launcher, Visitor]) -> None:
    launcher, visitor = running
    label(visitor, 32)
    assert until(lambda: ask(launcher, "SELECT COUNT(*) FROM labeling_run WHERE kind = 'train'") != [(0,)])
    worker = pid_of(launcher, "worker")
    for pid in (*children(worker), worker):
        os.kill(pid, signal.SIGKILL)
    assert until(lambda: ask(launcher, "SELECT COUNT(*) FROM labeling_modelversion") != [(0,)], seconds=150)
    assert ask(launcher, "SELECT COUNT(*) FROM labeling_run WHERE kind = 'train' AND state = 'failed'") == [(0,)]
