"""What became of an exchange with a Label Studio server: counts, and every conflict by its name."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

# So many are listed; more are counted.
LISTED = 500


@dataclass(slots=True)
class Exchanged:
    """`conflicts` are {"task", "annotation", "reason"}, numbers of the server; the first LISTED of `n_conflicts`."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    n_conflicts: int = 0
    conflicts: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def resumed(cls, cursor: Mapping[str, Any]) -> "Exchanged":
        """As an earlier attempt left it."""
        told = dict(cursor.get("told", {}))
        told["conflicts"] = list(told.get("conflicts", []))
        return cls(**told)

    def conflict(self, *, reason: str, task: int | None = None, annotation: int | None = None) -> None:
        """Name one; the same one again says nothing new."""
        named = {"task": task, "annotation": annotation, "reason": reason}
        if named in self.conflicts:
            return
        self.n_conflicts += 1
        if len(self.conflicts) < LISTED:
            self.conflicts.append(named)

    def with_more(self, other: "Exchanged") -> "Exchanged":
        """Both together; neither changes."""
        both = Exchanged.resumed({"told": self.written()})
        for name in ("created", "updated", "unchanged"):
            setattr(both, name, getattr(self, name) + getattr(other, name))
        for one in other.conflicts:
            both.conflict(**one)
        both.n_conflicts += other.n_conflicts - len(other.conflicts)
        return both

    def written(self) -> dict[str, Any]:
        """As a cursor or a result holds it."""
        return asdict(self)
