"""What a server on the open network needs: Django's own list, and containers that may do little."""

import fnmatch
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.exceptions import ImproperlyConfigured

from factcheck import env
from tests.house.sources import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: Mapping[str, Mapping[str, Any]] = COMPOSE["services"]
IMAGE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OURS = sorted(name for name, service in SERVICES.items() if service["image"] == "factcheck")
WORKERS = sorted(name for name in OURS if "celery" in SERVICES[name].get("command", ""))
EVERY = pytest.mark.parametrize("service", sorted(SERVICES))
EACH_OF_OURS = pytest.mark.parametrize("service", OURS)


def test_check_deploy_finds_nothing_under_https(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    # The browser tests set the one that is left out: for this process, not for a server.
    inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    environment = {**inherited, "FACTCHECK_DATA": str(tmp_path), "FACTCHECK_HTTPS": "1", "DEBUG": "0"}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    found = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (found.returncode, "no issues" in found.stdout) == (0, True), found.stderr


def test_there_are_web_workers_beat_a_database_and_a_broker() -> None:
    assert set(SERVICES) == {
        *("prepare", "web", "worker", "measure", "exchange", "sweep", "beat"),
        *("postgres", "redis"),
    }


@EVERY
def test_nothing_can_be_written_but_volumes_and_memory(service: str) -> None:
    assert (SERVICES[service]["read_only"], "/tmp" in str(SERVICES[service]["tmpfs"])) == (True, True)


@EVERY
def test_no_right_of_root_is_left_and_none_can_be_gained(service: str) -> None:
    found = SERVICES[service]
    assert (found["cap_drop"], found["security_opt"]) == (["ALL"], ["no-new-privileges:true"])


def test_only_the_database_gets_rights_back_to_read_its_secret_and_to_step_down() -> None:
    given = {name: set(service["cap_add"]) for name, service in SERVICES.items() if "cap_add" in service}
    assert given == {"postgres": {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}}


@EACH_OF_OURS
def test_ours_run_as_a_user_who_owns_nothing_else(service: str) -> None:
    assert SERVICES[service]["user"] == "10001:10001"


def test_the_image_has_that_user_and_is_not_root_by_itself() -> None:
    assert ("--uid 10001" in IMAGE, re.findall(r"^USER (.*)$", IMAGE, re.MULTILINE)) == (True, ["10001"])


@EVERY
def test_memory_processors_and_processes_are_limited(service: str) -> None:
    assert {"mem_limit", "cpus", "pids_limit"} <= set(SERVICES[service])


@EVERY
def test_logs_do_not_fill_the_disk(service: str) -> None:
    assert set(SERVICES[service]["logging"]["options"]) == {"max-size", "max-file"}


@pytest.mark.parametrize("service", ["web", *WORKERS])
def test_nothing_starts_before_the_tables_are_there(service: str) -> None:
    assert SERVICES[service]["depends_on"]["prepare"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("service", WORKERS)
def test_workers_wait_for_a_broker_that_answers(service: str) -> None:
    assert SERVICES[service]["depends_on"]["redis"] == {"condition": "service_healthy"}


@EACH_OF_OURS
def test_ours_wait_for_a_database_that_answers(service: str) -> None:
    assert SERVICES[service]["depends_on"]["postgres"] == {"condition": "service_healthy"}


def test_the_web_process_does_not_wait_for_the_broker() -> None:
    assert "redis" not in SERVICES["web"]["depends_on"]


def test_the_web_process_is_well_when_it_is_ready() -> None:
    assert SERVICES["web"]["healthcheck"]["test"][-1] == "/readyz"


@pytest.mark.parametrize("service", WORKERS)
def test_a_service_can_be_started_many_times(service: str) -> None:
    assert {"container_name", "ports", "hostname"} & set(SERVICES[service]) == set()


def test_only_the_web_process_is_reached_from_outside_and_from_this_machine_alone() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports == {"web": ["127.0.0.1:${FACTCHECK_PORT:-8000}:8000"]}


@EVERY
def test_no_secret_is_in_an_environment(service: str) -> None:
    found = SERVICES[service].get("environment", {})
    assert [name for name in found if re.search("PASSWORD|SECRET|TOKEN|KEY", name) and not name.endswith("_FILE")] == []


def test_no_address_holds_a_password() -> None:
    addresses = [str(value) for service in SERVICES.values() for value in service.get("environment", {}).values()]
    assert [one for one in addresses if re.search(r"//[^/@]*:[^/@]*@", one)] == []


@EVERY
def test_each_file_of_a_secret_is_one_that_the_service_is_given(service: str) -> None:
    found = SERVICES[service].get("environment", {})
    wanted = {value for name, value in found.items() if name.endswith("_FILE") and value.startswith("/run/secrets/")}
    assert wanted == {f"/run/secrets/{name}" for name in SERVICES[service].get("secrets", [])}


def test_every_secret_that_is_used_is_a_file() -> None:
    used = {name for service in SERVICES.values() for name in service.get("secrets", [])}
    assert {name: set(one) for name, one in COMPOSE["secrets"].items()} == {name: {"file"} for name in used}


@pytest.mark.parametrize("name", ["secret_key", "postgres_password", ".env", ".git", "var", "tests", "docs"])
def test_no_secret_and_nothing_needless_goes_into_the_image(name: str) -> None:
    rules = [one for one in (ROOT / ".dockerignore").read_text().splitlines() if one and not one.startswith("#")]
    taken = [rule for rule in rules if rule.startswith("!") and fnmatch.fnmatch(name, rule[1:])]
    assert (rules[0], taken) == ("*", [])


def test_all_that_the_image_copies_is_let_in() -> None:
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    copied = [word for line in re.findall(r"^COPY (.*) \S+$", IMAGE, re.MULTILINE) for word in line.split()]
    assert [name for name in copied if f"!{name}" not in rules] == []


@pytest.mark.parametrize("secret", ["secret_key", "postgres_password"])
def test_git_never_takes_a_secret(secret: str) -> None:
    assert f"/{secret}" in (ROOT / ".gitignore").read_text().splitlines()


def test_shards_and_models_lie_where_every_worker_sees_them() -> None:
    assert {name: SERVICES[name]["volumes"] for name in OURS} == {name: ["data:/data"] for name in OURS}


def test_the_password_of_the_database_comes_from_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("kereta@malam/7\n")
    monkeypatch.setenv("DATABASE_URL", SERVICES["web"]["environment"]["DATABASE_URL"])
    monkeypatch.setenv("DATABASE_PASSWORD_FILE", str(tmp_path / "password"))
    found = env.database("DATABASE_URL", default={}, password=env.secret("DATABASE_PASSWORD_FILE"))
    assert (found["USER"], found["HOST"], found["PASSWORD"]) == ("factcheck", "postgres", "kereta@malam/7")


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xff"])
def test_a_file_of_a_secret_without_one_stops_the_start(
    content: bytes | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "password").write_bytes(content)
    monkeypatch.setenv("DATABASE_PASSWORD_FILE", str(tmp_path / "password"))
    with pytest.raises(ImproperlyConfigured, match="DATABASE_PASSWORD_FILE names"):
        env.secret("DATABASE_PASSWORD_FILE")
