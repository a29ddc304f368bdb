"""The sentences on which people disagree, for an adjudicator to settle."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Count, F, Max, Min, Q, QuerySet

from labeling.flow.shelf import Shelf, pages_by_key
from labeling.models import Annotation, Project, Sentence

ROWS = 20


def disputed(project: Project) -> "QuerySet[Sentence]":
    """Sentences of the pool without a verdict whose answers name different labels, or which nobody was sure about."""
    counted = Annotation.objects.given().filter(project=project, surplus=False).values("sentence_id")
    told = counted.annotate(low=Min("label_id"), high=Max("label_id"), sure=Count("label_id"))
    apart = told.filter(Q(low__lt=F("high")) | Q(sure=0)).values("sentence_id")
    return Sentence.objects.in_pool().filter(pk__in=apart, verdict__isnull=True)


@dataclass(frozen=True, slots=True)
class Dispute:
    """One disputed sentence and the answers that count; `mine`: whoever looks answered it and may not settle it."""

    sentence: Sentence
    answers: list[Annotation]
    mine: bool


@dataclass(frozen=True, slots=True)
class Disputes:
    """A page of disputes; `shelf` leads to the next."""

    rows: list[Dispute]
    shelf: Shelf[Sentence]


def disputes(project: Project, *, by: User, before: int | None) -> Disputes:
    """Newest sentences first, with the article's title and every counted answer; two queries."""
    rows = disputed(project).select_related("source").defer("source__text")
    shelf = pages_by_key(rows, before=before, size=ROWS)
    given = Annotation.objects.given().filter(sentence__in=[one.pk for one in shelf.rows])
    told: dict[int, list[Annotation]] = {}
    for answer in given.select_related("label", "second_label", "annotator").order_by("pk"):
        told.setdefault(answer.sentence_id, []).append(answer)
    return Disputes([_dispute(one, told.get(one.pk, []), by) for one in shelf.rows], shelf)


def _dispute(sentence: Sentence, given: list[Annotation], by: User) -> Dispute:
    counted = [one for one in given if not one.surplus]
    return Dispute(sentence, counted, mine=any(one.annotator_id == by.pk for one in given))
