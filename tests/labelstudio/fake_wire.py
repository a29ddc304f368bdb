"""A Label Studio server in memory, behind the same methods as labeling.labelstudio.wire.Wire."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from labeling.claims import Claim
from labeling.labelstudio.shapes import result_of

URL = "https://studio.example"
Told = dict[str, Any]


class Killed(BaseException):
    """The process is gone: nobody catches this."""


@dataclass
class FakeWire:
    """`on_call` is told the name of each call before it is done, and after; it may raise."""

    url: str = URL
    projects: dict[int, Told] = field(default_factory=dict)
    all_tasks: dict[int, Told] = field(default_factory=dict)
    emails: dict[int, str] = field(default_factory=dict)
    time: str = "2026-05-04T03:02:01.000000Z"
    calls: list[str] = field(default_factory=list)
    on_call: Callable[[str, str], None] = lambda name, when: None

    @contextmanager
    def _call(self, name: str) -> Iterator[None]:
        self.on_call(name, "before")
        self.calls.append(name)
        yield
        self.on_call(name, "after")

    @contextmanager
    def connect(self, claim: Claim) -> Iterator["FakeWire"]:
        """Stands in for wire.connect."""
        yield self

    def clock(self) -> str:
        return self.time

    def project(self, pk: int) -> Told:
        return copy.deepcopy(self.projects[pk])

    def project_marked(self, mark: str, *, title: str) -> Told | None:
        return next(
            (one for one in self.projects.values() if mark in one["description"] and one["title"] == title), None
        )

    def make_project(self, **values: Any) -> Told:
        with self._call("make_project"):
            pk = len(self.projects) + 1
            self.projects[pk] = {"id": pk, "model_version": "", **values}
        return self.projects[pk]

    def change_project(self, pk: int, **values: Any) -> None:
        with self._call("change_project"):
            self.projects[pk] |= values

    def tasks(
        self,
        project: int,
        *,
        after: int = 0,
        since: str = "",
        only: Sequence[int] = (),
        answered: bool = False,
        size: int = 100,
    ) -> list[Told]:
        found = [
            one
            for pk, one in sorted(self.all_tasks.items())
            if one["project"] == project
            and pk > after
            and (not only or pk in only)
            and (not answered or one["annotations"])
            and one["updated_at"] > since
        ]
        return copy.deepcopy(found[:size])

    def make_tasks(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
        with self._call("make_tasks"):
            return [self.add(project, **copy.deepcopy(dict(one))) for one in tasks]

    def change_task(self, task: int, **values: Any) -> None:
        with self._call("change_task"):
            self.all_tasks[task] |= copy.deepcopy(values)

    def make_predictions(self, project: int, predictions: Sequence[Mapping[str, Any]]) -> None:
        with self._call("make_predictions"):
            for one in predictions:
                told = self.all_tasks[one["task"]]["predictions"]
                told.append({"id": 1000 + len(told), **copy.deepcopy(dict(one))})

    def people(self) -> dict[int, str]:
        return self.emails

    def close(self) -> None:
        pass

    def add(self, project: int, **body: Any) -> int:
        """A task, as somebody's import makes it."""
        number = max(self.all_tasks, default=100) + 1
        predictions = [{"id": 1, **one} for one in body.pop("predictions", [])]
        own = {"id": number, "project": project, "annotations": [], "predictions": predictions, "updated_at": self.time}
        self.all_tasks[number] = {"meta": {}, **own, **body}
        return number

    def task_of(self, sentence: int) -> Told:
        return next(one for one in self.all_tasks.values() if one["data"].get("ext_id") == str(sentence))

    def annotate(self, sentence: int, number: int, label: str | None, *, by: int = 7, **more: Any) -> Told:
        """An annotation on the sentence's task, or another content of the one of that number."""
        task = self.task_of(sentence)
        one = {"id": number, "completed_by": by, "lead_time": 3.5, "was_cancelled": label is None, **more}
        one |= {"result": result_of(label), "created_at": self.time, "updated_at": self.time}
        task["annotations"] = [*(old for old in task["annotations"] if old["id"] != number), one]
        task["updated_at"] = self.time
        return one
