"""A fit on the rows' own coordinates is a fit on their columns."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ml import rowspace
from ml.classifier import BlendClassifier
from ml.rowspace import RowSpace, row_space


def rows(n: int = 20, columns: int = 50) -> csr_matrix:
    """Unit rows: words in the first columns, ten directions in the last."""
    generator = np.random.default_rng(2)
    words = generator.integers(0, 3, (n, columns - 10)) * (generator.random((n, columns - 10)) < 0.2)
    return csr_matrix(
        np.hstack(
            [words / np.maximum(np.linalg.norm(words, axis=1), 1)[:, None], generator.normal(size=(n, 10)) / 3]
        ).astype(np.float32)
    )


def spaced(found: csr_matrix) -> RowSpace:
    space = row_space(found, n_sparse=found.shape[1] - 10)
    assert space is not None
    return space


def products(found: NDArray[np.float64]) -> NDArray[np.float64]:
    return found @ found.T


def test_coordinates_lie_to_each_other_as_the_rows_do() -> None:
    assert np.allclose(products(spaced(rows()).coordinates), products(rows().toarray()), atol=1e-4)


def test_weights_of_coordinates_score_the_rows_as_the_coordinates_do() -> None:
    space, found = spaced(rows()), np.random.default_rng(3).normal(size=(20, 3))
    assert np.allclose(rows() @ space.weights(found), space.coordinates @ found, atol=1e-4)


def test_weights_brought_to_coordinates_score_the_same() -> None:
    space, weights = spaced(rows()), np.random.default_rng(4).normal(size=(50, 3))
    assert np.allclose(space.coordinates @ space.of_weights(weights), rows() @ weights, atol=1e-3)


@pytest.mark.parametrize("found", [rows(4) * 0, rows()[[0, 0, 1, 1, 1]], rows(60)])
def test_empty_rows_twins_and_more_rows_than_columns_have_finite_coordinates(found: csr_matrix) -> None:
    assert np.isfinite(spaced(found).coordinates).all()


def test_many_rows_have_no_space_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rowspace, "LARGEST", 19)
    assert row_space(rows(), n_sparse=40) is None


@pytest.mark.parametrize("classes", ["ab", "abc"])
@pytest.mark.parametrize("warm", [False, True])
def test_a_fit_in_the_rows_space_is_a_fit_on_the_columns(
    classes: str, warm: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = np.array(list(classes))[np.arange(20) % len(classes)]
    chances = []
    for largest in (2_000, 0):
        monkeypatch.setattr(rowspace, "LARGEST", largest)
        fitted = BlendClassifier(n_dense=10, warm_start=warm, tol=1e-6).fit(rows()[:15], labels[:15])
        chances.append(fitted.fit(rows(), labels).predict_proba(rows()))
    assert np.allclose(chances[0], chances[1], atol=1e-3)
