"""Prepare a project of SENTENCES with ANSWERS of two months, look at its overview LOOKS times, print the figures."""

import json
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

import django
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

django.setup()

from django.contrib.auth.models import User  # noqa: E402  # models exist only after setup

from bench.pool import crowd, fill  # noqa: E402
from labeling.models import Annotation, Membership, Project, Role, Selection, Sentence  # noqa: E402

PEOPLE, DAYS, BATCH = 12, 60, 5_000


def answer(project: Project, n: int) -> None:
    """Answers to `n` sentences by the crowd, spread over DAYS up to now."""
    rows = _answers(project, n)
    while batch := list(islice(rows, BATCH)):
        Annotation.objects.bulk_create(batch)
    Sentence.objects.filter(annotations__isnull=False, slots_free__gt=0).update(slots_free=0)


def _answers(project: Project, n: int) -> Iterator[Annotation]:
    people = list(User.objects.filter(memberships__project=project).values_list("pk", flat=True))
    labels = list(project.labels.values_list("pk", flat=True))
    guideline, now = project.current_guideline(), timezone.now()
    for number, sentence in enumerate(Sentence.objects.filter(project=project).order_by("pk").values_list("pk")[:n]):
        yield Annotation(
            project=project,
            sentence_id=sentence[0],
            annotator_id=people[number % len(people)],
            label_id=labels[number % len(labels)],
            seconds=2.0,
            selection=Selection.SEED,
            guideline=guideline,
            answered_at=now - timedelta(days=DAYS) * (1 - number / n),
        )


def look(client: Client, looks: int, *, cold: bool) -> dict[str, float]:
    times = []
    for _ in range(looks):
        if cold:
            cache.clear()
        start = time.perf_counter()
        if client.get("/p/bench/").status_code != 200:
            raise SystemExit("the overview did not answer")
        times.append(1000 * (time.perf_counter() - start))
    times.sort()
    return {"p50_ms": round(times[len(times) // 2], 1), "p95_ms": round(times[int(len(times) * 0.95) - 1], 1)}


def main(sentences: int, answers: int, looks: int) -> None:
    call_command("migrate", verbosity=0)
    # One transaction: nobody else writes here, and a million rows are not waited for on the disk by the hundred.
    with transaction.atomic():
        project = fill(sentences)
        crowd(project, PEOPLE)
        answer(project, answers)
    Membership.objects.filter(project=project).update(seen_at=timezone.now())
    owner = User.objects.create(username="bench-owner")
    Membership.objects.create(project=project, user=owner, role=Role.OWNER)
    connection.cursor().execute("ANALYZE")
    client = Client()
    client.force_login(owner)
    look(client, 3, cold=True)
    cold, warm = look(client, looks, cold=True), look(client, looks, cold=False)
    cache.clear()
    with CaptureQueriesContext(connection) as asked:
        client.get("/p/bench/")
    found = {"sentences": sentences, "answers": answers, "queries": len(asked), "cold": cold, "warm": warm}
    print(json.dumps(found))


if __name__ == "__main__":
    with override_settings(ALLOWED_HOSTS=["testserver"], STORAGES={
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }):  # fmt: skip
        main(*(int(one) for one in sys.argv[1:4]))
