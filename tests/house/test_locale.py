"""Every text has its Indonesian, and what is compiled is what was written."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "labeling" / "locale" / "id" / "LC_MESSAGES"
MARKERS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
IN_TEMPLATE = re.compile(r"""(?:gettext(?:_noop)?|_)\(u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
TEXT = re.compile(r'^(?:msgid|msgid_plural|msgstr(?:\[\d\])?) (".*")$', re.MULTILINE)
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%%")


def in_python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKERS:
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def in_template(path: Path) -> Iterator[str]:
    for found in IN_TEMPLATE.finditer(templatize(path.read_text(encoding="utf-8"))):
        yield ast.literal_eval(found[1])


def texts() -> set[str]:
    """Every text that the project marks for translation."""
    app = ROOT / "labeling"
    found = {text for path in app.rglob("*.py") for text in in_python(path)}
    return found | {text for path in (app / "templates").rglob("*.html") for text in in_template(path)}


def written() -> dict[str, str]:
    """The catalogue as it is written; of a plural, its one Indonesian form."""
    entries = {}
    for block in (LOCALE / "django.po").read_text(encoding="utf-8").split("\n\n"):
        said: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            name, _space, value = line.partition(" ") if not line.startswith('"') else (name, "", line)
            said[name] = said.get(name, "") + ast.literal_eval(value)
        entries[said["msgid"]] = said.get("msgstr", said.get("msgstr[0]", ""))
    del entries[""]
    return entries


@pytest.fixture(scope="module")
def catalogue() -> dict[str, str]:
    return written()


def test_the_reader_of_this_test_finds_texts_of_both_kinds() -> None:
    assert {"The request is not JSON.", "Train now", "%(n)s disputed sentence"} <= texts()


def test_no_text_lacks_its_indonesian(catalogue: dict[str, str]) -> None:
    assert sorted(text for text in texts() if not catalogue.get(text)) == []


def test_nothing_is_translated_that_no_page_says(catalogue: dict[str, str]) -> None:
    assert sorted(set(catalogue) - texts()) == []


def test_no_translation_is_a_guess() -> None:
    assert "fuzzy" not in (LOCALE / "django.po").read_text(encoding="utf-8")


def test_each_translation_keeps_the_places_of_its_text(catalogue: dict[str, str]) -> None:
    apart = {text for text, said in catalogue.items() if set(PLACE.findall(text)) != set(PLACE.findall(said))}
    assert apart == set()


def test_what_is_marked_as_a_format_is_one() -> None:
    """As `msgfmt --check` wants it: a percent sign that stands for itself is doubled, or the mark is wrong."""
    blocks = (LOCALE / "django.po").read_text(encoding="utf-8").split("\n\n")
    marked = [block for block in blocks if "python-format" in block]
    assert marked
    assert [block for block in marked if not all(map(formats, TEXT.findall(block)))] == []


def formats(text: str) -> bool:
    """Whether every percent sign of `text`, as it is written, begins a place of a known name, or is doubled."""
    places = dict.fromkeys(re.findall(r"%\((\w+)\)", text), 1)
    try:
        return bool(ast.literal_eval(text) % places)
    except (KeyError, TypeError, ValueError):
        return False


def test_what_is_compiled_is_what_was_written(catalogue: dict[str, str]) -> None:
    """If this fails: msgfmt -o django.mo django.po."""
    with (LOCALE / "django.mo").open("rb") as stream:
        compiled = gettext.GNUTranslations(stream)
    singular = {text: compiled.gettext(text) for text in catalogue}
    assert {
        text: compiled.ngettext(text, text, 1) if said == text else said for text, said in singular.items()
    } == catalogue
