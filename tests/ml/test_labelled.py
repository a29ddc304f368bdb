"""Files of labelled sentences: what is read, what is refused by its line."""

import json
from pathlib import Path

import pytest

from ml.errors import LabelledInvalid
from ml.labelled import load
from tests.ml.labelled_file import sentences, written

GOOD = [
    {"text": "Menteri membantah.", "label": "denial", "split": "train"},
    {"text": "Hujan turun.", "label": "none", "split": "train"},
    {"text": "Ia mengatakan ya.", "label": "claim", "split": "test"},
]


def file_of(folder: Path, *lines: str) -> Path:
    path = folder / "labelled.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_the_split_of_the_file_is_kept(tmp_path: Path) -> None:
    found = load(written(tmp_path / "a.jsonl", GOOD))
    assert (found.part("train")[1], found.part("test")[0]) == (["denial", "none"], ["Ia mengatakan ya."])


def test_without_a_split_a_fifth_is_held_out(tmp_path: Path) -> None:
    found = load(written(tmp_path / "a.jsonl", sentences(100)))
    assert (found.split.count("train"), found.split.count("test")) == (80, 20)


def test_the_same_seed_holds_out_the_same(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", sentences(50))
    assert load(path, seed=3) == load(path, seed=3)


def test_another_seed_holds_out_others(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", sentences(50))
    assert load(path, seed=3).split != load(path, seed=4).split


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[1]", "not an object"),
        ('{"label": "claim"}', 'no "text"'),
        ('{"text": "  ", "label": "claim"}', 'no "text"'),
        ('{"text": "Hujan."}', 'no "label"'),
        ('{"text": "Hujan.", "label": ["a"]}', 'no "label"'),
        ('{"text": "Hujan.", "label": "a", "split": "dev"}', '"split" is neither'),
        ('{"text": "\\u0000", "label": "a"}', "NUL"),
        ('{"text": "a \\ud800", "label": "a"}', "surrogate"),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_a_bad_line_is_refused_by_its_number(tmp_path: Path, line: str, reason: str) -> None:
    path = file_of(tmp_path, json.dumps(GOOD[0]), "", line)
    with pytest.raises(LabelledInvalid, match=f"line 3: .*{reason}") as caught:
        load(path)
    assert (caught.value.line, "Correct these lines" in str(caught.value)) == (3, True)


def test_bytes_that_are_no_text_are_refused_by_their_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "\xff", "label": "a"}\n')
    with pytest.raises(LabelledInvalid, match="line 1: not UTF-8"):
        load(path)


def test_of_many_bad_lines_the_first_ten_are_named(tmp_path: Path) -> None:
    with pytest.raises(LabelledInvalid, match=r"line 10: .*; and 5 more lines\."):
        load(file_of(tmp_path, *["{"] * 15))


def test_a_split_in_some_lines_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabelledInvalid, match="in each line or in none; got 1 lines without"):
        load(written(tmp_path / "a.jsonl", [*GOOD, {"text": "Baru.", "label": "none"}]))


def test_a_byte_order_mark_and_numbers_as_labels_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [{"text": f"Kalimat {n}.", "label": n % 2} for n in range(10)]
    path.write_text("\ufeff" + "\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    assert set(load(path).labels) == {"0", "1"}


def test_a_repeated_text_is_left_out_of_the_pool_and_not_of_the_hold_out(tmp_path: Path) -> None:
    again = {"text": "ia  MENGATAKAN ya.", "label": "none", "split": "train"}
    found = load(written(tmp_path / "a.jsonl", [again, *GOOD, GOOD[0]]))
    assert (found.labels, found.repeated) == (("denial", "none", "claim"), 2)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "sentences on both sides"),
        (GOOD[:2], "sentences on both sides"),
        ([GOOD[0], GOOD[2]], "2 to 200 labels"),
        ([{"text": f"Kalimat {n}.", "label": f"judul {n}"} for n in range(400)], "2 to 200 labels"),
    ],
)
def test_a_file_that_cannot_be_learned_from_is_refused(
    tmp_path: Path, rows: list[dict[str, str]], expected: str
) -> None:
    with pytest.raises(LabelledInvalid, match=expected):
        load(written(tmp_path / "a.jsonl", rows))
