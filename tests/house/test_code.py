"""What no file of the product may hold."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.sources import PRODUCT, functions, python_files, short, tracked, tree

BROAD = {"Exception", "BaseException"}
# A path of one machine: a home, or a work folder at the root.
MACHINE_PATH = re.compile(r"(?<![\w./-])/(?:home|root|Users|work)/\w")


def _everywhere() -> list[Path]:
    return python_files(*PRODUCT, "tests", "bench")


def _caught(handler: ast.ExceptHandler) -> set[str]:
    if handler.type is None:
        return {"BaseException"}
    return {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}


def _imports_within_functions(path: Path) -> Iterator[str]:
    for function in functions(path):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield f"{short(path)}:{node.lineno}"


def test_no_broad_except() -> None:
    found = [
        f"{short(path)}:{node.lineno}"
        for path in _everywhere()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and _caught(node) & BROAD
    ]
    assert found == []


def test_no_import_inside_a_function() -> None:
    assert [place for path in _everywhere() for place in _imports_within_functions(path)] == []


def test_no_signals_of_models() -> None:
    found = [
        short(path)
        for path in python_files(*PRODUCT)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module in ("django.db.models.signals", "django.dispatch")
    ]
    assert found == []


def test_no_model_overrides_save() -> None:
    models = [path for path in python_files("labeling") if "models" in path.parts]
    assert [short(path) for path in models for function in functions(path) if function.name == "save"] == []


def test_no_file_names_a_path_of_one_machine() -> None:
    texts = [
        path for path in tracked() if path.suffix in {".py", ".md", ".txt", ".toml", ".yml", ".html", ".js", ".sh", ""}
    ]
    found = [
        f"{short(path)}:{number}"
        for path in texts
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1)
        if MACHINE_PATH.search(line)
    ]
    assert found == []
