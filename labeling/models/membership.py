"""People in a project: their roles, what they chose for the pages, and their keys to the API."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from labeling.models.project import Project


class Role(models.TextChoices):
    """From the least to the most that a person may do: each may do what those before it may."""

    ANNOTATOR = "annotator", _("Annotator")
    ADJUDICATOR = "adjudicator", _("Adjudicator")
    OWNER = "owner", _("Owner")

    def includes(self, other: "Role") -> bool:
        """Whether whoever has this role may do what `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class Membership(models.Model):
    """A person's role in a project. `served` counts the sentences lent so far: every fifth is of the audit sample.

    `seen_at`: when they last opened a page of it, to the minute. `guideline_seen`: the newest version they have seen.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.ANNOTATOR)
    served = models.PositiveIntegerField(default=0)
    joined_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True)
    guideline_seen = models.PositiveIntegerField(default=0)

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

    @property
    def adjudicates(self) -> bool:
        return Role(self.role).includes(Role.ADJUDICATOR)


class Preference(models.Model):
    """What a person chose for the pages: language, and the annotate page's shortcuts."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preference")
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="id")
    shortcuts_on = models.BooleanField(default=True)
    # Action -> key, only where it differs from the default.
    shortcuts = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"{self.user} {self.language}"


class ApiToken(models.Model):
    """A person's key to the API. Only its hash is stored; `prefix` are its first characters, to tell it by."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=8)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name} of {self.user_id}"
