"""A sentence encoder, plugged in from outside: a package that names one under the entry point `factcheck.encoders`.

Without one nothing is loaded and the model is as good as its words and directions make it. docs/encoders.md has a
worked example.
"""

import os
from collections.abc import Sequence
from functools import cache
from importlib.metadata import entry_points
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ml.errors import EncoderInvalid

GROUP = "factcheck.encoders"
SETTING = "FACTCHECK_ENCODER"  # Where messages say what to mend.
_INSTALL = f"Install it anew, or leave {SETTING} empty."

Floats = NDArray[np.float32]


@runtime_checkable
class Encoder(Protocol):
    """What the entry point gives when it is called without arguments.

    `version` changes when a text's columns change: the pool is then made again. `dimensions`: e.
    """

    version: str
    dimensions: int

    def encode(self, texts: Sequence[str]) -> Floats:
        """(len(texts), e) float32, finite; the same text always gives the same row."""


@cache
def plugged_in() -> tuple[str, Encoder] | None:
    """The encoder that the setting FACTCHECK_ENCODER names, with its name, loaded once; None where it names none.

    Raises `EncoderInvalid` where no installed package has it, or what it has does not start.
    """
    name = os.environ.get("FACTCHECK_ENCODER", "").strip()
    if not name:
        return None
    found = [one for one in entry_points(group=GROUP) if one.name == name]
    if not found:
        known = ", ".join(sorted(one.name for one in entry_points(group=GROUP))) or "none"
        raise EncoderInvalid(
            expected=f"an installed encoder called {name!r}", came=f"those installed: {known}", cure=f"Mend {SETTING}."
        )
    try:
        encoder = found[0].load()()
    except (ImportError, AttributeError, OSError, RuntimeError) as reason:
        raise EncoderInvalid(
            expected=f"the encoder {name!r} to start", came=f"{type(reason).__name__}: {reason}", cure=_INSTALL
        ) from reason
    if not isinstance(encoder, Encoder):
        raise EncoderInvalid(
            expected="an encoder with version, dimensions and encode", came=type(encoder).__name__, cure=_INSTALL
        )
    return name, encoder


def name_of(plugged: tuple[str, Encoder] | None) -> str:
    """What a pool calls the encoder that its rows were made with; empty without one."""
    return "" if plugged is None else f"{plugged[0]} {plugged[1].version}"


def columns(plugged: tuple[str, Encoder] | None, texts: Sequence[str]) -> Floats:
    """The encoder's columns, (n, e); (n, 0) without one. Raises `EncoderInvalid` where they are not as promised."""
    if plugged is None:
        return np.zeros((len(texts), 0), np.float32)
    name, encoder = plugged
    found = np.asarray(encoder.encode(texts), dtype=np.float32)
    if found.shape != (len(texts), encoder.dimensions) or not np.isfinite(found).all():
        raise EncoderInvalid(
            expected=f"finite columns of shape ({len(texts)}, {encoder.dimensions})",
            came=f"shape {found.shape}, {int(np.isfinite(found).sum())} finite",
            cure=f"Mend the encoder {name!r}, or leave {SETTING} empty.",
        )
    return found
