"""One background job: what is owed, who works on it, how far it got, how it ended."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from labeling.models.project import Project


class Kind(models.TextChoices):
    IMPORT = "import", _("Import")
    TRAIN = "train", _("Training")
    AGREE = "agree", _("Agreement")
    EXPORT = "export", _("Export")
    FEATURES = "features", _("Features")
    EVALUATE = "evaluate", _("Evaluation")
    EXPLAIN = "explain", _("Explanation")
    TWINS = "twins", _("Near duplicates")
    OVERLAP = "overlap", _("Answers wanted")
    PUBLISH = "publish", _("Upload to the hub")
    PUSH = "push", _("Push to Label Studio")
    PULL = "pull", _("Pull from Label Studio")
    PREDICT = "predict", _("Predictions")


class RunState(models.TextChoices):
    OWED = "owed", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    STOPPED = "stopped", _("stopped")


OPEN = (RunState.OWED, RunState.RUNNING)
# Of these a project has one unfinished Run at most: a second one would do the same work again.
ONE_AT_A_TIME = (Kind.FEATURES, Kind.TRAIN, Kind.EVALUATE, Kind.AGREE, Kind.TWINS, Kind.OVERLAP)


class RunQuerySet(models.QuerySet["Run"]):
    def unfinished(self) -> "RunQuerySet":
        return self.filter(state__in=OPEN)


class Run(models.Model):
    """Claimed by a conditional UPDATE that sets `token` and `leased_until` on the database's clock.

    Whoever holds the token publishes the result; a worker that was paused past its lease publishes nothing.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=8, choices=RunState.choices, default=RunState.OWED)
    options = models.JSONField(default=dict, blank=True)
    # Where an interrupted run goes on, written in the transaction of the work it stands for.
    cursor = models.JSONField(default=dict, blank=True)
    result = models.JSONField(default=dict, blank=True)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    token = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    # Not before this time: the wait after a failed attempt.
    due_at = models.DateTimeField(db_default=Now())
    called_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    # What must not be read in the row or in a backup: sealed with the server's key (labeling.sealing), gone at the end.
    sealed = models.TextField(blank=True, default="", db_default="")
    # Of the request that asked for it, to find both in the logs.
    request_id = models.CharField(max_length=36, blank=True)
    ended_at = models.DateTimeField(null=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "kind"],
                condition=Q(kind__in=ONE_AT_A_TIME, state__in=OPEN),
                name="run_one_of_a_kind_at_a_time",
            ),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="run_state_known"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="run_kind_known"),
        ]
        indexes: ClassVar = [models.Index(fields=["due_at"], condition=Q(state__in=OPEN), name="run_unfinished")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def reason(self) -> str:
        """`error` as a page shows it: a sentence that was stored untranslated is in the language of the page."""
        return gettext(self.error)
