"""The rules that annotators follow, version by version, and the sentences that show them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import get_language

from labeling.models.label import Label
from labeling.models.project import Project
from labeling.models.sentence import Sentence


class Guideline(models.Model):
    """One version of the rules, in Markdown without HTML, in both languages. `note` says what changed."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="guidelines")
    number = models.PositiveIntegerField(default=1)
    text_en = models.TextField()
    text_id = models.TextField()
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "number"], name="guideline_number_once_a_project")
        ]

    def __str__(self) -> str:
        return f"{self.project.slug} {self.number}"

    def text(self) -> str:
        """The text in the language of the page."""
        return self.text_id if get_language() == "id" else self.text_en


class GuidelineExample(models.Model):
    """A real sentence that shows what a label means; every version's page shows those that stand now."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="examples")
    sentence = models.ForeignKey(Sentence, on_delete=models.CASCADE, related_name="+")
    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="examples")
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "sentence"], name="example_once_a_sentence")
        ]

    def __str__(self) -> str:
        return f"{self.label_id}: {self.sentence_id}"
