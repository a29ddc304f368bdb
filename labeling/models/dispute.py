"""A sentence on which the answers differ, and what an adjudicator asked about it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from labeling.models.project import Project
from labeling.models.sentence import Sentence


class Dispute(models.Model):
    """A place in the adjudicators' queue; it exists while the answers differ and nobody has decided.

    `priority` is the product of `disagreement`, `uncertainty` and `rarity`, each above 0 and up to 1, as `flow.route`
    says. `adjudicator` has it in hand until `until`, on the database's clock.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="disputes")
    sentence = models.OneToOneField(Sentence, on_delete=models.CASCADE, related_name="dispute")
    n_answers = models.PositiveIntegerField()
    disagreement = models.FloatField()
    uncertainty = models.FloatField()
    rarity = models.FloatField()
    priority = models.FloatField()
    adjudicator = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    until = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["-priority", "sentence"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(priority__gt=0, priority__lte=1), name="dispute_priority_of_one"),
            models.CheckConstraint(
                condition=Q(adjudicator__isnull=True) | Q(until__isnull=False), name="dispute_in_hand_until_a_time"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["project", "-priority", "sentence"], name="dispute_worst_first")]

    def __str__(self) -> str:
        return f"{self.sentence_id} at {self.priority:.3f}"


class Question(models.Model):
    """What an adjudicator asks those who answered a sentence. Open until each has replied, or it is closed."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="questions")
    sentence = models.ForeignKey(Sentence, on_delete=models.CASCADE, related_name="questions")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    asked_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sentence"], condition=Q(closed_at__isnull=True), name="question_open_once_a_sentence"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="question_says_something"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["project"], condition=Q(closed_at__isnull=True), name="question_open")
        ]

    def __str__(self) -> str:
        return f"{self.sentence_id}: {self.text[:40]}"


class Reply(models.Model):
    """What one annotator says to a question; their annotation is amended on its own, or stays."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="replies")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    replied_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["question", "annotator"], name="reply_once_a_person")]

    def __str__(self) -> str:
        return f"{self.annotator_id} to {self.question_id}"
