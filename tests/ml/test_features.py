"""Hashed n-grams: shape, stability, any text."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.errors import LoneSurrogate
from ml.features import COLUMNS, WORD_COLUMNS, hash_texts


def test_rows_are_float32_of_the_fixed_width() -> None:
    rows = hash_texts(["Bupati membantah kabar itu."])
    assert (rows.shape, rows.dtype) == ((1, COLUMNS), np.dtype(np.float32))


def test_no_texts_are_no_rows() -> None:
    assert hash_texts([]).shape == (0, COLUMNS)


def test_an_empty_text_is_an_empty_row() -> None:
    assert hash_texts(["", "kata"]).getnnz(axis=1).tolist()[0] == 0


def test_a_repeated_word_is_counted() -> None:
    words = hash_texts(["banjir dan banjir"])[:, :WORD_COLUMNS]
    assert sorted(words.data.tolist()) == [1, 1, 1, 2]


def test_words_lie_below_characters() -> None:
    rows = hash_texts(["banjir"])
    assert (rows[:, :WORD_COLUMNS].nnz, rows[:, WORD_COLUMNS:].nnz > 10) == (1, True)


def test_columns_of_a_row_are_sorted() -> None:
    rows = hash_texts(["Bupati membantah kabar itu", "The mayor denied it"])
    assert all((np.diff(row.indices) > 0).all() for row in rows)


def test_the_row_of_a_text_never_changes() -> None:
    # Pools and models on disk depend on it: if this fails, raise FEATURES_VERSION.
    rows = hash_texts(["Bupati Lembayung membantah kabar itu."])
    content = rows.indices.astype("<i4").tobytes() + rows.data.astype("<f4").tobytes()
    assert hashlib.sha256(content).hexdigest()[:16] == "f1dccefd0538eabd"


@settings(max_examples=20)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30), max_size=4))
def test_a_text_gives_the_same_row_alone_and_in_company(texts: list[str]) -> None:
    together = hash_texts(texts)
    assert all(abs(together[place] - hash_texts([text])).nnz == 0 for place, text in enumerate(texts))


def test_a_lone_surrogate_is_refused_by_name() -> None:
    with pytest.raises(LoneSurrogate):
        hash_texts(["\ud800"])
