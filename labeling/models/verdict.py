"""An adjudicator's answer where annotators disagree. The annotations stay as they were."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from labeling.models.label import Label
from labeling.models.project import Project
from labeling.models.sentence import Sentence


class ErrorKind(models.TextChoices):
    """Why people differed, as an adjudicator saw it."""

    SLIP = "slip", _("A slip: somebody pressed the wrong key or read too fast")
    GUIDELINE = "guideline", _("The guideline is unclear here")
    SENTENCE = "sentence", _("The sentence is bad: cut wrongly, or not a sentence")
    AMBIGUOUS = "ambiguous", _("Truly ambiguous: more than one label is right")


class Verdict(models.Model):
    """`blind_label` is what was decided before anybody's answer was seen, null where they were seen first; `label` is
    what stands. Each change is an Event."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="verdicts")
    sentence = models.OneToOneField(Sentence, on_delete=models.CASCADE, related_name="verdict")
    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="+")
    blind_label = models.ForeignKey(Label, null=True, on_delete=models.PROTECT, related_name="+")
    error_kind = models.CharField(max_length=10, choices=ErrorKind.choices, blank=True)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["-decided_at"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(error_kind__in=["", *ErrorKind.values]), name="verdict_error_kind_known")
        ]

    def __str__(self) -> str:
        return f"{self.sentence_id}: {self.label_id}"
