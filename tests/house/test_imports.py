"""What a process loads, asked of a real one. Who may import whom is in pyproject.toml, for lint-imports."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT

HEAVY = {"sklearn", "scipy", "datasets", "pandas", "pyarrow", "label_studio_sdk", "trafilatura", "celery", "redis"}
WORKERS_OWN = {"labeling.tasks", "labeling.learning", "labeling.formats.huggingface"}


def loaded(imports: str, data: Path) -> set[str]:
    """The names of all modules in a new process after `imports`."""
    program = f"import json, sys; {imports}; print(json.dumps(list(sys.modules)))"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "factcheck.settings", "FACTCHECK_DATA": str(data)}
    printed = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout
    return set(json.loads(printed))


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    return loaded("import factcheck.wsgi, factcheck.urls", tmp_path_factory.mktemp("data"))


def test_the_web_process_loads_no_heavy_library_and_no_broker(web: set[str]) -> None:
    assert web & HEAVY == set()


def test_the_web_process_loads_no_module_of_the_workers(web: set[str]) -> None:
    assert web & WORKERS_OWN == set()


def test_ml_loads_no_django(tmp_path: Path) -> None:
    imports = "import " + ", ".join(f"ml.{path.stem}" for path in (ROOT / "ml").glob("[!_]*.py"))
    assert {name for name in loaded(imports, tmp_path) if name.split(".")[0] in ("django", "labeling")} == set()
