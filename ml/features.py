"""Texts to counts of hashed n-grams. No state: the same text gives the same row on any machine, for ever."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import HashingVectorizer

from ml.text import require_clean

COLUMNS = 2**18
WORD_COLUMNS = COLUMNS // 2  # Columns below are words 1-2, columns from here on are characters 2-5.
FEATURES_VERSION = 2  # Raise it when a text's row changes: pools and models of another version are made again.


def _hasher(analyzer: str, ngram_range: tuple[int, int]) -> HashingVectorizer:
    return HashingVectorizer(
        analyzer=analyzer,
        ngram_range=ngram_range,
        n_features=WORD_COLUMNS,
        alternate_sign=False,
        norm=None,
        dtype=np.float32,
    )


_WORDS = _hasher("word", (1, 2))
_CHARACTERS = _hasher("char_wb", (2, 5))


def hash_texts(texts: Sequence[str]) -> csr_matrix:
    """Counts, shape (len(texts), 2**18), float32 CSR with sorted int32 columns.

    Words 1-2 in the lower half, characters 2-5 within words in the upper. A text without a word of two letters may
    give a row without words; an empty text gives an empty row. Weights (idf, length) are applied by the classifier.
    Raises `NulCharacter`, `LoneSurrogate`.
    """
    for text in texts:
        require_clean(text)
    if not texts:
        return csr_matrix(np.zeros((0, COLUMNS), np.float32))
    halves = [_WORDS.transform(texts), _CHARACTERS.transform(texts)]
    rows = csr_matrix(hstack(halves, format="csr", dtype=np.float32))
    rows.sort_indices()
    return rows
