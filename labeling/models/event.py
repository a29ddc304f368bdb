"""What happened: who, verb, about what, when. Append-only; written in the transaction of the change itself."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from labeling.models.project import Project
from labeling.models.sentence import Sentence


class Verb(models.TextChoices):
    ANSWERED = "answered"
    AMENDED = "amended"
    WITHDREW = "withdrew"
    DECIDED = "decided"
    ASKED = "asked"
    REPLIED = "replied"
    REPEATED = "repeated"
    RECEIVED = "received"
    IMPORTED = "imported"
    TRAINED = "trained"
    EXPORTED = "exported"
    JOINED = "joined"
    CREATED = "created"
    CHANGED = "changed"
    SOUGHT = "sought"
    INVITED = "invited"
    LEFT = "left"
    WROTE = "wrote"
    RETIRED = "retired"
    SPLIT = "split"
    MERGED = "merged"
    TOOK_OUT = "took out"
    PUT_BACK = "put back"
    ARCHIVED = "archived"
    RESTORED = "restored"
    STOPPED = "stopped"


# Verbs after which a settled label may differ: the trainer counts them to know whether it has heard everything.
LABEL_VERBS = (Verb.ANSWERED, Verb.AMENDED, Verb.WITHDREW, Verb.DECIDED)


class EventQuerySet(models.QuerySet["Event"]):
    def of_labels(self, project: Project) -> "EventQuerySet":
        """All label acts of the project: what a training may have to hear of. Their number never goes down.

        Those on the audit sample count too, since a sentence may be drawn for it after its label was heard of. The
        price: labels of the sample alone are followed by a training, which measures the audit figure anew.
        """
        return self.filter(project=project, verb__in=LABEL_VERBS)


class Event(models.Model):
    """`key` is the UUID that the client made for the act: UNIQUE, so an act that is sent twice happens once."""

    project = models.ForeignKey(Project, null=True, on_delete=models.CASCADE, related_name="events")
    who = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    verb = models.CharField(max_length=12, choices=Verb.choices)
    sentence = models.ForeignKey(Sentence, null=True, on_delete=models.SET_NULL, related_name="events")
    key = models.UUIDField(null=True, unique=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["project", "verb"], name="event_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.at} {self.who_id} {self.verb}"
