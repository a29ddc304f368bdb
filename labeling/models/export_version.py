"""What was taken away: each data revision that was exported."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from labeling.models.project import Project


class ExportVersion(models.Model):
    """One moment of a project that was exported, kept so that it can be produced again in any format.

    `number` counts from 1 within the project; `revision` is the data revision, see `flow.snapshot.revision_of`. The
    rows lie packed in the default storage under `path`; `sha256` is of what they hold, whatever the format they are
    written in. `changes` counts the rows `added`, `relabelled` and `removed` since the version before; empty for the
    first.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="export_versions")
    number = models.PositiveIntegerField()
    revision = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200)
    n_rows = models.PositiveIntegerField()
    n_judgements = models.PositiveIntegerField()
    changes = models.JSONField(default=dict, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "number"], name="export_version_number_once"),
            models.UniqueConstraint(fields=["project", "revision"], name="export_version_once_a_revision"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} version {self.number}"
