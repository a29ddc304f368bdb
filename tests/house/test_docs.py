"""Docs that would fall behind are held to the code."""

import re
from collections.abc import Mapping

import pytest
import yaml

from tests.house.sources import PRODUCT, ROOT, python_files

OPERATORS = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
SETTINGS = re.findall(r"^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
COMMANDS = sorted(path.stem for path in (ROOT / "labeling" / "management" / "commands").glob("[!_]*.py"))
SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in [*python_files(*PRODUCT), ROOT / "gunicorn.conf.py"])
READ = set(re.findall(r"""(?:env\.\w+\(\s*|text\(|environ\.get\()["']([A-Z_]+)["']""", SOURCES))
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SET = re.search(r"^# Compose sets (.*?) itself", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M | re.S)
SET_BY_COMPOSE = re.findall(r"[A-Z_]+", SET[1]) if SET else []


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_is_explained_to_operators(setting: str) -> None:
    assert f"`{setting}`" in OPERATORS


def test_every_setting_in_the_example_is_read_and_every_one_read_is_in_the_example() -> None:
    assert set(SETTINGS) == READ


@pytest.mark.parametrize("setting", SETTINGS)
def test_compose_passes_every_setting_on_or_the_example_says_that_it_sets_it_itself(setting: str) -> None:
    web = COMPOSE["services"]["web"]
    passed = f"${{{setting}:-" in f"{web['environment'].get(setting)} {web['ports']}"
    assert passed != (setting in SET_BY_COMPOSE)


@pytest.mark.parametrize("setting", SET_BY_COMPOSE)
def test_what_compose_is_said_to_set_is_set_there_or_in_the_image(setting: str) -> None:
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert setting in COMPOSE["services"]["web"]["environment"] or f" {setting}=" in image


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_docs(command: str) -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    assert any(f"`manage.py {command}" in page.read_text(encoding="utf-8") for page in pages if page.is_file())


@pytest.mark.parametrize("page", ["quickstart.md", "operators.md"])
def test_commands_after_a_start_with_a_port_of_its_own_are_told_of_the_port_too(page: str) -> None:
    # Without it the links of add_person begin with port 8000, where nobody answers.
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert ("FACTCHECK_DATA=" in text, "FACTCHECK_PORT=" in text) == (True, True)


def test_every_requirement_is_pinned_and_says_why_it_is_here() -> None:
    lines = [
        line
        for name in ("requirements.txt", "requirements-dev.txt")
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
        if line and not line.startswith(("#", "-r "))
    ]
    assert [line for line in lines if not re.fullmatch(r"[\w\[\]-]+==[\w.]+\s+# \S.*", line)] == []


@pytest.mark.parametrize("service", ["web", "worker", "measure", "sweep", "exchange", "beat", "postgres", "redis"])
def test_every_service_of_compose_says_whether_it_is_well(service: str) -> None:
    services: Mapping[str, Mapping[str, object]] = COMPOSE["services"]
    assert "healthcheck" in services[service]
