"""One person's answer about one sentence."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from labeling.models.guideline import Guideline
from labeling.models.label import Label
from labeling.models.project import Project
from labeling.models.sentence import Selection, Sentence


class State(models.TextChoices):
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class AnnotationQuerySet(models.QuerySet["Annotation"]):
    def given(self) -> "AnnotationQuerySet":
        """Answers that stand: not undone."""
        return self.filter(state=State.GIVEN)

    def decided(self) -> "AnnotationQuerySet":
        """Answers that count for a label: given, and not `unsure`."""
        return self.given().filter(unsure=False, label__isnull=False)


class Annotation(models.Model):
    """`surplus` marks an answer that came after the sentence had all it wanted: kept, exported, not counted."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="annotations")
    sentence = models.ForeignKey(Sentence, on_delete=models.CASCADE, related_name="annotations")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="annotations")
    state = models.CharField(max_length=10, choices=State.choices, default=State.GIVEN)
    label = models.ForeignKey(Label, null=True, on_delete=models.PROTECT, related_name="+")
    second_label = models.ForeignKey(Label, null=True, on_delete=models.PROTECT, related_name="+")
    unsure = models.BooleanField(default=False)
    boilerplate = models.BooleanField(default=False)
    bad_segment = models.BooleanField(default=False)
    comment = models.TextField(blank=True)
    seconds = models.FloatField()
    surplus = models.BooleanField(default=False)
    selection = models.CharField(max_length=10, choices=Selection.choices)
    version = models.ForeignKey("labeling.ModelVersion", null=True, on_delete=models.SET_NULL, related_name="+")
    guideline = models.ForeignKey(Guideline, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()

    objects = AnnotationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sentence", "annotator"], name="annotation_once_a_person"),
            models.CheckConstraint(
                condition=Q(unsure=True, label__isnull=True) | Q(unsure=False, label__isnull=False),
                name="annotation_has_a_label_or_is_unsure",
            ),
            models.CheckConstraint(
                condition=Q(second_label__isnull=True) | ~Q(second_label=models.F("label")),
                name="annotation_second_label_differs",
            ),
            models.CheckConstraint(condition=Q(seconds__gte=0), name="annotation_seconds_not_negative"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="annotation_state_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["project", "annotator", "answered_at"], name="annotation_of_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.annotator_id} on {self.sentence_id}: {self.label_id}"
