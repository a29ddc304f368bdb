"""The commands that bring in and take away: one JSON object, and exit code 0 only if all was done."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from labeling import jobs, work
from labeling.models import Annotation, Kind, Project, Run, RunState, Sentence
from tests.factories import answer, make_project
from tests.flow.going_round import JUDGEMENT, ROW, folder

# A waiting command renews its claim from a second connection, which sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project() -> Project:
    return make_project()


def run(*arguments: str) -> tuple[dict[str, Any], bool]:
    """What the command printed, and whether it ended well."""
    out = StringIO()
    try:
        call_command(*arguments, "--json", stdout=out, stderr=StringIO())
    except CommandError:
        return json.loads(out.getvalue() or "{}"), False
    return json.loads(out.getvalue()), True


def upload(folder: Path, content: str, name: str = "a.txt") -> str:
    (folder / name).write_text(content, encoding="utf-8")
    return str(folder / name)


def test_a_waiting_import_reports_what_it_did(project: Project, tmp_path: Path) -> None:
    path = upload(tmp_path, "Satu kalimat.\nDua kalimat.\nsatu KALIMAT.\n")
    found, well = run("import_sentences", project.slug, path, "--unit", "sentence", "--wait")
    assert (found["added"], found["duplicates"], found["refused"], well) == (2, 1, [], True)


def test_a_refused_line_is_named_and_the_exit_code_tells(project: Project, tmp_path: Path) -> None:
    path = upload(tmp_path, '{"text": "Satu."}\n{\n', "a.jsonl")
    found, well = run("import_sentences", project.slug, path, "--unit", "sentence", "--wait")
    assert (found["added"], found["refused"][0]["line"], well) == (1, 2, False)


def test_without_wait_a_worker_is_left_to_do_it(project: Project, tmp_path: Path) -> None:
    found, well = run("import_sentences", project.slug, upload(tmp_path, "Satu kalimat."))
    assert (Run.objects.get(pk=found["run"]).state, well) == (RunState.OWED, True)


def test_a_waiting_command_takes_over_what_was_owed(project: Project, tmp_path: Path) -> None:
    path = upload(tmp_path, "Satu kalimat.")
    run("import_sentences", project.slug, path)
    found, _well = run("import_sentences", project.slug, path, "--wait")
    assert found["added"] == 1


def test_the_same_file_again_is_named_and_not_doubled(project: Project, tmp_path: Path) -> None:
    path = upload(tmp_path, "Satu kalimat.")
    run("import_sentences", project.slug, path, "--wait")
    found, well = run("import_sentences", project.slug, path, "--wait")
    assert (found["added"], found["duplicates"], Sentence.objects.count(), well) == (0, 1, 1, True)


def test_a_repeated_sentence_is_counted_and_named(project: Project, tmp_path: Path) -> None:
    paths = upload(tmp_path, "Hujan turun.", "a.txt"), upload(tmp_path, "Warga pulang.\nHujan turun.", "b.txt")
    found, well = run("import_sentences", project.slug, *paths, "--wait")
    assert (found["twins"], [(one["file"], one["text"]) for one in found["twin_sentences"]], well) == (
        1,
        [(paths[1], "Hujan turun.")],
        True,
    )


def test_a_repeated_sentence_is_named_in_words_too(project: Project, tmp_path: Path) -> None:
    paths = upload(tmp_path, "Hujan turun.", "a.txt"), upload(tmp_path, "Warga pulang.\nHujan turun.", "b.txt")
    out = StringIO()
    call_command("import_sentences", project.slug, *paths, "--wait", stdout=out, stderr=StringIO())
    assert f"{paths[1]}: “Hujan turun.” is here already: sentence 1 of source" in out.getvalue()
    assert "repeated in new articles 1" in out.getvalue()


def test_an_exported_directory_comes_back_and_the_second_time_it_is_here(project: Project, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    for name, content in folder([ROW], [JUDGEMENT]).items():
        (there / name).write_bytes(content)
    found, well = run("import_sentences", project.slug, str(there), "--wait")
    assert (found["added"], found["labels"], well) == (1, 1, True)
    found, well = run("import_sentences", project.slug, str(there), "--wait")
    assert (found["added"], found["duplicates"], well) == (0, 1, True)


def test_a_directory_that_is_no_export_is_named(project: Project, tmp_path: Path) -> None:
    found, well = run("import_sentences", project.slug, str(tmp_path), "--wait")
    assert ("has no export.json" in found["failed"][0]["reason"], well) == (True, False)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "link", "linked/file"])
def test_a_directory_that_leads_elsewhere_is_refused(project: Project, tmp_path: Path, name: str) -> None:
    there = tmp_path / "there"
    there.mkdir()
    (tmp_path / "secret").write_text("x")
    (there / "link").symlink_to(tmp_path / "secret")
    (there / "linked").symlink_to(tmp_path)
    (there / "export.json").write_text(json.dumps({"made_by": "factcheck", "to": "jsonl", "files": {name: "ab"}}))
    found, _well = run("import_sentences", project.slug, str(there), "--wait")
    assert "is a link, or lies outside" in found["failed"][0]["reason"]


def test_labels_that_are_numbers_get_their_names(project: Project, tmp_path: Path) -> None:
    path = upload(tmp_path, '{"text": "Satu.", "label": 1}\n{"text": "Dua.", "label": -1}\n', "a.jsonl")
    options = ("--unit", "sentence", "--annotator", "eka", "--label-names", "claim, denial", "--wait")
    found, _well = run("import_sentences", project.slug, path, *options)
    assert (found["labels"], Annotation.objects.get().label) == (1, project.labels.get(key="denial"))


def test_one_bad_file_does_not_keep_the_others_out(project: Project, tmp_path: Path) -> None:
    bad, good = upload(tmp_path, "x", "a.pdf"), upload(tmp_path, "Satu kalimat.")
    found, well = run("import_sentences", project.slug, bad, good, "--wait")
    assert (found["added"], [one["file"] for one in found["failed"]], well) == (1, [bad], False)


def test_segment_shows_offsets_into_the_text(tmp_path: Path) -> None:
    text = "Hujan turun. Warga mengungsi."
    (file,) = run("segment", upload(tmp_path, text), "--lang", "id")[0]["files"]
    assert [text[one["start"] : one["end"]] for one in file["sentences"]] == ["Hujan turun.", "Warga mengungsi."]


def test_segment_names_refused_lines_in_words(tmp_path: Path) -> None:
    path = upload(tmp_path, '{"text": "Hujan turun."}\n{\n', "a.jsonl")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("segment", path, stdout=out)
    sentence, refused = out.getvalue().splitlines()
    assert (sentence.endswith("Hujan turun."), refused.startswith(f"{path}:2: ")) == (True, True)


def test_export_says_where_and_how_many(project: Project, tmp_path: Path) -> None:
    run("import_sentences", project.slug, upload(tmp_path, "Hujan turun.\nWarga pulang."), "--wait")
    answer(Sentence.objects.earliest("pk"), "ani", "none")
    found, _well = run("export_labels", project.slug, str(tmp_path / "out"), "--to", "jsonl")
    assert (found["directory"], found["rows"], found["splits"]) == (str(tmp_path / "out"), 1, {"train": 1})


def test_export_writes_a_version_again_and_leaves_the_texts_out(project: Project, tmp_path: Path) -> None:
    run("import_sentences", project.slug, upload(tmp_path, "Hujan turun.\nWarga pulang."), "--wait")
    first, second = Sentence.objects.order_by("pk")
    answer(first, "ani", "none")
    made, _well = run("export_labels", project.slug, str(tmp_path / "a"), "--to", "jsonl")
    answer(second, "ani", "none")
    wanted = ("--to", "jsonl", "--version", "1", "--without-text")
    again, _well = run("export_labels", project.slug, str(tmp_path / "b"), *wanted)
    assert [(one["version"], one["rows"], one["content"]) for one in (made, again)] == [(1, 1, made["content"])] * 2
    assert b"Hujan" not in (tmp_path / "b/sentences.jsonl").read_bytes()


def test_export_of_nothing_fails_with_its_reason(project: Project, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Label some first"):
        call_command("export_labels", project.slug, str(tmp_path / "out"), "--to", "csv")


def test_an_export_run_of_an_empty_project_fails_with_its_reason(project: Project) -> None:
    owed = jobs.owe(project=project, kind=Kind.EXPORT, by=None, options={"to": "csv"})
    work.perform(owed.pk)
    owed.refresh_from_db()
    assert (owed.state, "Label some first" in owed.error) == (RunState.FAILED, True)
