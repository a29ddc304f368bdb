"""How the labels of a project may be written by whoever answers."""

from collections.abc import Iterable, Sequence


def words_of(labels: Iterable[Sequence[str]]) -> dict[str, str]:
    """How a label may be written, and the key that is meant, out of (key, name, other name ...) a label.

    Without regard to case; a name that two labels bear means neither, and a key means itself.
    """
    named = [(key, names) for key, *names in labels]
    words: dict[str, str | None] = {}
    for key, names in named:
        for name in {fold(name) for name in names if name}:
            words[name] = key if words.get(name, key) == key else None
    words |= {fold(key): key for key, _names in named}
    return {word: key for word, key in words.items() if key is not None}


def fold(word: str) -> str:
    """A label as it is compared."""
    return " ".join(word.casefold().split())
