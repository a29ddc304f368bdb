"""The changelog of a data set: what changed from one exported version to the next."""

from collections.abc import Iterator, Mapping
from typing import Any

# How each kind of change reads, in this order.
SAID = {"added": "added", "relabelled": "with another label", "removed": "removed"}


def changelog(head: Mapping[str, Any]) -> str:
    """The text of `CHANGELOG.md`: every version up to this one, the latest first."""
    versions = "\n".join(line for one in reversed(head["history"]) for line in _version(one))
    return (
        f"# Changelog of {head['name']}\n\n"
        "A version is a data revision that was exported. Its changes are counted in sentences with a settled label, "
        f"since the version before it.\n\n{versions}"
    )


def made_on(head: Mapping[str, Any]) -> str:
    """The day of this version, as ISO writes it."""
    return str(head["history"][-1]["made_on"])


def _version(one: Mapping[str, Any]) -> Iterator[str]:
    yield f"## Version {one['number']}, {one['made_on']}"
    yield ""
    yield f"* Data revision {one['revision']}: {one['n_rows']:,} sentences, {one['n_judgements']:,} judgements."
    changes = one["changes"]
    if changes:
        yield f"* Sentences {', '.join(f'{word}: {changes.get(kind, 0):,}' for kind, word in SAID.items())}."
    yield ""
