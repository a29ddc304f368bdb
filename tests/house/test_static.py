"""Static files as production serves them: under hashed names, ES modules included."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings

JS = "labeling/js"


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What collectstatic lays down."""
    folder = tmp_path_factory.mktemp("collected")
    storage = {"staticfiles": {"BACKEND": "factcheck.static_files.HashedStaticFiles"}}
    with override_settings(STATIC_ROOT=folder, STORAGES=storage):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


def test_every_import_of_a_hashed_module_names_a_hashed_file(collected: Path) -> None:
    hashed = [path for path in (collected / JS).glob("*.js") if re.search(r"\.[0-9a-f]{12}\.js$", path.name)]
    named = [(path, name) for path in hashed for name in re.findall(r'from "\./([^"]+)"', path.read_text("utf-8"))]
    assert [name for path, name in named if not (collected / JS / name).exists() or name.count(".") != 2] == []


def test_the_annotate_pages_module_has_a_hashed_name(collected: Path) -> None:
    assert list((collected / JS).glob("annotate.????????????.js"))


@pytest.mark.parametrize("kind", ["js", "css"])
def test_no_file_of_ours_is_longer_than_three_hundred_lines(kind: str) -> None:
    folder = Path(__file__).resolve().parents[2] / "labeling/static/labeling" / kind
    assert [path.name for path in folder.iterdir() if len(path.read_text("utf-8").splitlines()) > 300] == []
