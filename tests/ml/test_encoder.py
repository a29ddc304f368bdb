"""The sentence encoder that may be plugged in: found by its name, started once, held to what it promises."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ml import encoder as encoding
from ml import shards
from ml.encoder import SETTING, Encoder, columns, name_of, plugged_in
from ml.errors import EncoderInvalid
from ml.explain import explain
from ml.features import hash_texts
from ml.pool import open_pool
from ml.training import train
from tests.ml.made_pools import IDS, LABELS, TEXTS

Floats = NDArray[np.float32]


class Lengths:
    """Two columns: how long a text is, and how many words it has."""

    version = "1"
    dimensions = 2

    def encode(self, texts: Sequence[str]) -> Floats:
        return np.array([[len(text), len(text.split())] for text in texts], np.float32).reshape(len(texts), 2)


class Entry:
    """An entry point of an installed package."""

    def __init__(self, name: str, made: Callable[[], object]) -> None:
        self.name, self.made, self.loads = name, made, 0

    def load(self) -> Callable[[], object]:
        self.loads += 1
        return self.made


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What is plugged in is asked anew by each test."""
    plugged_in.cache_clear()
    yield
    plugged_in.cache_clear()


def install(monkeypatch: pytest.MonkeyPatch, setting: str, *entries: Entry) -> None:
    def found(*, group: str) -> Sequence[Entry]:
        return entries if group == "factcheck.encoders" else ()

    monkeypatch.setattr(encoding, "entry_points", found)
    monkeypatch.setenv(SETTING, setting)


def raising(reason: Exception) -> Callable[[], object]:
    def start() -> object:
        raise reason

    return start


@pytest.mark.parametrize("setting", ["", "  "])
def test_without_the_setting_nothing_is_plugged_in(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    install(monkeypatch, setting, Entry("lengths", Lengths))
    assert plugged_in() is None


def test_nothing_plugged_in_has_no_name_and_no_columns() -> None:
    assert (name_of(None), columns(None, ["a", "b"]).shape) == ("", (2, 0))


def test_the_encoder_that_the_setting_names_is_plugged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, " lengths ", Entry("other", raising(AssertionError())), Entry("lengths", Lengths))
    assert name_of(plugged_in()) == "lengths 1"


def test_an_encoder_is_started_once(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = Entry("lengths", Lengths)
    install(monkeypatch, "lengths", entry)
    assert (plugged_in() is plugged_in(), entry.loads) == (True, 1)


def test_an_encoder_that_is_not_installed_is_named_with_those_that_are(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "missing", Entry("lengths", Lengths), Entry("e5", Lengths))
    with pytest.raises(EncoderInvalid, match=r"'missing'; got those installed: e5, lengths\. Mend FACTCHECK_ENCODER"):
        plugged_in()


def test_where_none_is_installed_the_message_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "missing")
    with pytest.raises(EncoderInvalid, match="installed: none"):
        plugged_in()


@pytest.mark.parametrize(
    "reason", [ImportError("no library"), AttributeError("no such name"), OSError("no file"), RuntimeError("no model")]
)
def test_an_encoder_that_does_not_start_is_named_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, reason: Exception
) -> None:
    install(monkeypatch, "broken", Entry("broken", raising(reason)))
    with pytest.raises(EncoderInvalid, match=f"'broken' to start; got {type(reason).__name__}: no "):
        plugged_in()


def test_what_is_no_encoder_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "text", Entry("text", str))
    with pytest.raises(EncoderInvalid, match="got str"):
        plugged_in()


def test_columns_are_float32_a_row_a_text() -> None:
    found = columns(("lengths", Lengths()), ["kabar banjir", ""])
    assert (found.dtype == np.float32, found.tolist()) == (True, [[12, 2], [0, 0]])


def test_no_texts_have_columns_of_no_rows() -> None:
    assert columns(("lengths", Lengths()), []).shape == (0, 2)


class Giving(Lengths):
    def __init__(self, given: Any) -> None:
        self.given = given

    def encode(self, texts: Sequence[str]) -> Floats:
        found: Floats = np.array(self.given)
        return found


@pytest.mark.parametrize(
    "given",
    [[[1, 2]], [[1, 2, 3], [1, 2, 3]], [1, 2], [[1, np.nan], [1, 2]], [[1, np.inf], [1, 2]]],
    ids=["a row too few", "a column too many", "no table", "NaN", "endless"],
)
def test_columns_that_are_not_as_promised_are_refused(given: Any) -> None:
    with pytest.raises(EncoderInvalid, match=r"shape \(2, 2\).*Mend the encoder 'given'"):
        columns(("given", Giving(given)), ["a", "b"])


def test_the_protocol_is_what_the_docs_say() -> None:
    assert isinstance(Lengths(), Encoder)


@pytest.mark.slow
def test_a_model_learns_from_an_encoders_columns_and_says_which_word_they_spoke_of(tmp_path: Path) -> None:
    plugged = ("lengths", Lengths())
    encoded = columns(plugged, TEXTS)
    shards.append(tmp_path, IDS, hash_texts(TEXTS), encoded, encoder=name_of(plugged))
    shards.refresh(tmp_path, seed=1)
    pool = open_pool(tmp_path)
    model = train(pool, IDS[:24], LABELS[:24], seed=1)
    found = explain(model, pool.fitted_space(), TEXTS[30], encode=lambda texts: columns(plugged, texts))
    assert (model.n_dense, np.allclose(found.probabilities, model.probabilities(pool.rows(IDS[30:31]))[0])) == (
        pool.fitted_space().components.shape[1] + 2,
        True,
    )
