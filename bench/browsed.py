"""What `bench.browsing` measures, on the database of FACTCHECK_DATA: `browsed SENTENCES ANSWERS`."""

import json
import logging
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

django.setup()

from django.contrib.auth.models import User  # noqa: E402  # models exist only after setup
from django.test import Client  # noqa: E402

from bench.pool import crowd, fill  # noqa: E402
from labeling.flow import browse, queue, withdraw  # noqa: E402
from labeling.models import Annotation, Label, Membership, Project, Role, Sentence  # noqa: E402

TIMES = 21
BATCH = 2_000


def answer(project: Project, n: int) -> None:
    """`n` answers spread over all sentences: every twentieth of those answered by two people, who differ."""
    people = list(User.objects.filter(username__startswith="bench-").order_by("pk"))
    labels = list(project.labels.order_by("digit"))
    shared = {"project": project, "seconds": 2.0, "selection": "seed", "guideline": project.current_guideline()}
    step = max(1, project.n_sentences * 21 // (n * 20))
    ids = Sentence.objects.filter(project=project).order_by("pk").values_list("pk", flat=True).iterator()
    rows = _answers(islice(ids, 0, None, step), people, labels, shared)
    while some := list(islice(rows, BATCH)):
        Annotation.objects.bulk_create(some)
        single = [one.sentence_id for one in some]
        Sentence.objects.filter(pk__in=single).update(slots_free=0)


def _answers(
    ids: Iterator[int], people: list[User], labels: list[Label], shared: dict[str, object]
) -> Iterator[Annotation]:
    now = timezone.now()
    for n, pk in enumerate(ids):
        for who in range(2 if n % 20 == 0 else 1):
            label = labels[(n + who) % len(labels)]
            yield Annotation(
                sentence_id=pk, annotator=people[(n + who) % len(people)], label=label, answered_at=now, **shared
            )


def pages(project: Project) -> dict[str, str]:
    """What is asked, by its name."""
    rows = Sentence.objects.filter(project=project).order_by("pk")
    first, middle = rows[0], rows[project.n_sentences // 2]
    word = max(first.text.split(), key=len).strip(".,")
    who = User.objects.get(username="bench-0").pk
    states = ("open", "lent", "answered", "settled", "disputed", "audit", "boilerplate", "twin", "out")
    return {
        "all": "",
        "far back": f"before={middle.pk}",
        "a word": f"q={word}",
        "a word that is nowhere": "q=zzyzx",
        **{f"state {state}": f"status={state}" for state in states},
        "label": "label=denial",
        "person": f"annotator={who}",
        "flag that nobody set": "flag=bad_segment",
        "language without sentences": "lang=id",
        "article": f"article={middle.source_id}",
        "a word among answers": f"q={word}&label=denial&status=settled",
    }


def measure(client: Client, name: str, query: str) -> None:
    address = f"/p/bench/sentences/?{query}"
    asked: list[str] = []

    def hear(execute: Callable[..., object], sql: str, *rest: object) -> object:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(hear):
        response = client.get(address)
    if response.status_code != 200:
        raise SystemExit(f"{address} answered {response.status_code}")
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        client.get(address)
        took.append(1_000 * (time.perf_counter() - began))
    p95 = statistics.quantiles(took, n=20)[-1]
    figures = {"page": name, "p50_ms": round(statistics.median(took), 1), "p95_ms": round(p95, 1)}
    print(json.dumps({"database": connection.vendor, **figures, "queries": len(asked)}), flush=True)


def measure_to_the_end(project: Project) -> None:
    """All stretches of a list on which nothing is."""
    began, before, stretches = time.perf_counter(), None, 0
    while True:
        found = browse.browse(project, browse.Wanted(words="zzyzx"), before=before)
        stretches, before = stretches + 1, found.older
        if before is None:
            break
    took = round(1_000 * (time.perf_counter() - began))
    name = "a word that is nowhere, to the end"
    print(json.dumps({"database": connection.vendor, "page": name, "ms": took, "stretches": stretches}), flush=True)


def main() -> None:
    logging.disable(logging.INFO)
    sentences, answers = (int(one) for one in sys.argv[1:])
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    project = fill(sentences)
    project.refresh_from_db()
    (session, *_others) = crowd(project, 8)
    answer(project, answers)
    member = Membership.objects.get(project=project, user__username="bench-0")
    queue.take(by=member)
    Membership.objects.filter(pk=member.pk).update(role=Role.OWNER)
    for one in Sentence.objects.in_pool().filter(project=project).order_by("pk")[:30]:
        withdraw.take_out(by=member.user, sentence=one)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    for name, query in pages(project).items():
        measure(client, name, query)
    measure_to_the_end(project)


if __name__ == "__main__":
    main()
