"""Label Studio: which of its projects goes with one of ours, and which of its rows stand for which of ours."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from labeling.models.project import Project
from labeling.models.sentence import Sentence


class RemoteProject(models.Model):
    """A project of a Label Studio server that ours is pushed to and pulled from.

    `url` is the server's address without a slash at its end, `remote_id` the project's number there. `pulled` is how
    far the last whole pull had read: the time, in the server's words, that no later change is before.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="remote_projects")
    url = models.CharField(max_length=300)
    remote_id = models.PositiveBigIntegerField()
    title = models.CharField(max_length=200, blank=True)
    pulled = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "url", "remote_id"], name="remote_project_once"),
        ]

    def __str__(self) -> str:
        return f"{self.url} {self.remote_id}"


class RemoteTask(models.Model):
    """A task there that stands for a sentence here.

    `sent` is the hash of what was last sent of it, so that what did not change is not sent again.
    """

    remote = models.ForeignKey(RemoteProject, on_delete=models.CASCADE, related_name="tasks")
    sentence = models.ForeignKey(Sentence, on_delete=models.CASCADE, related_name="+")
    task_id = models.PositiveBigIntegerField()
    sent = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["remote", "sentence"], name="remote_task_once_a_sentence"),
            models.UniqueConstraint(fields=["remote", "task_id"], name="remote_task_stands_for_one"),
        ]

    def __str__(self) -> str:
        return f"{self.remote_id} {self.task_id}"


class RemoteAnnotation(models.Model):
    """An annotation there that was brought here as the answer of `annotator`.

    `seen` is the hash of what it said when it was last looked at.
    """

    remote = models.ForeignKey(RemoteProject, on_delete=models.CASCADE, related_name="annotations")
    sentence = models.ForeignKey(Sentence, on_delete=models.CASCADE, related_name="+")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    annotation_id = models.PositiveBigIntegerField()
    seen = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["remote", "annotation_id"], name="remote_annotation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.remote_id} {self.annotation_id}"


class BackendKey(models.Model):
    """What a Label Studio project opens our ML backend with: a part of the address, since its webhooks send no other
    proof.

    Only the hash is stored; `prefix` are its first characters. `said` is what
    Label Studio said of itself at `/setup`.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="backend_keys")
    prefix = models.CharField(max_length=8)
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    said = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.prefix} of {self.project_id}"
