"""Prepare a project with SENTENCES that all have a label (`fill SENTENCES`), or change one answer in it (`edit`)."""

import random
import sys
from collections.abc import Iterator
from itertools import islice

import django
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

django.setup()

from django.contrib.auth.models import User  # noqa: E402  # models exist only after setup

from bench import pool  # noqa: E402
from labeling import dialect  # noqa: E402
from labeling.models import Annotation, Event, Label, Project, Sentence, Verb  # noqa: E402

BATCH, PEOPLE, AGAIN_EVERY, ERRS = 2_000, 5, 10, 0.15


def fill(n: int) -> None:
    call_command("migrate", verbosity=0)
    # One transaction: nobody else writes here.
    with transaction.atomic():
        project = pool.fill(n)
        people = [User.objects.create(username=f"bench-{number}") for number in range(PEOPLE)]
        rows = _answers(project, people)
        while batch := list(islice(rows, BATCH)):
            Annotation.objects.bulk_create(batch)
            Event.objects.bulk_create(_event(one) for one in batch)
        Sentence.objects.update(slots_free=0)
    dialect.analyze("labeling_annotation", "labeling_event", "labeling_sentence", "labeling_source")


def _answers(project: Project, people: list[User]) -> Iterator[Annotation]:
    labels, lot = list(Label.objects.filter(project=project)), random.Random(1)
    common = {"project": project, "seconds": 2.0, "selection": "random", "answered_at": timezone.now()}
    common |= {"guideline": project.current_guideline()}
    keys = Sentence.objects.filter(project=project).order_by("pk").values_list("pk", flat=True)
    for number, pk in enumerate(list(keys)):
        label = labels[number % len(labels)]
        first, second = lot.sample(people, 2)
        yield Annotation(sentence_id=pk, annotator=first, label=label, **common)
        if number % AGAIN_EVERY == 0:
            other = lot.choice(labels) if lot.random() < ERRS else label
            yield Annotation(sentence_id=pk, annotator=second, label=other, **common)


def edit() -> None:
    """Whoever answered the first sentence takes another label for it."""
    given = Annotation.objects.select_related("project").earliest("pk")
    other = next(one for one in Label.objects.filter(project=given.project) if one.pk != given.label_id)
    Annotation.objects.filter(sentence=given.sentence_id).update(label=other)
    Event.objects.create(project=given.project, verb=Verb.AMENDED, sentence_id=given.sentence_id)


def _event(one: Annotation) -> Event:
    return Event(project=one.project, who=one.annotator, verb=Verb.ANSWERED, sentence_id=one.sentence_id)


if __name__ == "__main__":
    fill(int(sys.argv[2])) if sys.argv[1] == "fill" else edit()
