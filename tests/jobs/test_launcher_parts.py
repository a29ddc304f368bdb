"""The launcher's parts, one at a time and without a start."""

import subprocess
import sys
from pathlib import Path

import pytest

from factcheck.launcher import checks, key, places, session
from factcheck.launcher.control import Program
from factcheck.launcher.lock import Lock
from factcheck.launcher.lookout import Lookout
from factcheck.launcher.refusals import EXIT_CODES, AlreadyRunning, NotWritable, Refusal


class Scripted:
    """A supervisor that shows one list of programs after another."""

    def __init__(self, *looks: list[Program]) -> None:
        self._looks = list(looks)
        self.started: list[str] = []

    def programs(self) -> list[Program]:
        return self._looks.pop(0)

    def start(self, name: str) -> None:
        self.started.append(name)


def told(supervisor: Scripted, looks: int) -> list[str]:
    sentences: list[str] = []
    lookout = Lookout(supervisor, sentences.append)
    for _ in range(looks):
        lookout.look()
    return sentences


def test_a_program_that_was_given_up_is_started_again_every_time() -> None:
    supervisor = Scripted(*([Program("web", "FATAL", 0)] for _ in range(100)))
    told(supervisor, 100)
    assert supervisor.started == ["web"] * 100


def test_a_program_with_a_new_process_is_told_of_once() -> None:
    supervisor = Scripted(*([Program("web", "RUNNING", pid)] for pid in (7, 8, 8)))
    assert told(supervisor, 3) == ["web ended and is started again; see logs/web.log."]


def test_a_program_that_waits_to_be_started_is_told_of_once() -> None:
    looks = [("RUNNING", 7), ("BACKOFF", 0), ("BACKOFF", 0), ("RUNNING", 8)]
    assert len(told(Scripted(*([Program("web", state, pid)] for state, pid in looks)), 4)) == 1


def test_a_key_is_made_once(tmp_path: Path) -> None:
    assert [key.make(tmp_path / "key"), key.make(tmp_path / "key")] == [True, False]


def test_making_a_key_leaves_no_other_file(tmp_path: Path) -> None:
    key.make(tmp_path / "key")
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_lock_is_held_against_a_second_taker(tmp_path: Path) -> None:
    held = Lock.take(tmp_path / "lock")
    with pytest.raises(AlreadyRunning):
        Lock.take(tmp_path / "lock")
    held.let_go()


def test_a_lock_that_was_let_go_is_not_stale(tmp_path: Path) -> None:
    Lock.take(tmp_path / "lock").let_go()
    again = Lock.take(tmp_path / "lock")
    again.let_go()
    assert again.stale is None


def test_a_lock_with_the_process_of_a_crash_in_it_is_stale(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("12345")
    taken = Lock.take(tmp_path / "lock")
    taken.let_go()
    assert taken.stale == 12345


def test_a_data_directory_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotWritable):
        checks.writable(tmp_path / "file" / "var")


def test_sockets_of_a_long_path_lie_elsewhere() -> None:
    assert len(str(places.supervisor_socket(Path("/" + "long" * 40)))) < 103


def test_every_refusal_has_an_exit_code_of_its_own() -> None:
    codes = [refusal.code for refusal in Refusal.__subclasses__()]
    assert sorted(codes) == sorted(set(codes) & EXIT_CODES.keys())


def test_a_killed_session_has_no_members_left() -> None:
    sleeper = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
    leader = subprocess.Popen([sys.executable, "-c", sleeper], start_new_session=True)
    ended = session.kill(leader.pid)
    leader.wait()
    assert (ended, session.members(leader.pid)) == (True, set())
