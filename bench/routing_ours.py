"""Prepare a project with ANSWERS, follow its disputes in several ways, print the figures."""

import json
import statistics
import sys
import time
from collections.abc import Callable

import django
from django.core.management import call_command
from django.utils import timezone

django.setup()

from django.contrib.auth.models import User  # noqa: E402  # models exist only after setup

from bench import pool  # noqa: E402
from labeling import dialect  # noqa: E402
from labeling.flow import progress, route  # noqa: E402
from labeling.models import Annotation, Dispute, Event, Label, Membership, Project, Sentence, Verb, Verdict  # noqa: E402

REPEATS = 7
DIFFER, DECIDED = 10, 10


def fill(n_answers: int) -> Project:
    """The project, its answers and an Event for each, written straight as rows."""
    project = pool.fill(n_answers // 2)
    people = [User.objects.create(username=f"bench-{number}") for number in range(5)]
    Membership.objects.bulk_create(Membership(project=project, user=user) for user in people)
    labels = list(Label.objects.filter(project=project))
    ids = list(Sentence.objects.filter(project=project).order_by("pk").values_list("pk", flat=True))
    common = {"project": project, "seconds": 2.0, "selection": "random", "answered_at": timezone.now()}
    common |= {"guideline": project.current_guideline()}
    for at in range(0, len(ids), 2_000):
        answers = [
            Annotation(
                sentence_id=pk, annotator=people[who], label=labels[who if pk % DIFFER == 0 else pk % 2], **common
            )
            for pk in ids[at : at + 2_000]
            for who in range(3 if pk % (2 * DIFFER) == 0 else 2)
        ]
        Annotation.objects.bulk_create(answers)
        Event.objects.bulk_create(
            Event(project=project, who=one.annotator, verb=Verb.ANSWERED, sentence_id=one.sentence_id)
            for one in answers
        )
    decided = [pk for pk in ids if pk % (DIFFER * DECIDED) == 0]
    Verdict.objects.bulk_create(
        Verdict(project=project, sentence_id=pk, label=labels[0], decided_by=people[4]) for pk in decided
    )
    Sentence.objects.filter(project=project).update(slots_free=0)
    dialect.analyze("labeling_annotation", "labeling_event", "labeling_sentence", "labeling_verdict")
    return Project.objects.get(pk=project.pk)


def seconds(work: Callable[[], object], prepare: Callable[[], object], times: int = REPEATS) -> float:
    found = []
    for _ in range(times):
        prepare()
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def measure(project: Project) -> dict[str, float]:
    """Seconds of each, and how many disputes there are."""
    first = seconds(lambda: route.follow(project), lambda: None, 1)
    again = Project.objects.filter(pk=project.pk)
    told = {
        "first look at all": first,
        "look at all again": seconds(lambda: route.follow(project), lambda: again.update(routed=0)),
    }
    last = Event.objects.latest("pk").pk
    told["idle"] = seconds(lambda: route.follow(project), lambda: again.update(routed=last))
    pk = Sentence.objects.filter(project=project).latest("pk").pk
    told["after one answer"] = seconds(
        lambda: route.follow(project),
        lambda: Event.objects.create(project=project, verb=Verb.ANSWERED, sentence_id=pk),
    )
    told["count of those ready"] = seconds(lambda: route.n_open(project), lambda: None)
    told["the first twenty ready"] = seconds(lambda: list(route.ready(project)[:20]), lambda: None)
    told["counts of the overview"] = seconds(lambda: progress._counted(project.pk), lambda: None)
    return told | {"disputes": Dispute.objects.count()}


def main() -> None:
    call_command("migrate", verbosity=0)
    found = measure(fill(int(sys.argv[1])))
    print(json.dumps({name: round(value, 4) for name, value in found.items()}))


if __name__ == "__main__":
    main()
