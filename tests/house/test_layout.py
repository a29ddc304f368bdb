"""How long files and functions may be, and what they may be called."""

import statistics
from pathlib import Path

from tests.house.sources import PRODUCT, functions, lines_of, python_files, short, tracked

FORBIDDEN = {"item", "data", "manager", "utils", "helper", "helpers", "process", "info", "common"}


def _length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_product_file_has_more_than_300_lines() -> None:
    assert [short(path) for path in python_files(*PRODUCT) if _length(path) > 300] == []


def test_no_test_file_has_more_than_400_lines() -> None:
    assert [short(path) for path in python_files("tests") if _length(path) > 400] == []


def test_half_of_the_product_files_have_at_most_100_lines() -> None:
    assert statistics.median(_length(path) for path in python_files(*PRODUCT)) <= 100


def test_no_function_has_more_than_50_lines() -> None:
    too_long = [
        f"{short(path)}:{function.name}"
        for path in python_files(*PRODUCT, "tests", "bench")
        for function in functions(path)
        if lines_of(function) > 50
    ]
    assert too_long == []


def test_no_view_has_more_than_20_lines() -> None:
    views = [path for path in python_files("labeling") if path.parent.name == "views"]
    assert [f"{short(p)}:{f.name}" for p in views for f in functions(p) if lines_of(f) > 20] == []


def test_no_task_has_more_than_12_lines() -> None:
    tasks = [path for path in python_files("labeling") if path.parent.name == "labeling" and path.name == "tasks.py"]
    assert [f.name for path in tasks for f in functions(path) if lines_of(f) > 12] == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [short(path) for path in tracked() if path.suffix == ".py" and path.stem.lower() in FORBIDDEN] == []
