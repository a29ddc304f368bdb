"""The words that spoke for and against each label."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from ml import explain as explaining
from ml.classifier import BlendClassifier
from ml.errors import ColumnsMismatch, NulCharacter, SpaceMoved
from ml.explain import explain
from ml.features import hash_texts
from ml.fitted import FittedModel
from ml.latent import Rows, Space, fit_space
from ml.pool import Pool
from ml.training import train
from tests.ml.made_pools import IDS, LABELS, ODD_TEXTS, TEXTS, VERBS, made

CUES = list(VERBS.items())


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    return made(tmp_path_factory.mktemp("pool"), TEXTS)


@pytest.fixture(scope="module")
def model(pool: Pool) -> FittedModel:
    return train(pool, IDS[:24], LABELS[:24], seed=1)


@pytest.fixture(scope="module")
def space(pool: Pool) -> Space:
    return pool.fitted_space()


def spoken(model: FittedModel, space: Space, text: str, label: str) -> dict[str, float]:
    """By how much each word of `text` raised the log-odds of `label`."""
    found = explain(model, space, text)
    column = found.weights[:, found.labels.index(label)]
    return {text[word.start : word.end]: weight for word, weight in zip(found.words, column.tolist(), strict=True)}


@pytest.mark.parametrize(("label", "cue"), CUES)
def test_the_word_that_tells_the_label_speaks_for_it_most(
    model: FittedModel, space: Space, label: str, cue: str
) -> None:
    words = spoken(model, space, f"Kelana {cue} kabar soal banjir", label)
    assert (max(words, key=lambda word: words[word]), words[cue] > 0) == (cue, True)


@pytest.mark.parametrize(("label", "cue"), CUES)
def test_the_word_that_tells_a_label_speaks_against_the_others(
    model: FittedModel, space: Space, label: str, cue: str
) -> None:
    others = [other for other in model.labels if other != label]
    assert all(spoken(model, space, f"Kelana {cue} kabar soal banjir", other)[cue] < 0 for other in others)


def test_a_weight_is_how_far_the_log_odds_fall_without_the_word(model: FittedModel, space: Space) -> None:
    chances = model.probabilities(space.weigh(hash_texts(["Seta membantah kabar", "Seta  kabar"]))).astype(float)
    odds = np.log(chances / (1 - chances))
    assert np.allclose(explain(model, space, "Seta membantah kabar").weights[1], odds[0] - odds[1], atol=1e-4)


def test_offsets_are_those_of_the_words_in_the_text(model: FittedModel, space: Space) -> None:
    text = "  «Ratri» membantah, anti-banjir don't 😀 2024!"
    found = [text[word.start : word.end] for word in explain(model, space, text).words]
    assert found == ["Ratri", "membantah", "anti-banjir", "don't", "2024"]


def test_chances_are_those_of_the_whole_sentence(model: FittedModel, space: Space, pool: Pool) -> None:
    found = explain(model, space, TEXTS[30])
    assert np.allclose(found.probabilities, model.probabilities(pool.rows(IDS[30:31]))[0])


@pytest.mark.parametrize("text", ["", "   ", "... !!! ???", "😀😀"])
def test_a_text_without_a_word_has_chances_and_no_weights(model: FittedModel, space: Space, text: str) -> None:
    found = explain(model, space, text)
    assert (found.words, found.weights.shape, found.probabilities.shape) == ((), (0, 4), (4,))


@pytest.mark.parametrize("text", ODD_TEXTS[:-1])
def test_odd_texts_have_finite_weights(model: FittedModel, space: Space, text: str) -> None:
    found = explain(model, space, text)
    assert (np.isfinite(found.weights).all(), len(found.weights)) == (np.True_, len(found.words))


def test_of_a_long_text_the_first_words_are_weighed(
    model: FittedModel, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explaining, "WORDS", 3)
    found = explain(model, space, "kabar " * 300)
    assert [word.start for word in found.words] == [0, 6, 12]


def test_a_sentence_is_explained_the_same_each_time(model: FittedModel, space: Space) -> None:
    one, other = (explain(model, space, TEXTS[30]) for _ in range(2))
    assert np.array_equal(one.weights, other.weights)


def test_a_model_of_other_directions_is_refused(model: FittedModel) -> None:
    other = fit_space(hash_texts(TEXTS), np.zeros(2**18, np.int64), len(TEXTS), seed=1)
    with pytest.raises(SpaceMoved, match="Train again"):
        explain(model, other, "Seta membantah kabar")


def test_a_text_that_cannot_be_stored_is_refused(model: FittedModel, space: Space) -> None:
    with pytest.raises(NulCharacter):
        explain(model, space, "kabar\0banjir")


def shouted(texts: Sequence[str]) -> NDArray[np.float32]:
    """An encoder of two columns that hears capital letters alone."""
    loud = np.array([[text.isupper(), not text.isupper()] for text in texts])
    return loud.astype(np.float32)


def trained(rows: Rows, space: Space) -> FittedModel:
    fitted = BlendClassifier(n_dense=space.n_dense).fit(rows.stacked(), ["loud", "still"] * 20)
    return FittedModel.of(fitted, temperature=1.0, space=space.name, n_labels=40, seed=1, metrics={})


def test_what_an_encoder_hears_in_a_word_is_among_its_weights(pool: Pool) -> None:
    texts = [text.upper() if place % 2 else text for place, text in enumerate(TEXTS)]
    frequencies = pool.document_frequencies
    space = fit_space(hash_texts(texts), frequencies, 40, seed=1, encoded=shouted(texts), directions=1)
    rows = space.weigh(hash_texts(texts), shouted(texts))
    model = trained(rows, space)
    found = explain(model, space, "KABAR banjir", encode=shouted)
    # Without the word in small letters the rest is shouted; without the other one it is not.
    assert abs(found.weights[1, 0]) > abs(found.weights[0, 0])


def test_an_encoder_that_the_space_knows_may_not_be_left_out(pool: Pool) -> None:
    space = fit_space(hash_texts(TEXTS), pool.document_frequencies, 40, seed=1, encoded=shouted(TEXTS))
    model = trained(space.weigh(hash_texts(TEXTS), shouted(TEXTS)), space)
    with pytest.raises(ColumnsMismatch):
        explain(model, space, "kabar")
