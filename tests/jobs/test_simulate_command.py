"""`simulate` as an engineer runs it, without a database."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command

from labeling.management import simulation
from ml import simulate
from tests.ml.labelled_file import sentences, written

FILES = ["curves.csv", "curves.svg", "table.csv", "table.md"]


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("file") / "labelled.jsonl", sentences(200))


def run(*words: str | Path) -> tuple[dict[str, Any], str]:
    """What came on standard output and on standard error."""
    out, err = StringIO(), StringIO()
    call_command("simulate", *map(str, words), "--json", stdout=out, stderr=err)
    return json.loads(out.getvalue()), err.getvalue()


@pytest.fixture(scope="module")
def ran(labelled: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str, Path]:
    """One small run for many questions."""
    folder = tmp_path_factory.mktemp("out") / "new"
    return *run(labelled, "--seeds", "2", "--budget", "40", "--out", folder), folder


@pytest.mark.slow
def test_the_object_is_as_the_commands_page_says(ran: tuple[dict[str, Any], str, Path]) -> None:
    said = ran[0]
    assert list(said["strategies"]) == ["default", "random"]
    default = said["strategies"]["default"]
    assert (default["labels"], default["seeds"]) == ([20, 40], [1, 2])
    assert [len(curve) for curve in default["macro_f1"]] == [2, 2]
    assert 0 < said["full_data_macro_f1"] <= 1


@pytest.mark.slow
def test_every_figure_has_its_n_or_a_reason(ran: tuple[dict[str, Any], str, Path]) -> None:
    strategies = ran[0]["strategies"].values()
    figures = [one[name] for one in strategies for name in ("area", "labels_to_95", "wins", "gain")]
    assert all(one["n"] > 0 if one["value"] is not None else one["reason"] for one in figures)


@pytest.mark.slow
def test_progress_goes_to_standard_error_a_line_for_each_replay(ran: tuple[dict[str, Any], str, Path]) -> None:
    lines = [line for line in ran[1].splitlines() if ", seed " in line]
    assert [line.partition(":")[0] for line in lines] == [
        "default, seed 1",
        "random, seed 1",
        "default, seed 2",
        "random, seed 2",
    ]
    assert ("with 40 labels" in lines[0], lines[-1].endswith("; done")) == (True, True)


@pytest.mark.slow
def test_curves_and_table_are_written(ran: tuple[dict[str, Any], str, Path]) -> None:
    said, _err, folder = ran
    with (folder / "curves.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert len(rows) == 2 * 2 * 2
    assert float(rows[0]["macro_f1"]) == pytest.approx(said["strategies"]["default"]["macro_f1"][0][0], abs=1e-6)


@pytest.mark.slow
def test_the_picture_stands_alone(ran: tuple[dict[str, Any], str, Path]) -> None:
    picture = ElementTree.parse(ran[2] / "curves.svg").getroot()
    assert [part.tag.rpartition("}")[2] for part in picture[:3]] == ["title", "desc", "style"]


@pytest.mark.slow
def test_the_table_has_a_row_for_each_strategy(ran: tuple[dict[str, Any], str, Path]) -> None:
    lines = (ran[2] / "table.md").read_text(encoding="utf-8").splitlines()
    assert [line.split(" | ")[0] for line in lines[:4]] == ["| strategy", "| ---", "| default", "| random"]


@pytest.mark.slow
def test_an_earlier_simulation_is_replaced_only_by_force(labelled: Path, tmp_path: Path) -> None:
    (tmp_path / "table.md").write_text("earlier", encoding="utf-8")
    words = (labelled, "--strategies", "random", "--seeds", "1", "--budget", "20", "--out", tmp_path)
    with pytest.raises(CommandError, match="holds an earlier simulation"):
        run(*words)
    run(*words, "--force")
    assert "| random" in (tmp_path / "table.md").read_text(encoding="utf-8")


def test_other_files_are_never_written_among(labelled: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(CommandError, match=r"holds other files \(thesis.docx\)"):
        run(labelled, "--out", tmp_path, "--force")


def test_a_file_is_no_directory(labelled: Path) -> None:
    with pytest.raises(CommandError, match=r"is a file\. Name a directory"):
        run(labelled, "--out", labelled)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--strategies", "default,bogus"], "bogus"),
        (["--strategies", " , "], "at least one strategy"),
        (["--seeds", "0"], "one seed"),
        (["--batch", "0"], "a batch of 1"),
        (["--budget", "5"], "a budget of 20"),
    ],
)
def test_options_without_sense_are_refused_in_a_sentence(labelled: Path, words: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run(labelled, *words)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere.jsonl cannot be read: No such file"):
        run(tmp_path / "nowhere.jsonl")


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", [*sentences(30), {"text": "Tanpa label."}])
    with pytest.raises(CommandError, match="line 31"):
        run(path)


@pytest.mark.slow
def test_what_was_finished_before_ctrl_c_is_kept(
    labelled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(directory: Path, result: simulate.SimulationResult) -> None:
        write(directory, result)
        if len(result.curves) == 3:
            raise KeyboardInterrupt

    write = simulation.write
    monkeypatch.setattr(simulation, "write", stop)
    out = StringIO()
    with pytest.raises(CommandError, match="Not everything was done"):
        call_command(
            "simulate", str(labelled), "--budget", "40", "--out", str(tmp_path), "--json", stdout=out, stderr=StringIO()
        )
    said = json.loads(out.getvalue())
    assert (said["stopped"], said["strategies"]["random"]["seeds"], said["strategies"]["default"]["seeds"]) == (
        True,
        [1],
        [1, 2],
    )
    assert len((tmp_path / "curves.csv").read_text(encoding="utf-8").splitlines()) == 1 + 3 * 2


@pytest.mark.slow
def test_ctrl_c_before_anything_is_finished_says_so(labelled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(simulate, "curves", stop)
    with pytest.raises(CommandError, match="Stopped before the first replay was finished"):
        run(labelled)


@pytest.mark.slow
def test_without_json_a_table_is_printed(labelled: Path) -> None:
    out = StringIO()
    call_command("simulate", str(labelled), "--seeds", "1", "--budget", "20", stdout=out, stderr=StringIO())
    assert out.getvalue().startswith("| strategy | seeds |")
