"""The steps of `bench.near_twins`, each in a process of its own on the database of FACTCHECK_DATA.

`make SENTENCES` fills it: of every ten made-up sentences (`bench.prose`) the last is the one before it with a word
exchanged. `run DATABASE` groups them twice. Of the planted pairs those count whose shingles are alike from the
threshold on, which a plain comparison of sets tells.
"""

import json
import resource
import sys
import time
from collections.abc import Iterator

import django
from django.core.management import call_command

django.setup()

from bench import prose  # noqa: E402  # models exist only after setup
from bench.pool import fill  # noqa: E402
from labeling import jobs, work  # noqa: E402
from labeling.flow import twins  # noqa: E402, F401  # loaded before the clock starts, as in a worker that lives
from labeling.models import Kind, Project, Sentence  # noqa: E402
from ml import near_twins  # noqa: E402

EVERY = 10


def texts(n: int) -> Iterator[str]:
    """`n` sentences; the last of every ten is the one before it with its middle word exchanged."""
    before = ""
    for number, text in enumerate(prose.texts(n)):
        if number % EVERY == EVERY - 1:
            words = before.split()
            words[len(words) // 2] = "belum"
            yield " ".join(words)
        else:
            yield text
        before = text


def seconds_of(project: Project) -> tuple[float, float]:
    """One Run, as a worker does it: seconds, and those of them that it kept a core busy."""
    run = jobs.owe(project=project, kind=Kind.TWINS, by=None)
    start, busy = time.perf_counter(), time.process_time()
    if not work.perform(run.pk):
        run.refresh_from_db()
        raise SystemExit(f"the Run failed: {run.error}")
    return round(time.perf_counter() - start, 2), round(time.process_time() - busy, 2)


def planted(project: Project) -> tuple[int, int]:
    """How many planted pairs are near twins, and how many of those share a group."""
    there = found = 0
    rows = Sentence.objects.filter(project=project).order_by("pk").values_list("text", "duplicate_group")
    before, group_before = "", None
    for number, (text, group) in enumerate(rows.iterator(chunk_size=10_000)):
        if number % EVERY == EVERY - 1 and alike(before, text):
            there += 1
            found += group is not None and group == group_before
        before, group_before = text, group
    return there, found


def alike(some: str, other: str) -> bool:
    first, second = (shingles(near_twins.folded(text)) for text in (some, other))
    return len(first & second) >= near_twins.THRESHOLD * len(first | second)


def shingles(text: str) -> set[str]:
    return {text[at : at + near_twins.SHINGLE] for at in range(len(text) - near_twins.SHINGLE + 1)}


def peak() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def run(database: str) -> dict[str, object]:
    project = Project.objects.get()
    loaded = peak()
    first, busy = seconds_of(project)
    peak_mib = peak()
    again, busy_again = seconds_of(project)
    there, found = planted(project)
    return {
        "database": database,
        "sentences": project.n_sentences,
        "seconds": first,
        "core_s": busy,
        "again_s": again,
        "again_core_s": busy_again,
        "loaded_mib": loaded,
        "peak_mib": peak_mib,
        "near_twins_planted": there,
        "found": found,
    }


if __name__ == "__main__":
    if sys.argv[1] == "make":
        call_command("migrate", verbosity=0)
        fill(int(sys.argv[2]), texts(int(sys.argv[2])))
    else:
        print(json.dumps(run(sys.argv[2])))
