"""For whom this thread works: what every line of the log says beside its message, and what a Run remembers."""

import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

# What a proxy or a client may have made: letters, digits and hyphens, so that it is a word wherever it is written.
_SANE = re.compile(r"[A-Za-z0-9-]{8,36}")
# Where a request keeps the same, in its META.
KEPT = "factcheck.about"
_EMPTY: dict[str, Any] = {}
_about: ContextVar[Mapping[str, Any]] = ContextVar("about", default=_EMPTY)


@contextmanager
def about(**more: Any) -> Iterator[None]:
    """Inside, lines of the log carry these too; what is empty is left out."""
    token = _about.set({**_about.get(), **{name: value for name, value in more.items() if value not in (None, "")}})
    try:
        yield
    finally:
        _about.reset(token)


def known() -> Mapping[str, Any]:
    """What is known about the work in hand, by name."""
    return _about.get()


def request_id() -> str:
    """The id of the request that asked for this; empty where none did."""
    return str(_about.get().get("request", ""))


def sane_id(offered: str) -> str:
    """The id that came with a request where it is one, else a new one."""
    return offered if _SANE.fullmatch(offered) else uuid.uuid4().hex
