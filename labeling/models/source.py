"""What was received: the upload, and the articles in it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from labeling.models.project import Project


class Unit(models.TextChoices):
    ARTICLE = "article", _("Articles, to be split into sentences")
    SENTENCE = "sentence", _("Sentences, as they stand")


class Upload(models.Model):
    """One file or paste as it was received, kept with its hash. Its bytes lie in the default storage under `path`."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="uploads")
    name = models.CharField(max_length=200)
    path = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    format = models.CharField(max_length=12)
    unit = models.CharField(max_length=10, choices=Unit.choices, default=Unit.ARTICLE)
    # Empty: guessed an article at a time.
    lang = models.CharField(max_length=5, blank=True)
    # What the reader needs to know beside the bytes: column names, the title and address of a paste.
    options = models.JSONField(default=dict, blank=True)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "sha256"], name="upload_once_a_project"),
        ]

    def __str__(self) -> str:
        return self.name


class Source(models.Model):
    """One article as received: its text never changes, sentences are offsets into it.

    `unit` says whether neighbours are context (`article`) or unrelated rows of one file (`sentence`).
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="sources")
    upload = models.ForeignKey(Upload, null=True, on_delete=models.SET_NULL, related_name="sources")
    unit = models.CharField(max_length=10, choices=Unit.choices, default=Unit.ARTICLE)
    title = models.CharField(max_length=300, blank=True)
    url = models.CharField(max_length=1000, blank=True)
    publisher = models.CharField(max_length=120, blank=True)
    published_at = models.DateField(null=True)
    lang = models.CharField(max_length=5)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    n_sentences = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "sha256"], name="source_once_a_project"),
        ]

    def __str__(self) -> str:
        return self.title or self.text[:60]
