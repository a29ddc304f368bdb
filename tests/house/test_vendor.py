"""Code by others is what its list says it is."""

import hashlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (ROOT / "labeling/static/labeling/vendor", ROOT / "tests/browser/vendor")


def listed() -> list[tuple[Path, str]]:
    """File and SHA-256 of every row in the folders' README tables."""
    rows = []
    for folder in FOLDERS:
        for line in (folder / "README.md").read_text(encoding="utf-8").splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if len(cells[-1]) == 64:
                rows.append((folder / cells[0], cells[-1]))
    return rows


@pytest.mark.parametrize(("path", "sha256"), listed(), ids=lambda value: getattr(value, "name", "sha256"))
def test_vendored_file_has_the_checksum_it_is_listed_with(path: Path, sha256: str) -> None:
    assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_script_in_a_vendor_folder_is_listed(folder: Path) -> None:
    scripts = {path for path in folder.iterdir() if path.suffix == ".js"}
    assert scripts
    assert scripts <= {path for path, _ in listed()}
