"""`python -m ml.agreement FILE.csv`."""

import json
from pathlib import Path

import pytest

from ml.agreement.__main__ import main

ROWS = "unit,annotator,label\nu1,sari,claim\nu1,bayu,claim\nu2,sari,denial\nu2,bayu,none\nu3,sari,claim\nu3,bayu,\n"


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_json_has_the_documented_keys(answers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(answers), "--json"])
    keys = set(json.loads(capsys.readouterr().out))
    coefficients = {"krippendorff_alpha", "krippendorff_alpha_masi", "fleiss_kappa", "gwet_ac1", "percent"}
    assert keys == coefficients | {"per_label", "against_rest", "pairs"}


def test_each_label_has_all_coefficients_against_the_rest(answers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(answers), "--json"])
    figures = json.loads(capsys.readouterr().out)["against_rest"]["claim"]
    assert {name: figure["n_units"] for name, figure in figures.items()} == {
        "percent": 2,
        "fleiss_kappa": 2,
        "gwet_ac1": 2,
    }


def test_a_column_of_second_labels_is_measured_as_sets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("unit,annotator,label,label_2\nu1,a,x,y\nu1,b,y,x\nu2,a,z,\nu2,b,z,\n", encoding="utf-8")
    main([str(path), "--json"])
    assert json.loads(capsys.readouterr().out)["krippendorff_alpha_masi"]["value"] == 1


def test_a_file_without_second_labels_says_so(answers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(answers)])
    assert "no answer has a second label" in capsys.readouterr().out


def test_the_page_for_people_names_each_label_against_the_rest(
    answers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([str(answers)])
    assert "AC1 of claim" in capsys.readouterr().out


def test_an_empty_label_is_a_missing_answer(answers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(answers), "--json"])
    assert json.loads(capsys.readouterr().out)["percent"]["n_units"] == 2


def test_the_page_for_people_names_each_figure_with_its_n(answers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(answers)])
    assert "n = 2 units, 4 answers" in capsys.readouterr().out


def test_a_file_with_an_article_column_resamples_articles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("unit,annotator,label,article\nu1,a,x,s\nu1,b,x,s\nu2,a,y,s\nu2,b,x,s\n", encoding="utf-8")
    main([str(path), "--json"])
    assert json.loads(capsys.readouterr().out)["percent"]["low"] is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("unit,label\nu1,x\n", "without annotator"),
        ("", "without unit, annotator, label"),
        ("unit,annotator,label\nu1,a,x\nu1,a,y\n", "on lines 2 and 3"),
        ("unit,annotator,label\n,a,x\n", "on line 2"),
        ("unit,annotator,label\nu1\n", "on line 2"),
        ("unit,annotator,label,label_2\nu1,a,x,\nu1,b,,x\n", "'x' on line 3 without a first label"),
        ("unit,annotator,label,label_2\nu1,a,x,x\n", "'x' on line 2 twice"),
    ],
)
def test_a_bad_file_is_refused_with_the_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, said: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(content, encoding="utf-8")
    assert (main([str(path)]), said in capsys.readouterr().err) == (1, True)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (main([str(tmp_path / "no.csv")]), capsys.readouterr().err.count("\n")) == (1, 1)
