"""Exports: one moment, the same bytes for the same revision, loadable by others."""

import csv
import json
import re
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction

from labeling import jobs
from labeling.errors import Refused
from labeling.flow import export, segment, snapshot
from labeling.flow.moment import one_moment
from labeling.flow.splits import Groups
from labeling.models import Annotation, Event, Exposure, Kind, Project, Run, RunState, Sentence, Source, Unit, Verb
from tests.factories import answer, claimed, imported, make_project, make_sentences, received

FORMATS = ("hf", "jsonl", "csv", "labelstudio")
heavy = pytest.mark.slow


@pytest.fixture
def project(db: None) -> Project:
    """Twelve articles of three sentences, answered by two people who differ on every sixth sentence."""
    project = make_project(overlap=2)
    for one in range(12):
        texts = [f"Menteri {one} membantah kabar {part}." for part in "abc"]
        rows = make_sentences(project, texts)
        Sentence.objects.filter(pk=rows[0].pk).update(audit_place=one, audit_probability=0.5)
        for number, sentence in enumerate(rows):
            answer(sentence, "ani", "claim", comment="=1+1")
            answer(sentence, "budi", "denial" if (one + number) % 6 == 0 else "claim")
    return project


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def files(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


ROWS = "".join(f"Kabar {one}.\n" for one in range(200))


def after_each_chunk(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Call `act` whenever an import has laid fifty records."""
    lay = segment._lay

    def lay_and_act(*arguments: Any, **named: Any) -> None:
        lay(*arguments, **named)
        act()

    monkeypatch.setattr(segment, "CHUNK_RECORDS", 50)
    monkeypatch.setattr(segment, "_lay", lay_and_act)


def splits(project: Project, directory: Path) -> dict[str, str]:
    """The split of each row of an export."""
    export.write_folder(project=project, directory=directory, to="jsonl")
    return {row["id"]: row["split"] for row in lines(directory / "sentences.jsonl")}


@pytest.mark.parametrize("to", [pytest.param(to, marks=heavy) if to in ("hf", "labelstudio") else to for to in FORMATS])
def test_the_same_revision_gives_the_same_bytes(project: Project, tmp_path: Path, to: str) -> None:
    export.write_folder(project=project, directory=tmp_path / "a", to=to)
    export.write_folder(project=project, directory=tmp_path / "b", to=to)
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_a_new_answer_is_a_new_revision(project: Project, tmp_path: Path) -> None:
    before = export.write_folder(project=project, directory=tmp_path / "a", to="jsonl").revision
    answer(Sentence.objects.earliest("pk"), "citra", "claim")
    assert export.write_folder(project=project, directory=tmp_path / "b", to="jsonl").revision > before


def test_an_event_that_becomes_visible_late_is_a_new_revision(project: Project) -> None:
    last = Event.objects.latest("pk").pk
    Event.objects.create(pk=last + 2, project=project, verb=Verb.ANSWERED)
    before = snapshot.revision_of(project)
    Event.objects.create(pk=last + 1, project=project, verb=Verb.ANSWERED)
    assert snapshot.revision_of(project) > before


def test_every_chunk_of_a_running_import_is_a_new_revision(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[int] = []

    def take_away() -> None:
        there = tmp_path / str(len(names))
        names.append(export.write_folder(project=project, directory=there, to="jsonl").revision)

    after_each_chunk(monkeypatch, take_away)
    imported(project, ROWS, unit=Unit.SENTENCE)
    take_away()
    assert (len(names), len(set(names))) == (5, 5)


def test_a_search_for_near_twins_is_a_new_revision(project: Project) -> None:
    before = snapshot.revision_of(project)
    Run.objects.create(project=project, kind=Kind.TWINS, state=RunState.DONE)
    assert snapshot.revision_of(project) > before


def test_near_twins_share_a_group(project: Project, tmp_path: Path) -> None:
    first, second, third = Sentence.objects.filter(text__contains="kabar b")[:3]
    Sentence.objects.filter(pk__in=[first.pk, second.pk]).update(duplicate_group=first.pk)
    export.write_folder(project=project, directory=tmp_path / "a", to="jsonl")
    groups = {row["id"]: row["near_group"] for row in lines(tmp_path / "a/sentences.jsonl")}
    assert [groups[str(one.pk)] for one in (first, second, third)] == [str(first.pk), str(first.pk), None]


def test_rows_are_the_settled_sentences(project: Project, tmp_path: Path) -> None:
    report = export.write_folder(project=project, directory=tmp_path / "a", to="jsonl")
    assert (report.rows, sum(report.splits.values()), len(lines(tmp_path / "a/sentences.jsonl"))) == (30, 30, 30)


def test_judgements_are_all_answers_that_stand(project: Project, tmp_path: Path) -> None:
    Annotation.objects.filter(pk__in=[Annotation.objects.earliest("pk").pk]).update(state="withdrawn")
    Annotation.objects.filter(pk__in=[Annotation.objects.latest("pk").pk]).update(surplus=True)
    export.write_folder(project=project, directory=tmp_path / "a", to="jsonl")
    found = lines(tmp_path / "a/annotations.jsonl")
    assert (len(found), sum(one["surplus"] for one in found)) == (71, 1)


def test_neighbours_are_the_context(project: Project, tmp_path: Path) -> None:
    export.write_folder(project=project, directory=tmp_path / "a", to="jsonl")
    row = next(one for one in lines(tmp_path / "a/sentences.jsonl") if one["text"] == "Menteri 1 membantah kabar b.")
    assert (row["context_before"], row["context_after"]) == (
        ["Menteri 1 membantah kabar a."],
        ["Menteri 1 membantah kabar c."],
    )


def test_nobody_is_named(project: Project, tmp_path: Path) -> None:
    for to in ("jsonl", "csv"):
        export.write_folder(project=project, directory=tmp_path / to, to=to)
    written = b"".join(files(tmp_path).values())
    assert re.search(rb"\b(ani|budi)\b", written) is None


def test_formulas_are_neutralised_and_the_name_says_so(project: Project, tmp_path: Path) -> None:
    export.write_folder(project=project, directory=tmp_path / "a", to="csv")
    with (tmp_path / "a/annotations.formula-safe.csv").open(encoding="utf-8", newline="") as table:
        assert {row["comment"] for row in csv.DictReader(table)} == {"'=1+1", ""}


def test_an_article_lies_in_one_split_and_only_random_sentences_test(project: Project, tmp_path: Path) -> None:
    for one in range(60):
        answer(make_sentences(project, [f"Kabar lain {one}."])[0], "ani", "claim")
    export.write_folder(project=project, directory=tmp_path / "a", to="jsonl")
    rows = lines(tmp_path / "a/sentences.jsonl")
    groups: dict[str, set[str]] = {}
    for row in rows:
        groups.setdefault(row["article_id"], set()).add(row["split"].replace("rest", "test"))
    assert {len(splits) for splits in groups.values()} == {1}
    assert all(row["selection_probability"] for row in rows if row["split"] == "test")


def test_an_article_that_repeats_a_sentence_follows_the_first(db: None) -> None:
    project = make_project()
    for one in range(30):
        imported(project, f"Kabar {one} dibantah.\nWarga {one} pulang.", f"{one}.txt")
        imported(project, f"Jembatan {one} dibuka.\nWarga {one} pulang.", f"{one}-lagi.txt")
    groups = Groups.of(project)
    sources = list(Source.objects.order_by("pk"))
    keys = [groups._group(source)[0] for source in sources]
    assert keys[::2] == keys[1::2]


def test_rows_without_an_article_are_groups_of_their_own(db: None) -> None:
    project = make_project()
    imported(project, "".join(f"Kabar {one}.\n" for one in range(200)), unit=Unit.SENTENCE)
    groups = Groups.of(project)
    found = {groups.split_of(one) for one in Sentence.objects.select_related("source")}
    assert found == {"train", "validation", "test"}


def test_later_imports_move_no_sentence_to_another_split(db: None) -> None:
    project = make_project()
    for one in range(20):
        imported(project, f"Kabar {one} dibantah.\nWarga {one} pulang.", f"{one}.txt")
    before = {one.pk: Groups.of(project).split_of(one) for one in Sentence.objects.select_related("source")}
    for one in range(20):
        imported(project, f"Warga {one} pulang.\nWarga {one + 1} pulang.\nHujan {one}.", f"{one}-lagi.txt")
    after = {one.pk: Groups.of(project).split_of(one) for one in Sentence.objects.select_related("source")}
    assert {pk: after[pk] for pk in before} == before


@pytest.mark.parametrize("cut", [False, True], ids=["runs", "failed"])
def test_the_draw_at_the_end_of_an_import_moves_no_sentence_to_the_test(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: bool
) -> None:
    project = make_project()
    early: dict[str, str] = {}

    def label_and_take_away() -> None:
        if not early:
            for one in Sentence.objects.all():
                answer(one, "ani", "claim")
            early.update(splits(project, tmp_path / "a"))
            if cut:
                raise OSError("the disk is full")

    after_each_chunk(monkeypatch, label_and_take_away)
    claim = claimed(received(project, ROWS, unit=Unit.SENTENCE))
    if cut:
        with pytest.raises(OSError, match="full"):
            segment.run(claim=claim)
        claim.fail("the disk is full", again=False)
        early.update(splits(project, tmp_path / "a"))
        claim = claimed(received(project, ROWS, unit=Unit.SENTENCE))
    segment.run(claim=claim)
    later = splits(project, tmp_path / "b")
    moved = {early[pk] for pk in early if early[pk] != later[pk]}
    assert (len(early), moved, {"train", "test"} <= set(later.values())) == (50, {"rest"}, True)


def test_a_project_without_labels_says_what_to_do(db: None, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Label some first"):
        export.write_folder(project=make_project(), directory=tmp_path / "a", to="jsonl")


def test_a_folder_of_others_is_refused_and_stays(project: Project, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear")
    with pytest.raises(Refused, match="Name an empty or a new directory"):
        export.write_folder(project=project, directory=tmp_path, to="jsonl")
    assert (tmp_path / "letter.txt").read_text() == "Dear"


def test_an_export_of_ours_with_a_file_of_others_in_it_is_refused(project: Project, tmp_path: Path) -> None:
    export.write_folder(project=project, directory=tmp_path / "a", to="jsonl")
    (tmp_path / "a/letter.txt").write_text("Dear")
    with pytest.raises(Refused):
        export.write_folder(project=project, directory=tmp_path / "a", to="jsonl")


def test_an_export_of_ours_is_replaced_as_a_whole(project: Project, tmp_path: Path) -> None:
    export.write_folder(project=project, directory=tmp_path / "a", to="jsonl")
    export.write_folder(project=project, directory=tmp_path / "a", to="csv")
    assert not (tmp_path / "a/sentences.jsonl").exists()
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".a-")] == []


def test_an_export_that_breaks_leaves_the_former_one(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export.write_folder(project=project, directory=tmp_path / "a", to="jsonl")
    before = files(tmp_path / "a")
    monkeypatch.setattr(snapshot, "revision_of", lambda _project: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export.write_folder(project=project, directory=tmp_path / "a", to="jsonl")
    assert files(tmp_path / "a") == before


def test_a_run_leaves_one_whole_zip(project: Project) -> None:
    result = export.write(claim=claimed(jobs.owe(project=project, kind=Kind.EXPORT, by=None, options={"to": "csv"})))
    with default_storage.open(result["path"]) as stored, zipfile.ZipFile(stored) as packed:
        assert packed.testzip() is None
    assert Event.objects.get(verb=Verb.EXPORTED).after["rows"] == 30


def test_two_runs_of_one_revision_give_the_same_zip(project: Project) -> None:
    runs = [jobs.owe(project=project, kind=Kind.EXPORT, by=None, options={"to": "jsonl"}) for _ in range(2)]
    assert len({export.write(claim=claimed(run))["sha256"] for run in runs}) == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_written_meanwhile_is_not_in_the_moment() -> None:
    project = make_project()
    with one_moment():
        before = Event.objects.count()
        writer = threading.Thread(target=_write_an_event, args=(project,))
        writer.start()
        writer.join(timeout=30)
        assert (writer.is_alive(), Event.objects.count()) == (False, before)
    assert Event.objects.count() == before + 1


def _write_an_event(project: Project) -> None:
    with transaction.atomic():
        Event.objects.create(project=project, verb=Verb.JOINED)
    connection.close()


@heavy
def test_the_folder_loads_with_the_declared_features(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    datasets = pytest.importorskip("datasets")
    columns = pytest.importorskip("labeling.formats.columns")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    answer(Sentence.objects.earliest("pk"), "citra", None)
    report = export.write_folder(project=project, directory=tmp_path / "a", to="hf")
    names = [label.key for label in project.labels.all()]
    for config, features in (
        ("default", columns.row_features(names)),
        ("annotations", columns.judgement_features(names)),
    ):
        loaded = datasets.load_dataset(str(tmp_path / "a"), config, cache_dir=str(tmp_path / "cache"))
        assert {split: one.features for split, one in loaded.items()} == dict.fromkeys(loaded, features)
        if config == "default":
            assert {split: len(one) for split, one in loaded.items()} == report.splits


@heavy
def test_label_studio_takes_every_annotation(project: Project, tmp_path: Path) -> None:
    interface = pytest.importorskip("label_studio_sdk.label_interface").LabelInterface
    export.write_folder(project=project, directory=tmp_path / "a", to="labelstudio")
    config = interface((tmp_path / "a/config.xml").read_text())
    tasks = json.loads((tmp_path / "a/tasks.json").read_text(encoding="utf-8"))
    assert [config.validate_annotation(one) for task in tasks for one in task["annotations"]] == [True] * 72


@heavy
@pytest.mark.parametrize("shown", [True, False])
def test_the_card_counts_the_answers_given_after_a_suggestion(project: Project, tmp_path: Path, shown: bool) -> None:
    pytest.importorskip("datasets")
    given = Annotation.objects.earliest("pk")
    who = {"project": project, "sentence": given.sentence, "annotator": given.annotator}
    moment = "2026-01-02T00:00:00Z" if shown else "2999-01-02T00:00:00Z"
    Exposure.objects.create(**who, label=given.label, share=0.7, shown_at=moment)
    export.write_folder(project=project, directory=tmp_path / "a", to="hf")
    card = " ".join((tmp_path / "a/README.md").read_text(encoding="utf-8").split())
    assert ("1 judgements were given after such a showing" in card) is shown
