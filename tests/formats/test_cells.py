"""No cell of a table runs: what a spreadsheet would take for a formula is text."""

import pytest

from labeling.cells import harmless

pytestmark = pytest.mark.once
SIGNS = ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"]


@pytest.mark.parametrize("sign", [*SIGNS, "\t", "\r", "\n"])
def test_a_cell_that_begins_as_a_formula_gets_an_apostrophe(sign: str) -> None:
    assert harmless(f"{sign}1") == f"'{sign}1"


@pytest.mark.parametrize("before", [";", "\t", "\r\n", "\n"])
@pytest.mark.parametrize("sign", SIGNS)
def test_so_does_one_that_begins_where_a_spreadsheet_of_semicolons_begins_a_cell(before: str, sign: str) -> None:
    assert harmless(f"Kata wali kota{before}{sign}1;=2") == f"Kata wali kota{before}'{sign}1;'=2"


@pytest.mark.parametrize(
    "text", ["", "Harga naik 5-10 persen", "a=b", "surat@warta.example", "Satu; dua\r\ntiga", "'=1"]
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text
