"""One labelling effort and its settings."""

from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

if TYPE_CHECKING:
    from labeling.models.guideline import Guideline


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "ProjectQuerySet":
        """The projects that `user` is a member of; every fetch for a page goes through here."""
        return self.filter(memberships__user_id=user.pk) if user.pk else self.none()


class Project(models.Model):
    """One labelling effort. `version` is the ModelVersion whose ranking orders the queue, if there is one.

    `review_share` is the share of the ranking's places that ask a second person about a label that the model doubts;
    `stop_gain` the rise of macro-F1 with the next hundred labels below which labelling may stop. Where it `reveals`,
    people see what the model would have said once their own answer is saved.

    A sentence whose answers differ is asked of `most_answers` people at most before an adjudicator has it;
    `hides_names` keeps from adjudicators who gave which answer. Where it `repeats`, people are asked some of their own
    sentences again. What settles a label: `settle_least` answers at the least, then whether a majority does
    (`settle_majority`), and from which posterior on the likeliest label does (`settle_posterior`, null for never); see
    `flow.settle`. `routed` is the last Event that `flow.route` has followed. While `archived_at` is set nothing new
    comes in.
    """

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    languages = models.JSONField(default=list)
    overlap = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(10)])
    audit_size = models.PositiveIntegerField(default=300, validators=[MaxValueValidator(10_000)])
    retrain_after = models.PositiveIntegerField(default=20, validators=[MinValueValidator(1)])
    # A name of ml.strategies.
    strategy = models.CharField(max_length=40, default="default")
    find_rare = models.BooleanField(default=True)
    review_share = models.FloatField(default=0.1, validators=[MinValueValidator(0), MaxValueValidator(0.5)])
    reveals = models.BooleanField(default=False)
    repeats = models.BooleanField(default=True)
    most_answers = models.PositiveSmallIntegerField(default=3, validators=[MinValueValidator(1), MaxValueValidator(10)])
    hides_names = models.BooleanField(default=True)
    settle_least = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(10)])
    settle_majority = models.BooleanField(default=True)
    settle_posterior = models.FloatField(
        null=True, default=0.95, validators=[MinValueValidator(0.5), MaxValueValidator(1)]
    )
    stop_gain = models.FloatField(default=0.01, validators=[MinValueValidator(0), MaxValueValidator(1)])
    # What the card of an export says; the owner's words, empty where nothing is said.
    label_licence = models.CharField(max_length=60, blank=True, default="", db_default="")
    text_licence = models.CharField(max_length=200, blank=True, default="", db_default="")
    citation = models.TextField(max_length=2_000, blank=True, default="", db_default="")
    # Label Studio's labelling config as a script sent it; empty where its labels were made by hand.
    label_config = models.TextField(blank=True, default="", db_default="")
    version = models.ForeignKey("labeling.ModelVersion", null=True, on_delete=models.SET_NULL, related_name="+")
    # Counted where rows are written, so that no page counts a million of them.
    n_sentences = models.PositiveIntegerField(default=0)
    n_pool = models.PositiveIntegerField(default=0)
    routed = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(overlap__gte=1), name="project_overlap_at_least_one"),
            models.CheckConstraint(
                condition=models.Q(review_share__gte=0, review_share__lte=0.5), name="project_review_share_up_to_half"
            ),
            models.CheckConstraint(
                condition=models.Q(stop_gain__gte=0, stop_gain__lte=1), name="project_stop_gain_of_macro_f1"
            ),
            models.CheckConstraint(
                condition=models.Q(most_answers__range=(1, 10), settle_least__range=(1, 10)),
                name="project_answers_up_to_ten",
            ),
            models.CheckConstraint(
                condition=models.Q(settle_posterior__isnull=True)
                | models.Q(settle_posterior__gte=0.5, settle_posterior__lte=1),
                name="project_settles_on_the_likelier",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def current_guideline(self) -> "Guideline":
        return self.guidelines.latest("number")
