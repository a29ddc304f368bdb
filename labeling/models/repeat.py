"""A sentence that is asked of the same person again, who is not told: how steady their answers are."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from labeling.models.label import Label
from labeling.models.project import Project
from labeling.models.sentence import Sentence


class Repeat(models.Model):
    """In hand until `until`, then answered; the Annotation stays as it was. `first_label` is what they had said, null
    for unsure; `label` what they say now, null for unsure or while there is no answer (`answered_at` is null then)."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="repeats_asked")
    sentence = models.ForeignKey(Sentence, on_delete=models.CASCADE, related_name="+")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    first_label = models.ForeignKey(Label, null=True, on_delete=models.PROTECT, related_name="+")
    label = models.ForeignKey(Label, null=True, on_delete=models.PROTECT, related_name="+")
    seconds = models.FloatField(null=True)
    turn = models.PositiveIntegerField(default=0)
    until = models.DateTimeField()
    asked_at = models.DateTimeField(db_default=Now())
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sentence", "annotator"], name="repeat_once_a_person"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=False) | Q(label__isnull=True, seconds__isnull=True),
                name="repeat_answered_at_a_time",
            ),
            models.CheckConstraint(condition=Q(seconds__isnull=True) | Q(seconds__gte=0), name="repeat_seconds"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["annotator", "project"], condition=Q(answered_at__isnull=True), name="repeat_in_hand")
        ]

    def __str__(self) -> str:
        return f"{self.sentence_id} to {self.annotator_id} again"
