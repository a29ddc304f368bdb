"""The main job, end to end: an article in, two people label by keyboard, the model learns, the data set loads."""

import contextlib
import json
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.jobs.launching import Launcher
from tests.journeys.newsroom import DEMO, DIGIT, Person

REAL = Path(__file__).resolve().parent.parent.parent.parent / "shared" / "data" / "article_id.txt"
SLUG = "pelabuhan"
# So many answers of each of the two hold the twenty outside the audit sample, which is one sentence here, that a
# training waits for. They leave sentences over that nobody has in hand yet: what the model puts in order.
FIRST = 11
WORDS = (("condemnation", "kecam"), ("denial", "bantah"), ("denial", "tidak"), ("claim", "kata"), ("claim", "ujar"))


def text_of(article: str) -> str:
    """The real article, or one as long that is made of our own."""
    if article == "real":
        return REAL.read_text(encoding="utf-8")
    ours = DEMO.with_name("articles.jsonl").read_text(encoding="utf-8").splitlines()
    return "\n".join(json.loads(line)["text"] for line in ours[:4])


def look_at(data: Path, question: str) -> list[tuple[str, ...]]:
    """Ask the product's database about the project, without writing."""
    file = f"file:{data / 'factcheck.sqlite3'}?mode=ro"
    with contextlib.closing(sqlite3.connect(file, uri=True)) as connection:
        return connection.execute(question.format(project=f"p.slug = '{SLUG}'")).fetchall()


def column(data: Path, question: str) -> list[str]:
    return [value for (value,) in look_at(data, question)]


def ranked_for(name: str, data: Path) -> list[str]:
    """What the model put in order, best first, without what this person has in hand or has answered."""
    theirs = "SELECT 1 FROM labeling_{} x JOIN auth_user u ON u.id = x.annotator_id WHERE x.sentence_id = s.id"
    lent, answered = (f"{theirs.format(table)} AND u.username = '{name}'" for table in ("lease", "annotation"))
    return column(
        data,
        "SELECT s.text FROM labeling_queueentry q JOIN labeling_project p ON p.version_id = q.version_id"
        " JOIN labeling_sentence s ON s.id = q.sentence_id"
        f" WHERE {{project}} AND NOT EXISTS ({lent}) AND NOT EXISTS ({answered}) ORDER BY q.place",
    )


def people_of_a_new_project(launcher: Launcher, chromium: Browser) -> tuple[Person, list[Person]]:
    """The owner and the two annotators of a project that holds nothing yet."""
    launcher.manage("create_project", SLUG, "--lang", "id", "--overlap", "2", "--audit-size", "1")
    roles = {"sinta": "owner", "rina": "annotator", "budi": "annotator"}
    owner, *annotators = (
        Person(chromium, launcher.manage("add_person", name, "--project", SLUG, "--role", role)["link"])
        for name, role in roles.items()
    )
    return owner, annotators


def key_for(sentence: str) -> str:
    return DIGIT[next((label for label, word in WORDS if word in sentence.lower()), "none")]


def loaded(archive: Path, folder: Path) -> tuple[list[str], list[str]]:
    """What `datasets` reads in another process: the names of the labels, and the texts in alphabetical order."""
    zipfile.ZipFile(archive).extractall(folder / "hf")
    loads = (
        "import json, sys, datasets; found = datasets.load_dataset(sys.argv[1]);"
        "names = {name for split in found.values() for name in split.features['label'].names};"
        "texts = [text for split in found.values() for text in split['text']];"
        "print(json.dumps([sorted(names), sorted(texts)]))"
    )
    seen = subprocess.run(
        [sys.executable, "-c", loads, str(next((folder / "hf").rglob("README.md")).parent)],
        env={"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hub"), "PATH": ""},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    names, texts = json.loads(seen.stdout)
    return names, texts


@pytest.mark.parametrize("article", ["own", "real"])
def test_the_main_job(launch: Callable[[], Launcher], chromium: Browser, tmp_path: Path, article: str) -> None:
    if article == "real" and not REAL.is_file():
        pytest.skip(f"the real article is not at {REAL.name} beside the project")
    launcher = launch()
    launcher.ready()
    owner, people = people_of_a_new_project(launcher, chromium)
    owner.paste("Pelabuhan", text_of(article), project=SLUG)
    pool = column(
        launcher.data,
        "SELECT s.text FROM labeling_sentence s JOIN labeling_project p ON p.id = s.project_id"
        " WHERE {project} AND s.in_pool ORDER BY s.shuffle",
    )
    keys = {sentence: key_for(sentence) for sentence in pool}
    assert len(pool) > 2 * FIRST
    assert all(sentence in text_of(article) for sentence in pool)

    read = [person.label(FIRST, keys, project=SLUG) for person in people]
    owner.wait_for_model(1, project=SLUG)
    ranked = ranked_for("rina", launcher.data)
    # One order to compare with: a slow machine's next training would change it on the way.
    with launcher.at_rest("worker"):
        again = [person.label(len(pool) - FIRST, keys, project=SLUG) for person in people]

    # Rina asks again first: after what she held she is served in the model's order, which is another than without one.
    served = [sentence for sentence in again[0] if sentence in ranked]
    assert len(ranked) >= 5
    assert served == ranked
    assert served != [sentence for sentence in pool if sentence in ranked]
    for first, rest in zip(read, again, strict=True):
        assert sorted(first + rest) == sorted(pool)
    answered = column(
        launcher.data,
        "SELECT s.text FROM labeling_annotation a JOIN labeling_sentence s ON s.id = a.sentence_id"
        " JOIN labeling_source o ON o.id = s.source_id JOIN labeling_project p ON p.id = a.project_id"
        " WHERE {project} AND o.title = 'Pelabuhan' AND a.state = 'given'",
    )
    assert sorted(answered) == sorted(2 * pool)

    names, texts = loaded(owner.export("hf", tmp_path, project=SLUG), tmp_path)
    assert names == ["claim", "condemnation", "denial", "none"]
    assert texts == sorted(pool)
    assert [person.complaints for person in (owner, *people)] == [[], [], []]
