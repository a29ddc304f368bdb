"""A suggestion that somebody was shown: what the model would have said of a sentence, after their own answer."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from labeling.models.label import Label
from labeling.models.model_version import ModelVersion
from labeling.models.project import Project
from labeling.models.sentence import Sentence


class Exposure(models.Model):
    """The first showing to a person is what counts: whatever they answer to that sentence later, they knew it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    sentence = models.ForeignKey(Sentence, on_delete=models.CASCADE, related_name="exposures")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(ModelVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    label = models.ForeignKey(Label, null=True, on_delete=models.SET_NULL, related_name="+")
    share = models.FloatField()
    shown_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sentence", "annotator"], name="exposure_once_a_person"),
            models.CheckConstraint(condition=Q(share__gte=0, share__lte=1), name="exposure_share_of_one"),
        ]

    def __str__(self) -> str:
        return f"{self.sentence_id} to {self.annotator_id}: {self.label_id}"
