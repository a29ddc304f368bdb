"""Prepare a project with ANSWERS by PEOPLE, measure their figures; prints one JSON line with times and bytes."""

import json
import random
import sys
import time
from datetime import timedelta

import django
from django.core.management import call_command
from django.utils import timezone

django.setup()

from django.contrib.auth.models import User  # noqa: E402  # models exist only after setup

from bench import pool  # noqa: E402
from labeling import dialect  # noqa: E402
from labeling.flow import quality, quality_report  # noqa: E402
from labeling.models import AgreementReport, Annotation, Label, Membership, Project, Sentence  # noqa: E402


def fill(n_answers: int, n_people: int) -> Project:
    """The project and its answers, written straight as rows."""
    project = pool.fill(n_answers // 2)
    people = [User.objects.create(username=f"bench-{number}") for number in range(n_people)]
    Membership.objects.bulk_create(Membership(project=project, user=user) for user in people)
    labels, generator, now = list(Label.objects.filter(project=project)), random.Random(1), timezone.now()
    common = {"project": project, "selection": "random", "guideline": project.current_guideline()}
    ids = list(Sentence.objects.filter(project=project).order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(ids), 2_000):
        Annotation.objects.bulk_create(
            Annotation(
                sentence_id=pk,
                annotator=who,
                label=labels[pk % len(labels)] if generator.random() < 0.93 else generator.choice(labels),
                seconds=generator.uniform(2, 20),
                answered_at=now - timedelta(seconds=generator.random() * 3e6),
                **common,
            )
            for pk in ids[at : at + 2_000]
            for who in generator.sample(people, 2)
        )
    dialect.analyze("labeling_annotation", "labeling_sentence", "labeling_source")
    return Project.objects.get(pk=project.pk)


def main(n_answers: int, n_people: int) -> None:
    call_command("migrate", verbosity=0)
    project = fill(n_answers, n_people)
    began, used = time.perf_counter(), time.process_time()
    people = quality.measure(project)
    told = {"answers": n_answers, "people": n_people, "seconds": round(time.perf_counter() - began, 1)}
    told |= {"core_seconds": round(time.process_time() - used, 1), "bytes": len(json.dumps(people))}
    AgreementReport.objects.create(project=project, revision=1, people=people)
    member = Membership.objects.select_related("project", "user").filter(project=project).latest("pk")
    began = time.perf_counter()
    quality_report.report(member)
    print(json.dumps(told | {"page_ms": round(1_000 * (time.perf_counter() - began))}))


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:]))
