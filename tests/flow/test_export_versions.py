"""Versions: a revision is kept once, comes out the same for ever, and may leave without its texts."""

import csv
import gzip
import json
import random
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from labeling import jobs
from labeling.errors import Refused
from labeling.flow import backup, export, restore, snapshot, tables
from labeling.flow.export_versions import compare
from labeling.flow.rows import judgements
from labeling.flow.spool import Spool, digest
from labeling.models import Annotation, Event, ExportVersion, Kind, Label, Project, Sentence, State, Verb
from tests.factories import answer, claimed, make_project, make_sentences, make_source

LIGHT, HEAVY = ("jsonl", "csv"), ("hf", "hf-disk", "labelstudio")


def fill(project: Project) -> None:
    """Five articles of three sentences, each answered by two people with a comment."""
    for one in range(5):
        texts = [f"Menteri {one} membantah kabar {part}." for part in "abc"]
        source = make_source(project, texts, title=f"Judul {one} yang panjang", url=f"https://warta.example/{one}")
        for sentence in make_sentences(project, texts, source=source):
            answer(sentence, "ani", "claim", comment=f"Catatan tentang {sentence.text}")
            answer(sentence, "budi", "claim")


@pytest.fixture
def project(db: None) -> Project:
    project = make_project(overlap=2)
    fill(project)
    return project


def edit(project: Project) -> None:
    """One sentence more, two whose label is another now, one that lost its label."""
    first, second, third = Sentence.objects.filter(project=project).order_by("pk")[1:4]
    denial = Label.objects.get(project=project, key="denial")
    Annotation.objects.filter(sentence__in=(first, second)).update(label=denial)
    Annotation.objects.filter(sentence=third).update(state=State.WITHDRAWN)
    answer(make_sentences(project, ["Kabar lain."])[0], "ani", "claim")


def write(project: Project, directory: Path, to: str = "jsonl", **more: Any) -> export.ExportReport:
    return export.write_folder(project=project, directory=directory, to=to, **more)


def files(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def about(directory: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((directory / "project.json").read_text(encoding="utf-8"))
    return found


def test_a_revision_becomes_one_version_and_its_rows_are_read_once(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write(project, tmp_path / "a")
    monkeypatch.setattr(snapshot, "take", None)
    again = write(project, tmp_path / "b", to="csv")
    assert (first.version, again.version, ExportVersion.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize("to", LIGHT)
def test_a_version_is_produced_again_with_the_same_bytes(project: Project, tmp_path: Path, to: str) -> None:
    write(project, tmp_path / "a", to=to)
    edit(project)
    latest = write(project, tmp_path / "b", to=to)
    write(project, tmp_path / "c", to=to, version=1)
    assert (latest.version, files(tmp_path / "a") == files(tmp_path / "c")) == (2, True)
    assert files(tmp_path / "a") != files(tmp_path / "b")


@pytest.mark.slow
def test_a_version_is_produced_again_with_the_same_bytes_for_other_libraries(project: Project, tmp_path: Path) -> None:
    for to in HEAVY:
        write(project, tmp_path / "a" / to, to=to)
    edit(project)
    for to in HEAVY:
        write(project, tmp_path / "b" / to, to=to, version=1)
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_what_changed_is_counted(project: Project, tmp_path: Path) -> None:
    write(project, tmp_path / "a")
    edit(project)
    write(project, tmp_path / "b")
    changes = {"added": 1, "relabelled": 2, "removed": 1}
    assert list(ExportVersion.objects.values_list("changes", flat=True)) == [changes, {}]
    assert [one["changes"] for one in about(tmp_path / "b")["history"]] == [{}, changes]


@pytest.mark.once
@pytest.mark.parametrize("seed", range(30))
def test_a_merge_of_two_streams_counts_as_sets_do(seed: int) -> None:
    lot = random.Random(seed)
    before, after = (
        {pk: lot.choice("ab") for pk in sorted(lot.sample(range(40), lot.randrange(40)))} for _ in range(2)
    )
    both = before.keys() & after.keys()
    assert compare(before.items(), after.items()) == {
        "added": len(after.keys() - before.keys()),
        "relabelled": sum(before[pk] != after[pk] for pk in both),
        "removed": len(before.keys() - after.keys()),
    }


def test_the_head_names_the_version_its_content_and_the_licence(project: Project, tmp_path: Path) -> None:
    said = {"label_licence": "cc-by-4.0", "text_licence": "Warta", "citation": "Ani 2026"}
    Project.objects.filter(pk=project.pk).update(**said)
    report, version = write(project, tmp_path / "a"), ExportVersion.objects.get()
    head = about(tmp_path / "a")
    assert head["licence"] == {"labels": "cc-by-4.0", "text": "Warta", "citation": "Ani 2026"}
    assert (head["version"], head["content"], head["texts"]) == (1, report.content, True)
    assert head["history"] == [
        {
            "number": 1,
            "revision": report.revision,
            "n_rows": 15,
            "n_judgements": 30,
            "changes": {},
            "made_on": version.made_at.date().isoformat(),
        }
    ]


def test_the_hash_of_a_version_can_be_checked_by_hand(project: Project, tmp_path: Path) -> None:
    report = write(project, tmp_path / "a")
    with default_storage.open(ExportVersion.objects.get().path) as kept:
        _head, _end, content = gzip.decompress(kept.read()).partition(b"\n")
    assert (sha256(content).hexdigest(), content.count(b"\n")) == (report.content, 15 + 1 + 30)


def test_a_version_that_is_not_there_is_refused(project: Project, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no version 3"):
        write(project, tmp_path / "a", version=3)


def test_another_projects_version_is_not_there(project: Project, tmp_path: Path) -> None:
    write(project, tmp_path / "a")
    with pytest.raises(Refused, match="no version 1"):
        write(make_project("lain"), tmp_path / "b", version=1)


@pytest.mark.parametrize("damage", ["gone", "cut", "flipped", "another"])
def test_a_damaged_version_is_refused_and_keeps_nobody_from_the_next(
    project: Project, tmp_path: Path, damage: str
) -> None:
    write(project, tmp_path / "a")
    path = Path(default_storage.path(ExportVersion.objects.get().path))
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(content[:-40])
    elif damage == "flipped":
        path.write_bytes(content[:200] + bytes([content[200] ^ 1]) + content[201:])
    else:
        path.write_bytes(gzip.compress(gzip.decompress(content).replace(b"membantah", b"mengakui.")))
    with pytest.raises(Refused, match="damaged or gone"):
        write(project, tmp_path / "b", version=1)
    edit(project)
    assert write(project, tmp_path / "c").version == 2


def test_a_moment_that_was_overtaken_gives_the_later_one(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = snapshot.take

    def slowly(one: Project, directory: Path, **more: Any) -> Any:
        taken = take(one, directory, **more)
        monkeypatch.setattr(snapshot, "take", take)
        edit(project)
        write(project, tmp_path / "later")
        return taken

    monkeypatch.setattr(snapshot, "take", slowly)
    write(project, tmp_path / "first")
    assert (ExportVersion.objects.count(), files(tmp_path / "first")) == (1, files(tmp_path / "later"))


def test_a_number_that_another_moment_took_meanwhile_is_followed_by_the_next(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other moment is the earlier one, so both are versions."""
    (tmp_path / "spool").mkdir()
    earlier = snapshot.take(project, tmp_path / "spool")
    edit(project)

    def after_another(later: Spool) -> str:
        monkeypatch.setattr("labeling.flow.export_versions.digest", digest)
        monkeypatch.setattr(snapshot, "take", lambda *_, **_more: earlier)
        monkeypatch.setattr(snapshot, "revision_of", lambda _: -1)
        write(project, tmp_path / "a")
        return digest(later)

    monkeypatch.setattr("labeling.flow.export_versions.digest", after_another)
    report = write(project, tmp_path / "b")
    assert (report.version, [one["number"] for one in about(tmp_path / "b")["history"]]) == (2, [1, 2])
    assert len(default_storage.listdir(f"exports/{project.pk}/versions")[1]) == 2


@pytest.fixture
def committed(transactional_db: None) -> Project:
    project = make_project(overlap=2)
    fill(project)
    return project


def in_threads(acts: list[Any]) -> None:
    """All of them at once, each with a connection of its own."""

    def one(act: Any) -> None:
        try:
            act()
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)


def test_exports_at_once_are_one_version_with_one_file(
    committed: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, all_have_taken = snapshot.take, threading.Barrier(3, timeout=30)

    def together(project: Project, directory: Path, **more: Any) -> Any:
        taken = take(project, directory, **more)
        all_have_taken.wait()
        return taken

    monkeypatch.setattr(snapshot, "take", together)
    in_threads([lambda name=name: write(committed, tmp_path / name) for name in "abc"])
    version = ExportVersion.objects.get()
    kept = default_storage.listdir(f"exports/{committed.pk}/versions")[1]
    assert (version.number, len(kept)) == (1, 1)
    assert files(tmp_path / "a") == files(tmp_path / "b") == files(tmp_path / "c") != {}


def test_what_is_edited_during_an_export_does_not_show(
    committed: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def after_an_edit(*arguments: Any) -> Iterator[dict[str, Any]]:
        in_threads([lambda: _edit_at_once(committed)])
        assert Event.objects.filter(verb=Verb.ANSWERED).count() == 30
        yield from judgements(*arguments)

    monkeypatch.setattr(snapshot, "judgements", after_an_edit)
    write(committed, tmp_path / "a")
    monkeypatch.undo()
    write(committed, tmp_path / "b")
    found = [{one["label"] for one in lines(tmp_path / name / "annotations.jsonl")} for name in "ab"]
    assert found == [{"claim"}, {"claim", "denial"}]
    assert [one["n_judgements"] for one in about(tmp_path / "b")["history"]] == [30, 29]


@transaction.atomic
def _edit_at_once(project: Project) -> None:
    edit(project)


# Without texts


def everything(directory: Path) -> str:
    """All that is in the folder, and its tables as they read once they are opened."""
    written = "".join(path.read_bytes().decode("utf-8", "ignore") for path in directory.rglob("*") if path.is_file())
    for path in directory.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as table:
            written += json.dumps(list(csv.reader(table)), ensure_ascii=False)
    return written


def words_of_others() -> list[str]:
    titles = list(Sentence.objects.values_list("source__title", flat=True))
    return [*Sentence.objects.values_list("text", flat=True), *titles, "Catatan tentang"]


@pytest.mark.parametrize("to", LIGHT)
def test_without_texts_no_word_of_others_is_in_it(project: Project, tmp_path: Path, to: str) -> None:
    write(project, tmp_path / "whole", to=to)
    write(project, tmp_path / "bare", to=to, texts=False)
    words = words_of_others()
    whole, bare = everything(tmp_path / "whole"), everything(tmp_path / "bare")
    assert ([word for word in words if word not in whole], [word for word in words if word in bare]) == ([], [])


@pytest.mark.slow
def test_without_texts_no_word_of_others_is_in_a_data_set(project: Project, tmp_path: Path) -> None:
    """Tables are packed, so they are opened too."""
    tables_of = pytest.importorskip("pyarrow.parquet")
    datasets = pytest.importorskip("datasets")
    for to in ("hf", "hf-disk"):
        write(project, tmp_path / to, to=to, texts=False)
    opened = [tables_of.read_table(path).to_pylist() for path in (tmp_path / "hf").rglob("*.parquet")]
    opened += [datasets.Dataset.from_file(str(path)).to_list() for path in (tmp_path / "hf-disk").rglob("*.arrow")]
    read = everything(tmp_path) + json.dumps(opened, ensure_ascii=False)
    assert [word for word in words_of_others() if word in read] == []
    assert sha256(words_of_others()[0].encode()).hexdigest() in read


def test_the_hash_stands_in_place_of_the_text(project: Project, tmp_path: Path) -> None:
    write(project, tmp_path / "a", texts=False)
    hashed = {sha256(text.encode()).hexdigest() for text in Sentence.objects.values_list("text", flat=True)}
    rows, judged = lines(tmp_path / "a/sentences.jsonl"), lines(tmp_path / "a/annotations.jsonl")
    assert {row["text_sha256"] for row in rows} == {one["text_sha256"] for one in judged} == hashed
    assert list(rows[0])[:3] == about(tmp_path / "a")["row_fields"][:3] == ["id", "text_sha256", "label"]
    assert (about(tmp_path / "a")["texts"], rows[0]["url"]) == (False, "https://warta.example/0")


def test_label_studio_needs_the_texts(project: Project, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="by their text"):
        write(project, tmp_path / "a", to="labelstudio", texts=False)
    assert not ExportVersion.objects.exists()


# Runs, and what outlasts the installation


def test_a_run_writes_the_version_that_it_was_asked_for(project: Project, tmp_path: Path) -> None:
    write(project, tmp_path / "a", texts=False)
    edit(project)
    asked = {"to": "jsonl", "version": 1, "texts": False}
    result = export.write(claim=claimed(jobs.owe(project=project, kind=Kind.EXPORT, by=None, options=asked)))
    assert (result["version"], result["texts"], result["path"]) == (
        *(1, False),
        f"exports/{project.pk}/berita-v1-jsonl-without-text.zip",
    )
    told = Event.objects.filter(verb=Verb.EXPORTED).latest("pk").after
    assert told == {**asked, "revision": result["revision"], "rows": 15}


def test_a_version_outlasts_backup_and_restore(project: Project, tmp_path: Path, settings: Settings) -> None:
    write(project, tmp_path / "a")
    backup.write(path=tmp_path / "backup.zip")
    with transaction.atomic():
        for table in tables.every().values():
            table._base_manager.all()._raw_delete("default")
    settings.MEDIA_ROOT = tmp_path / "elsewhere"
    restore.read(path=tmp_path / "backup.zip")
    write(Project.objects.get(), tmp_path / "b", version=1)
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_a_backup_names_a_version_whose_file_is_gone(project: Project, tmp_path: Path) -> None:
    write(project, tmp_path / "a")
    path = ExportVersion.objects.get().path
    default_storage.delete(path)
    assert backup.write(path=tmp_path / "backup.zip").missing == [path]
