"""Weights and directions: checked against scikit-learn and a slow, plain decomposition; any text, any pool."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfTransformer

from ml.errors import ColumnsMismatch
from ml.features import COLUMNS, WORD_COLUMNS, hash_texts
from ml.latent import DENSE_WEIGHT, Rows, Space, fit_space, product
from tests.ml.labelled_file import sentences
from tests.ml.made_pools import ODD_TEXTS, TEXTS, finite, ids, same, same_rows

COUNTS = hash_texts(TEXTS)
N = len(TEXTS)


def often(counts: csr_matrix) -> NDArray[np.int64]:
    frequencies: NDArray[np.int64] = np.bincount(counts.indices, minlength=COLUMNS)
    return frequencies


def fitted(counts: csr_matrix, **more: object) -> Space:
    return fit_space(counts, often(counts), counts.shape[0], seed=1, **more)  # type: ignore[arg-type]  # by name


@pytest.fixture(scope="module")
def space() -> Space:
    return fitted(COUNTS)


@pytest.fixture(scope="module")
def rows(space: Space) -> Rows:
    return space.weigh(COUNTS)


def test_words_are_the_tf_idf_of_scikit_learn(rows: Rows) -> None:
    expected = TfidfTransformer().fit_transform(COUNTS[:, :WORD_COLUMNS])
    assert abs(rows.words - expected).max() < 1e-6


def plain_rows(counts: csr_matrix, directions: int) -> NDArray[np.float64]:
    """Latent rows by the whole decomposition of the dense matrix."""
    halves = [counts[:, :WORD_COLUMNS], counts[:, WORD_COLUMNS:]]
    weighted = np.hstack(
        [TfidfTransformer().fit_transform(half[:, np.unique(half.indices)]).toarray() for half in halves]
    )
    _, values, basis = np.linalg.svd(weighted, full_matrices=False)
    values, basis = values[:directions], basis[:directions]
    found = weighted @ (np.sqrt(values / values[0])[:, None] * basis).T
    found -= found.mean(axis=0)
    unit: NDArray[np.float64] = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit


@pytest.mark.parametrize(("texts", "directions"), [(TEXTS, 3), ([one["text"] for one in sentences(30)], 29)])
def test_rows_lie_to_each_other_as_in_a_plain_decomposition(texts: list[str], directions: int) -> None:
    # Directions may be turned or flipped; how rows lie to each other may not.
    counts = hash_texts(texts)
    ours = fitted(counts, directions=directions).weigh(counts).dense
    plain = plain_rows(counts, directions)
    assert np.allclose(ours @ ours.T, plain @ plain.T, atol=2e-3)


def test_the_same_arguments_give_the_same_directions_and_another_name(space: Space) -> None:
    again = fitted(COUNTS)
    pairs = zip(space.arrays().values(), again.arrays().values(), strict=True)
    assert (all(np.array_equal(one, other) for one, other in pairs), again.name != space.name) == (True, True)


def test_a_pool_has_fewer_directions_than_rows(space: Space) -> None:
    assert space.n_dense == N - 1


def test_sentences_alike_lie_near_and_others_far() -> None:
    texts = [f"{who} membantah kabar banjir" for who in ("Ratri", "Bayu", "Sari", "Wira")]
    texts += [f"harga {what} naik di pasar" for what in ("beras", "gula", "cabai", "garam")]
    counts = hash_texts(texts)
    dense = fitted(counts, directions=2).weigh(counts).dense
    likeness = dense @ dense.T
    assert (likeness[:4, :4].min() > 0.9, likeness[:4, 4:].max() < 0) == (True, True)


def test_a_row_is_the_same_alone_and_in_company(space: Space, rows: Rows) -> None:
    assert all(same_rows(space.weigh(COUNTS[[at]]), rows.take(ids(at))) for at in (0, 7, N - 1))


def test_a_text_of_words_that_the_pool_has_not_lies_in_no_direction(space: Space) -> None:
    assert not space.weigh(hash_texts(["Zygomorphic quuxly"])).dense.any()


def test_a_column_that_is_rare_gives_a_large_pool_no_direction() -> None:
    counts = hash_texts([f"kabar banjir {number}" for number in range(2_000)])
    columns = fitted(counts, directions=2).columns
    assert (often(counts)[columns] >= 5).all()


@pytest.mark.parametrize("counts", [hash_texts([]), hash_texts([""]), hash_texts(["a"]), hash_texts(["", "..."])])
def test_counts_of_nothing_have_a_space_without_directions(counts: csr_matrix) -> None:
    assert fitted(counts).weigh(counts).dense.shape[1] <= 1


def test_sentences_all_alike_have_no_direction_to_lie_in() -> None:
    counts = hash_texts(["banjir besar di kota"] * 4)
    assert not fitted(counts).weigh(counts).dense.any()


def test_odd_texts_have_finite_rows(space: Space) -> None:
    assert finite(space.weigh(hash_texts(ODD_TEXTS)))


def test_columns_need_not_come_sorted(space: Space) -> None:
    backwards = csr_matrix((COUNTS.data[::-1], COUNTS.indices[::-1], COUNTS.nnz - COUNTS.indptr[::-1]), COUNTS.shape)
    assert same(space.weigh(backwards).words, space.weigh(COUNTS[::-1]).words)


@settings(max_examples=15)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40), max_size=6))
def test_any_pool_of_any_texts_has_finite_rows(texts: list[str]) -> None:
    counts = hash_texts(texts)
    assert finite(fitted(counts).weigh(counts))


def test_counts_of_another_width_are_refused(space: Space) -> None:
    with pytest.raises(ColumnsMismatch, match="--anew"):
        space.weigh(csr_matrix(np.ones((1, 3), np.float32)))


def test_columns_of_an_encoder_that_the_space_has_not_are_refused(space: Space) -> None:
    with pytest.raises(ColumnsMismatch, match="0 columns of the encoder"):
        space.weigh(COUNTS[:1], np.ones((1, 4), np.float32))


def test_the_encoders_columns_may_not_be_left_out() -> None:
    with pytest.raises(ColumnsMismatch, match="4 columns of the encoder"):
        fitted(COUNTS[:3], encoded=np.eye(3, 4, dtype=np.float32)).weigh(COUNTS[:1])


def test_an_encoders_row_that_is_the_mean_lies_in_no_direction() -> None:
    encoded = np.array([[1, 0], [3, 0], [2, 0]], np.float32)
    dense = fitted(COUNTS[:3], encoded=encoded).weigh(COUNTS[:3], encoded).dense
    assert dense[:, -2:].tolist() == [[-1, 0], [1, 0], [0, 0]]


def test_a_space_comes_back_from_its_arrays(space: Space, rows: Rows) -> None:
    again = Space.from_arrays(space.name, space.arrays())
    assert (again.name, again.n_fitted, same_rows(again.weigh(COUNTS), rows)) == (space.name, N, True)


def test_rows_are_taken_in_the_order_asked_for(rows: Rows) -> None:
    taken = rows.take(ids(5, 0, 5))
    assert (same(taken.words, rows.words[[5, 0, 5]]), np.array_equal(taken.dense, rows.dense[[5, 0, 5]])) == (
        True,
        True,
    )


def test_rows_are_taken_by_a_mask(rows: Rows) -> None:
    assert same_rows(rows.take(np.arange(N) < 3), rows.take(ids(0, 1, 2)))


def test_a_stack_is_words_and_then_weighted_directions(rows: Rows) -> None:
    stack = rows.stacked()
    dense = stack[:, WORD_COLUMNS:].toarray()
    assert (same(stack[:, :WORD_COLUMNS], rows.words), np.allclose(dense, rows.dense * DENSE_WEIGHT)) == (True, True)


def test_a_product_is_that_of_the_matrices() -> None:
    generator = np.random.default_rng(1)
    dense, weights = generator.random((5_000, 40), np.float32), generator.random((40, 3), np.float32)
    assert np.allclose(product(dense, weights), dense @ weights, rtol=1e-5)


@pytest.mark.parametrize("k", [2, 3, 6, 10])
def test_a_rows_product_is_the_same_to_the_last_bit_wherever_it_lies(k: int) -> None:
    generator = np.random.default_rng(k)
    dense, weights = generator.normal(size=(3_000, 128)).astype(np.float32), generator.random((128, k), np.float32)
    whole, parts = product(dense, weights), [product(dense[at : at + 701], weights) for at in range(0, 3_000, 701)]
    assert np.array_equal(np.vstack(parts), whole)
