"""Prepare a project with ANSWERS by PEOPLE, measure its agreement, look at the page LOOKS times, print the figures."""

import json
import random
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
from labeling import jobs, work  # noqa: E402
from labeling.models import (  # noqa: E402
    AgreementReport,
    Annotation,
    Event,
    Kind,
    Membership,
    Project,
    Role,
    Selection,
    Sentence,
    Verb,
)

PAGES = {"page": "/p/bench/agreement/", "confused": "/p/bench/sentences/?label=claim&also_label=denial"}
DAYS, BATCH, ERRS, SINCE = 60, 5_000, 0.15, 100


def answer(project: Project) -> None:
    """Two answers to each sentence, spread over DAYS up to now, and an Event for each."""
    rows = _answers(project)
    while batch := list(islice(rows, BATCH)):
        Annotation.objects.bulk_create(batch)
        Event.objects.bulk_create(
            Event(project=project, who_id=one.annotator_id, verb=Verb.ANSWERED, sentence_id=one.sentence_id)
            for one in batch
        )
    Sentence.objects.update(slots_free=0)


def _answers(project: Project) -> Iterator[Annotation]:
    people = list(User.objects.filter(memberships__project=project).values_list("pk", flat=True))
    labels = list(project.labels.values_list("pk", flat=True))
    guideline, now, lot = project.current_guideline(), timezone.now(), random.Random(1)
    keys = list(Sentence.objects.filter(project=project).order_by("pk").values_list("pk", flat=True))
    for number, sentence in enumerate(keys):
        for who in lot.sample(people, 2):
            wrong = lot.random() < ERRS
            yield Annotation(
                project=project,
                sentence_id=sentence,
                annotator_id=who,
                label_id=lot.choice(labels) if wrong else labels[number % len(labels)],
                seconds=2.0,
                selection=Selection.UNCERTAIN if number % 2 else Selection.RANDOM,
                guideline=guideline,
                answered_at=now - timedelta(days=DAYS) * (1 - number / len(keys)),
            )


def look(client: Client, address: str, looks: int, *, cold: bool) -> dict[str, float]:
    times, worked = [], []
    for _ in range(looks):
        if cold:
            cache.clear()
        start, busy = time.perf_counter(), time.process_time()
        if client.get(address).status_code != 200:
            raise SystemExit(f"{address} did not answer")
        times.append(1000 * (time.perf_counter() - start))
        worked.append(1000 * (time.process_time() - busy))
    times.sort()
    half, most = times[len(times) // 2], times[int(len(times) * 0.95) - 1]
    return {"p50_ms": round(half, 1), "p95_ms": round(most, 1), "cpu_p50_ms": round(sorted(worked)[looks // 2], 1)}


def measure(project: Project) -> dict[str, float]:
    """Seconds of one Run, and of its own work."""
    run = jobs.owe(project=project, kind=Kind.AGREE, by=None)
    start, busy = time.perf_counter(), time.process_time()
    work.perform(run.pk)
    taken = {"run_s": time.perf_counter() - start, "run_cpu_s": time.process_time() - busy}
    run.refresh_from_db()
    if run.state != "done":
        raise SystemExit(run.error)
    return {name: round(seconds, 2) for name, seconds in taken.items()}


def main(answers: int, people: int, looks: int) -> None:
    call_command("migrate", verbosity=0)
    # One transaction: nobody else writes here.
    with transaction.atomic():
        project = fill(answers // 2)
        crowd(project, people)
        answer(project)
    Membership.objects.filter(project=project).update(seen_at=timezone.now())
    owner = User.objects.create(username="bench-owner")
    Membership.objects.create(project=project, user=owner, role=Role.OWNER)
    connection.cursor().execute("ANALYZE")
    measure(project)  # Loads the libraries.
    taken = measure(project)
    Event.objects.bulk_create(Event(project=project, verb=Verb.ANSWERED) for _ in range(SINCE))
    client = Client()
    client.force_login(owner)
    found: dict[str, object] = {"answers": answers, "people": people, **taken}
    found["pairs"] = len(AgreementReport.objects.filter(project=project).latest("pk").figures["all"]["pairs"])
    for name, address in PAGES.items():
        look(client, address, 3, cold=True)
        found[name] = {kept: look(client, address, looks, cold=kept == "cold") for kept in ("cold", "warm")}
    cache.clear()
    with CaptureQueriesContext(connection) as asked:
        client.get(PAGES["page"])
    print(json.dumps({**found, "queries": len(asked)}))


if __name__ == "__main__":
    with override_settings(ALLOWED_HOSTS=["testserver"], STORAGES={
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }):  # fmt: skip
        main(*(int(one) for one in sys.argv[1:4]))
