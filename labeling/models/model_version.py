"""A trained model and the order of the queue that came of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from labeling.models.label import Label
from labeling.models.project import Project
from labeling.models.run import Run
from labeling.models.sentence import Selection, Sentence


class ModelVersion(models.Model):
    """`n_label_events` is how many label acts the training had heard of: a higher count now means new labels."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="versions")
    path = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    n_labels = models.PositiveIntegerField()
    n_label_events = models.PositiveBigIntegerField()
    label_counts = models.JSONField(default=dict)
    # As ml.evaluation names them; `macro_f1` is repeated beside its n for lists.
    metrics = models.JSONField(default=dict)
    # What flow.evaluate found after the ranking was published; empty until then.
    evaluation = models.JSONField(default=dict)
    n_ranked = models.PositiveIntegerField(default=0)
    trained_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "number"], name="version_number_once_a_project")
        ]

    def __str__(self) -> str:
        return f"{self.project_id} v{self.number}"


class Explanation(models.Model):
    """Why a version reads a sentence as it does: `words` as labeling.learning.explain gives them, a list by label."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="explanations")
    sentence = models.ForeignKey(Sentence, on_delete=models.CASCADE, related_name="explanations")
    words = models.JSONField(default=list)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "sentence"], name="explanation_once_a_version"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.sentence_id}"


class QueueEntry(models.Model):
    """The head of a ranking: the sentence at `place`, and why it stands there.

    `suggested`: what the model would say of it and how sure it is; null where the project reveals no suggestions.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="entries")
    place = models.PositiveIntegerField()
    sentence = models.ForeignKey(Sentence, on_delete=models.CASCADE, related_name="+")
    selection = models.CharField(max_length=10, choices=Selection.choices)
    score = models.FloatField()
    suggested = models.ForeignKey(Label, null=True, on_delete=models.SET_NULL, related_name="+")
    suggested_share = models.FloatField(null=True)

    class Meta:
        ordering: ClassVar = ["place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "place"], name="entry_place_once_a_version"),
            models.UniqueConstraint(fields=["version", "sentence"], name="entry_sentence_once_a_version"),
            models.CheckConstraint(condition=Q(selection__in=Selection.values), name="entry_selection_known"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.place}: {self.sentence_id}"
