"""Sentences answered by simulated people of known quality, two each."""

import random
from collections.abc import Iterator

from django.utils import timezone

from labeling.models import Annotation, Label, Project, Sentence
from tests.factories import make_sentences, person

# How often each is right about what a sentence is; who is wrong takes another label by lot.
PEOPLE = {"ani": 0.95, "budi": 0.9, "ada": 0.6}
UNITS = 40


def answered(project: Project, units: int = UNITS, people: dict[str, float] = PEOPLE, seed: int = 0) -> list[Sentence]:
    """So many sentences, answered by two of `people` each."""
    lot = random.Random(seed)
    labels = list(Label.objects.filter(project=project).order_by("pk"))
    known = {name: person(name) for name in people}
    guideline, moment = project.current_guideline(), timezone.now()
    sentences = make_sentences(project, [f"Kalimat {n}." for n in range(units)])

    def given() -> Iterator[Annotation]:
        for sentence in sentences:
            truth = lot.choice(labels)
            for name in lot.sample(sorted(people), 2):
                right = lot.random() < people[name]
                label = truth if right else lot.choice([one for one in labels if one != truth])
                who = {"annotator": known[name], "sentence": sentence, "label": label}
                rest = {"seconds": 1, "selection": "random", "answered_at": moment, "guideline": guideline}
                yield Annotation(project=project, **who, **rest)

    Annotation.objects.bulk_create(given())
    return sentences
