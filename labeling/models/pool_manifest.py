"""Which feature shards of a project count, where they lie in a storage that is not a disk."""

from django.db import models

from labeling.models.project import Project


class PoolManifest(models.Model):
    """`text` is a manifest of `ml.pool`, empty where nothing counts. It moves by a conditional UPDATE from one to the
    next, so that of two workers who write at once the later one notices. On a disk it is a file beside the shards.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True, related_name="+")
    text = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.project_id}: {len(self.text)} characters"
