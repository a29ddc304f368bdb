"""NFC, characters that are refused, and the guess of a language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.errors import LoneSurrogate, NulCharacter
from ml.text import guess_language, normalise


def test_a_letter_and_its_accent_become_one() -> None:
    assert normalise("e\u0301") == "é"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_a_nul_names_its_line() -> None:
    with pytest.raises(NulCharacter) as refused:
        normalise("a\nb\n\0")
    assert refused.value.line == 3


def test_a_lone_surrogate_names_its_line() -> None:
    with pytest.raises(LoneSurrogate) as refused:
        normalise("a\n\udfff")
    assert refused.value.line == 2


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bupati membantah kabar yang beredar di desa itu dan akan melapor.", "id"),
        ("The mayor denied the report and said that she would appeal.", "en"),
        ("Ini bukan the end.", "id"),
        ("", "id"),
        ("12345", "id"),
    ],
)
def test_the_language_is_guessed_from_function_words(text: str, language: str) -> None:
    assert guess_language(text) == language
