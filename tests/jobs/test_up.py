"""`manage.py up`: really started, really killed."""

import os
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from factcheck.launcher import places
from tests.jobs.launching import Launcher, free_port, nothing_left, until

pytestmark = [pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    started = Launcher(tmp_path / "var", port=free_port())
    yield started
    started.clean_up()


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    """One that is up already, for tests that do not end it."""
    started = Launcher(tmp_path_factory.mktemp("up") / "var", port=free_port())
    try:
        started.ready()
        yield started
    finally:
        started.clean_up()


def end_of(data: Path, *, port: int) -> tuple[int, str]:
    """Exit code and words of a start that is refused."""
    refused = Launcher(data, port=port)
    try:
        return refused.end()
    finally:
        refused.clean_up()


def test_the_first_start_prints_three_one_time_links_and_ctrl_c_ends_all(launcher: Launcher) -> None:
    links = launcher.ready()["links"]
    guard = launcher.guard()
    launcher.process.send_signal(signal.SIGINT)
    assert (len(links), launcher.end()[0], nothing_left(guard)) == (3, 0, True)


def test_links_that_nobody_opened_before_a_stop_are_made_anew(launcher: Launcher) -> None:
    first = launcher.ready()["links"]
    launcher.process.send_signal(signal.SIGTERM)
    launcher.end()
    following = Launcher(launcher.data, port=launcher.port)
    try:
        second = following.ready()["links"]
    finally:
        following.clean_up()
    assert (list(second), set(second.values()) & set(first.values())) == (list(first), set())


def test_a_second_ctrl_c_ends_all_at_once(launcher: Launcher) -> None:
    launcher.ready()
    guard = launcher.guard()
    os.kill(launcher.running("redis"), signal.SIGSTOP)  # a stopped process holds up an end in order
    launcher.process.send_signal(signal.SIGINT)
    assert until(lambda: "Ctrl-C again stops at once" in launcher.said())
    launcher.process.send_signal(signal.SIGINT)
    assert (launcher.end()[0], nothing_left(guard)) == (130, True)


def test_kill_9_of_the_launcher_leaves_no_process_and_the_next_start_takes_the_lock_over(launcher: Launcher) -> None:
    launcher.ready()
    guard = launcher.guard()
    launcher.kill()
    assert until(lambda: nothing_left(guard))
    following = Launcher(launcher.data, port=launcher.port)
    try:
        following.ready()
        following.process.send_signal(signal.SIGTERM)
        code, said = following.end()
    finally:
        following.clean_up()
    assert (code, f"process {launcher.process.pid}) did not end in order" in said) == (0, True)


def test_kill_9_of_the_supervisor_ends_all_with_an_exit_code_of_its_own(launcher: Launcher) -> None:
    launcher.ready()
    guard = launcher.guard()
    os.kill(int((places.sockets(launcher.data) / "supervisor.pid").read_text()), signal.SIGKILL)
    assert (launcher.end()[0], nothing_left(guard)) == (15, True)


def test_kill_9_of_the_guard_ends_all_too(launcher: Launcher) -> None:
    launcher.ready()
    guard = launcher.guard()
    os.kill(guard, signal.SIGKILL)
    assert (launcher.end()[0], nothing_left(guard)) == (15, True)


def test_what_a_crash_of_launcher_and_guard_left_is_stopped_by_the_next_start(launcher: Launcher) -> None:
    launcher.ready()
    guard = launcher.guard()
    os.kill(launcher.process.pid, signal.SIGSTOP)  # so that it cannot end what the guard leaves
    os.kill(guard, signal.SIGKILL)
    launcher.kill()
    following = Launcher(launcher.data, port=launcher.port)
    try:
        following.ready()
        assert nothing_left(guard)
    finally:
        following.clean_up()


def test_the_secret_key_is_readable_by_its_owner_alone(lasting: Launcher) -> None:
    assert stat.S_IMODE(places.key(lasting.data).stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["web", "redis", "beat"])
def test_a_killed_program_comes_back(lasting: Launcher, name: str) -> None:
    killed = lasting.running(name)
    os.kill(killed, signal.SIGKILL)
    assert until(lambda: lasting.pid_of(name) not in (None, killed))


def test_a_second_start_is_refused(lasting: Launcher) -> None:
    code, said = end_of(lasting.data, port=free_port())
    assert (code, said.count("\n"), "already runs" in said) == (11, 1, True)


def test_a_taken_port_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code, said = end_of(tmp_path / "var", port=port)
    assert (code, said.count("\n"), f"Port {port} is taken" in said) == (12, 1, True)


def test_a_data_directory_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    # Below a file: root may write anywhere else.
    (tmp_path / "file").write_text("")
    code, said = end_of(tmp_path / "file" / "var", port=free_port())
    assert (code, said.count("\n"), "cannot be written" in said) == (10, 1, True)


def test_a_data_directory_with_a_long_path_works(tmp_path: Path) -> None:
    started = Launcher(tmp_path / ("long" * 30) / "with a space and 100 % of signs", port=free_port())
    try:
        started.ready()
        assert started.running("redis")
    finally:
        started.clean_up()
