"""The classes of a project's scheme."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from labeling.models.project import Project

COLOURS = 9


class LabelQuerySet(models.QuerySet["Label"]):
    def offered(self) -> "LabelQuerySet":
        """Labels that may be chosen: not retired."""
        return self.filter(retired_at__isnull=True)


class Label(models.Model):
    """One class of the project's scheme. `key` is what the export calls it, `digit` is its key on the keyboard.

    The cues are words or an example sentence by which the label is sought while it lacks labelled sentences. `colour`
    is a place in the pages' palette. A retired label is offered no more and keeps its answers; `merged_into` says where
    they went instead.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="labels")
    key = models.SlugField(max_length=40)
    digit = models.PositiveSmallIntegerField()
    name_en = models.CharField(max_length=60)
    name_id = models.CharField(max_length=60)
    # The class that a flag of `boilerplate` or `bad segment` answers with.
    is_none = models.BooleanField(default=False)
    cue_en = models.TextField(blank=True)
    cue_id = models.TextField(blank=True)
    colour = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(COLOURS)])
    description_en = models.TextField(blank=True)
    description_id = models.TextField(blank=True)
    retired_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")

    objects = LabelQuerySet.as_manager()

    class Meta:
        # Those on offer first, by their place on the keyboard.
        ordering: ClassVar = [F("retired_at").asc(nulls_first=True), "digit", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "key"], name="label_key_once_a_project"),
            models.UniqueConstraint(
                fields=["project", "digit"], condition=Q(retired_at__isnull=True), name="label_digit_once_a_project"
            ),
            models.CheckConstraint(condition=Q(digit__range=(1, 9)), name="label_digit_on_the_keyboard"),
            models.CheckConstraint(condition=Q(colour__range=(1, COLOURS)), name="label_colour_of_the_palette"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(retired_at__isnull=False), name="label_merged_is_retired"
            ),
        ]

    def __str__(self) -> str:
        return self.name_id if get_language() == "id" else self.name_en

    def description(self) -> str:
        """In the language of the page."""
        return self.description_id if get_language() == "id" else self.description_en
