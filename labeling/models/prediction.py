"""What was computed of one sentence that people do not agree on: by the model, and from who said what."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from labeling.models.label import Label
from labeling.models.model_version import ModelVersion
from labeling.models.project import Project
from labeling.models.sentence import Sentence


class Prediction(models.Model):
    """The model's view of a disputed sentence: `shares` maps a label's key to its probability."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    sentence = models.OneToOneField(Sentence, on_delete=models.CASCADE, related_name="prediction")
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")
    shares = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.sentence_id}: {self.shares}"


class Posterior(models.Model):
    """The likeliest label of a sentence that no majority settles, by Dawid and Skene's model of its annotators.

    `n_answers` is how many answers that count it had then: with another number the posterior says nothing any more.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    sentence = models.OneToOneField(Sentence, on_delete=models.CASCADE, related_name="posterior")
    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="+")
    probability = models.FloatField()
    n_answers = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(probability__gte=0, probability__lte=1), name="posterior_of_one")
        ]

    def __str__(self) -> str:
        return f"{self.sentence_id}: {self.label_id} {self.probability:.3f}"
