"""What a Label Studio project that asks us for predictions has: its config, its labels and ours, its tasks' texts."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from labeling.errors import Refused
from labeling.keys import text_hash
from labeling.labelstudio.config import Choices, labels_of
from labeling.labelstudio.controls import named_as
from labeling.labelstudio.numbers import number_of
from labeling.labelstudio.sent import name_of
from labeling.labelstudio.shapes import result_of
from labeling.labelstudio.told import words
from labeling.labelstudio.words import fold
from labeling.models import Label, Project, RemoteTask, Sentence
from labeling.printable import printable


class Config:
    """A labelling config of theirs, read against the labels of `project`. Raises Refused where it cannot be read."""

    def __init__(self, project: Project, xml: object) -> None:
        if not isinstance(xml, str):
            raise Refused(_("The labelling config is missing."))
        self.project = project
        self.choices: Choices = labels_of(xml)
        known, asked = words(project.pk), self.choices
        # How they write each label of ours.
        self._written = {known[word]: one.value for one in asked.labels if (word := fold(one.value)) in known}
        self._controls = named_as(asked, self._written)

    def require_ours(self) -> None:
        """Raises Refused, naming them, unless every label that our model may predict can be chosen there."""
        ours = Label.objects.offered().filter(project=self.project).order_by("digit").values_list("key", flat=True)
        missing = [key for key in ours if key not in self._written]
        if missing:
            said = _("The labelling config lacks labels of %(project)s: %(missing)s. Add them, each as a Choice.")
            raise Refused(said % {"project": self.project.slug, "missing": ", ".join(missing)})

    def result_of(self, label: str) -> list[dict[str, Any]]:
        """The result that chooses our `label` there; empty where nobody can choose it."""
        return result_of(label, controls=self._controls) if label in self._written else []

    def texts_of(self, tasks: Sequence[Mapping[str, Any]]) -> list[str]:
        """The text of each task, be it a sentence of ours or not; empty where nothing is to be predicted of it.

        That is a task without a text that names no sentence of ours, and a sentence of the audit sample: who answers it
        must not see what the model says, or it would measure neither.
        """
        texts = [_text(task, self.choices.field) for task in tasks]
        named = self._named([task for task, text in zip(tasks, texts, strict=True) if not text])
        texts = [text or named.get(number_of(task.get("id")), "") for task, text in zip(tasks, texts, strict=True)]
        hashes = [text_hash(text) for text in texts]
        audit = Sentence.objects.of_audit_sample().filter(project=self.project, text_hash__in=set(hashes))
        kept_apart = set(audit.order_by().values_list("text_hash", flat=True))
        return ["" if mark in kept_apart else text for text, mark in zip(texts, hashes, strict=True)]

    def _named(self, tasks: Sequence[Mapping[str, Any]]) -> dict[int, str]:
        """Of tasks that carry no text: that of the sentence they were made of, by their number."""
        if not tasks:
            return {}
        names = {number_of(task.get("id")): name for task in tasks if (name := name_of(task)) is not None}
        ours = Sentence.objects.filter(project=self.project)
        sentences = dict(ours.filter(pk__in=set(names.values())).order_by().values_list("pk", "text"))
        pushed = RemoteTask.objects.filter(
            remote__project=self.project, task_id__in=[number_of(task.get("id")) for task in tasks]
        )
        found = {number: sentences[name] for number, name in names.items() if name in sentences}
        return dict(pushed.values_list("task_id", "sentence__text")) | found


def _text(task: Mapping[str, Any], field: str) -> str:
    told = task.get("data")
    text = told.get(field) if isinstance(told, Mapping) else None
    return printable(text).strip() if isinstance(text, str) else ""
