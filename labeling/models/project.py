"""A project, its labels, its guideline and who may do what in it."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "ProjectQuerySet":
        """The projects that `user` is a member of; every fetch for a page goes through here."""
        return self.filter(memberships__user_id=user.pk) if user.pk else self.none()


class Project(models.Model):
    """One labelling effort. `version` is the ModelVersion whose ranking orders the queue, if there is one.

    `review_share` is the share of the ranking's places that ask a second person about a label that the model doubts;
    `stop_gain` the rise of macro-F1 with the next hundred labels below which labelling may stop.
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
    stop_gain = models.FloatField(default=0.01, validators=[MinValueValidator(0), MaxValueValidator(1)])
    version = models.ForeignKey("labeling.ModelVersion", null=True, on_delete=models.SET_NULL, related_name="+")
    # Counted where rows are written, so that no page counts a million of them.
    n_sentences = models.PositiveIntegerField(default=0)
    n_pool = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

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
        ]

    def __str__(self) -> str:
        return self.name

    def current_guideline(self) -> "Guideline":
        return self.guidelines.latest("number")


class Label(models.Model):
    """One class of the project's scheme. `key` is what the export calls it, `digit` is its key on the keyboard.

    The cues are words or an example sentence by which the label is sought while it lacks labelled sentences.
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

    class Meta:
        ordering: ClassVar = ["digit"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "key"], name="label_key_once_a_project"),
            models.UniqueConstraint(fields=["project", "digit"], name="label_digit_once_a_project"),
            models.CheckConstraint(condition=models.Q(digit__range=(1, 9)), name="label_digit_on_the_keyboard"),
        ]

    def __str__(self) -> str:
        return self.name_id if get_language() == "id" else self.name_en


class Guideline(models.Model):
    """One version of the rules that annotators follow, in Markdown without HTML, in both languages."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="guidelines")
    number = models.PositiveIntegerField(default=1)
    text_en = models.TextField()
    text_id = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "number"], name="guideline_number_once_a_project")
        ]

    def __str__(self) -> str:
        return f"{self.project.slug} {self.number}"

    def text(self) -> str:
        """The text in the language of the page."""
        return self.text_id if get_language() == "id" else self.text_en


class Role(models.TextChoices):
    ANNOTATOR = "annotator", _("Annotator")
    OWNER = "owner", _("Owner")


class Membership(models.Model):
    """A person's role in a project. `served` counts the sentences lent so far: every fifth is of the audit sample."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.ANNOTATOR)
    served = models.PositiveIntegerField(default=0)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "user"], name="one_membership_a_person"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.project.slug}"

    @property
    def is_owner(self) -> bool:
        return self.role == Role.OWNER


class Preference(models.Model):
    """What a person chose for the pages: language, and the annotate page's shortcuts."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preference")
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="id")
    shortcuts_on = models.BooleanField(default=True)
    # Action -> key, only where it differs from the default.
    shortcuts = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"{self.user} {self.language}"
