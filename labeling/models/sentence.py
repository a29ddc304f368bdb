"""The sentence, the unit of labelling."""

from collections.abc import Iterable
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from labeling.models.project import Project
from labeling.models.source import Source


class SentenceQuerySet(models.QuerySet["Sentence"]):
    def in_pool(self) -> "SentenceQuerySet":
        """Sentences that may be asked about: not boilerplate, not the twin of an earlier one."""
        return self.filter(in_pool=True)

    def with_free_slots(self) -> "SentenceQuerySet":
        return self.in_pool().filter(slots_free__gt=0)

    def live(self) -> "SentenceQuerySet":
        """Sentences as the articles read now: not those that were split or merged."""
        return self.filter(replaced_at__isnull=True)

    def of_audit_sample(self) -> "SentenceQuerySet":
        return self.filter(audit_place__isnull=False)

    def hold(self, ids: Iterable[int]) -> None:
        """Keep these rows until the transaction ends; in order of key, so that two who hold several never wait in a
        circle. Rows that point at them may still be written."""
        list(self.select_for_update(no_key=True).filter(pk__in=list(ids)).order_by("pk").values_list("pk"))


class Sentence(models.Model):
    """`source.text[start:end]` is its text, always.

    `slots_free` is how many more answers are wanted beyond those given and those lent out. `audit_place` is its place
    in the audit sample, null outside; `audit_probability` is the chance it had to be drawn. `shuffle` is a stable
    pseudo-random place, made at import. `reviews` is how many answers beyond the project's overlap are wanted, because
    its label was doubted; `tie_breaks` how many more are, because the answers so far differ. `sought_at` is when an
    owner asked for it to be labelled next. `duplicate_group` is the lowest key among those that say nearly the same,
    null where nothing does. A sentence that an owner took out of the pool has `taken_out_at`; one that was split or
    merged has `replaced_at`, and others stand in its place.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="sentences")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="sentences")
    number = models.PositiveIntegerField()
    paragraph = models.PositiveIntegerField(default=0)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    text = models.TextField()
    # Of the text after case and white space are folded: exact twins share it.
    text_hash = models.CharField(max_length=32)
    lang = models.CharField(max_length=5)
    boilerplate = models.BooleanField(default=False)
    in_pool = models.BooleanField(default=True)
    twin_of = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="twins")
    slots_free = models.SmallIntegerField()
    shuffle = models.BigIntegerField()
    audit_place = models.PositiveIntegerField(null=True)
    audit_probability = models.FloatField(null=True)
    reviews = models.PositiveSmallIntegerField(default=0)
    tie_breaks = models.PositiveSmallIntegerField(default=0, db_default=0)
    sought_at = models.DateTimeField(null=True)
    duplicate_group = models.BigIntegerField(null=True)
    taken_out_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    objects = SentenceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["source_id", "number"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(slots_free__gte=0), name="sentence_slots_never_negative"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="sentence_never_empty"),
            models.CheckConstraint(condition=Q(reviews__range=(0, 1)), name="sentence_reviewed_once"),
            models.CheckConstraint(
                condition=Q(audit_place__isnull=True, audit_probability__isnull=True)
                | Q(audit_place__isnull=False, audit_probability__gt=0, audit_probability__lte=1),
                name="sentence_audit_probability_known",
            ),
            models.UniqueConstraint(
                fields=["source", "number"], condition=Q(replaced_at__isnull=True), name="sentence_number_once_a_source"
            ),
            models.CheckConstraint(
                condition=Q(in_pool=False) | Q(taken_out_at__isnull=True, replaced_at__isnull=True),
                name="sentence_out_of_the_pool_is_out",
            ),
            models.UniqueConstraint(
                fields=["project", "text_hash"], condition=Q(in_pool=True), name="sentence_queued_once_a_text"
            ),
        ]
        # Partial: a sentence leaves the index when its last slot is taken, so the head of the index is always open
        # and taking costs the same at ten thousand sentences and at a million.
        indexes: ClassVar = [
            models.Index(
                fields=["project", "shuffle"],
                condition=Q(in_pool=True, slots_free__gt=0, audit_place__isnull=True),
                name="sentence_rest_of_queue",
            ),
            models.Index(
                fields=["project", "audit_place"],
                condition=Q(in_pool=True, slots_free__gt=0, audit_place__isnull=False),
                name="sentence_audit_queue",
            ),
            models.Index(
                fields=["project", "audit_place"], condition=Q(audit_place__isnull=False), name="sentence_audit_sample"
            ),
            models.Index(fields=["project", "text_hash"], name="sentence_text"),
            models.Index(
                fields=["project", "sought_at"],
                condition=Q(in_pool=True, slots_free__gt=0, audit_place__isnull=True, sought_at__isnull=False),
                name="sentence_sought",
            ),
            models.Index(fields=["project"], condition=Q(reviews__gt=0, slots_free__gt=0), name="sentence_in_review"),
            models.Index(
                fields=["project"], condition=Q(tie_breaks__gt=0, slots_free__gt=0), name="sentence_tie_break"
            ),
            models.Index(
                fields=["project", "duplicate_group"],
                condition=Q(duplicate_group__isnull=False),
                name="sentence_duplicate_group",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Selection(models.TextChoices):
    """Why a sentence was served. `tie_break`: the answers so far differ. `imported`: it was not, its label came with
    the file."""

    SEED = "seed"
    RANDOM = "random"
    UNCERTAIN = "uncertain"
    DIVERSE = "diverse"
    REVIEW = "review"
    TIE_BREAK = "tie_break"
    IMPORTED = "imported"


class Lease(models.Model):
    """A sentence lent to one annotator until a time, on the database's clock.

    While `held` it occupies one of the sentence's slots. A lease that ran out gives its slot back and stays as the
    proof that this person was asked, so that a late answer can be kept.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="leases")
    sentence = models.ForeignKey(Sentence, on_delete=models.CASCADE, related_name="leases")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="leases")
    held = models.BooleanField(default=True)
    until = models.DateTimeField()
    selection = models.CharField(max_length=10, choices=Selection.choices)
    version = models.ForeignKey("labeling.ModelVersion", null=True, on_delete=models.SET_NULL, related_name="+")
    # The order in which this person was served; and the place in the ranking or the shuffle it was taken from.
    turn = models.PositiveIntegerField(default=0)
    place = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sentence", "annotator"], name="lease_once_a_person"),
            models.CheckConstraint(condition=Q(selection__in=Selection.values), name="lease_selection_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["until"], condition=Q(held=True), name="lease_runs_out"),
            models.Index(fields=["annotator", "project"], condition=Q(held=True), name="lease_in_hand"),
        ]

    def __str__(self) -> str:
        return f"{self.sentence_id} to {self.annotator_id} until {self.until}"
