"""An owner's answer where annotators disagree. The annotations stay as they were."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from labeling.models.label import Label
from labeling.models.project import Project
from labeling.models.sentence import Sentence


class Verdict(models.Model):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="verdicts")
    sentence = models.OneToOneField(Sentence, on_delete=models.CASCADE, related_name="verdict")
    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["-decided_at"]

    def __str__(self) -> str:
        return f"{self.sentence_id}: {self.label_id}"
