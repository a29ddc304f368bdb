"""The main job, end to end: articles in, two people label by keyboard, the model learns, the data set loads."""

import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.jobs.launching import Launcher
from tests.journeys.newsroom import Person, reference

REAL = Path(__file__).resolve().parent.parent.parent.parent / "shared" / "data" / "article_id.txt"
OWN = (
    "TELUK RANTAI, WARTA UJI - Kepala pelabuhan mengatakan dermaga ketiga dibuka kembali pekan depan.\n"
    "Serikat nelayan membantah kabar bahwa mereka menolak pembukaan itu.\n"
    "“Kami mengecam keras penundaan yang merugikan keluarga kami,” kata ketua serikat.\n"
    "Dermaga itu dibangun dua puluh tahun lalu."
)


def look_at(data: Path, question: str) -> list[tuple[object, ...]]:
    """Ask the product's database, without writing."""
    with sqlite3.connect(f"file:{data / 'factcheck.sqlite3'}?mode=ro", uri=True) as connection:
        return connection.execute(question).fetchall()


@pytest.mark.parametrize("article", ["own", "real"])
def test_the_main_job(launch: Callable[[], Launcher], chromium: Browser, tmp_path: Path, article: str) -> None:
    if article == "real" and not REAL.is_file():
        pytest.skip(f"the real article is not at {REAL.name} beside the project")
    launcher = launch()
    links = launcher.ready()["links"]
    owner = Person(chromium, links["demo-owner"])
    owner.paste("Pelabuhan", REAL.read_text(encoding="utf-8") if article == "real" else OWN)

    people = [Person(chromium, links[name]) for name in ("demo-annotator-1", "demo-annotator-2")]
    keys = reference()
    read = [person.label(16, keys) for person in people]
    owner.wait_for_model(1)

    assert len({*read[0], *read[1]}) >= 28
    again = [person.label(14, keys) for person in people]
    chosen = look_at(
        launcher.data, "SELECT COUNT(*) FROM labeling_annotation WHERE selection IN ('uncertain', 'diverse')"
    )
    assert chosen[0][0] != 0
    answers = look_at(
        launcher.data, "SELECT COUNT(*), COUNT(DISTINCT sentence_id || ':' || annotator_id) FROM labeling_annotation"
    )
    assert answers == [(60, 60)]
    assert not {*again[0]} & {*read[0]}

    folder = tmp_path / "hf"
    zipfile.ZipFile(owner.export("hf", tmp_path)).extractall(folder)
    loads = (
        "import sys, datasets; found = datasets.load_dataset(sys.argv[1]);"
        "print(sorted({label for split in found.values() for label in split.features['label'].names}))"
    )
    seen = subprocess.run(
        [sys.executable, "-c", loads, str(next(folder.rglob("README.md")).parent)],
        env={"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hub"), "PATH": ""},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert seen.stdout.strip() == "['claim', 'condemnation', 'denial', 'none']"
    assert [person.complaints for person in (owner, *people)] == [[], [], []]
