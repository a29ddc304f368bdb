"""What the sweep does every second: the database knows what is owed, messages are only hints."""

import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import takewhile

from django.db.models import Q
from django.db.models.functions import Now

from labeling import claims, jobs
from labeling.flow import merging, question, queue, remeasure, route
from labeling.flow.change import ORDERING
from labeling.models import OPEN, Annotation, Event, Kind, Project, Pulse, Run, RunState, Verb
from labeling.readiness import SWEEP

# A message that was not answered within this time is sent again: it may have been lost with the broker.
CALL_AGAIN = timedelta(seconds=15)
# New labels that are fewer than the project's threshold are trained once they have waited this long.
PATIENCE = timedelta(seconds=60)
# After a training that failed comes a pause of that length, doubled with each failure in a row up to this one.
LONGEST_PAUSE = timedelta(hours=1)
# The sweep's sign of life is written so often.
PULSE = timedelta(seconds=5)
# Less than the second from ring to ring, so that none is missed; what is owed is looked for so often in between.
RING, LOOK_EVERY = 0.8, 0.1
# So many failures in a row are looked at: with these the pause is the longest.
FAILURES = 7
rest = time.sleep


def tidy() -> None:
    """Give back the slots of leases that ran out, take back Runs whose worker died, owe trainings and agreement if due.

    And move what was answered under a label at the moment of its merging, close questions that nobody is left to reply
    to, and bring the disputes up to date.
    """
    ring()
    queue.reap()
    merging.follow()
    question.follow()
    claims.recover()
    for project in Project.objects.filter(archived_at=None).select_related("version__run").defer("version__evaluation"):
        route.follow(project)
        if training_is_due(project):
            jobs.owe(project=project, kind=Kind.TRAIN, by=None)
        if remeasure.is_due(project):
            jobs.owe(project=project, kind=Kind.AGREE, by=None)


def ring() -> None:
    """Write down that beat was heard, for the web process, which never talks to Redis."""
    if not Pulse.objects.filter(name=SWEEP, at__lt=Now() - PULSE).update(at=Now()):
        Pulse.objects.get_or_create(name=SWEEP)


def training_is_due(project: Project) -> bool:
    """Enough labels are new, or some are and a minute has passed, or an owner wants another order; two classes must
    have been seen.

    After a failure there is a pause: what made it fail is rarely gone at once, and a training is dear.

    Label acts are counted, not compared by key: on PostgreSQL an earlier key may become visible later, and a label
    that committed late must be trained all the same.
    """
    new = new_label_acts(project)
    other_order = _wants_another_order(project)
    if (new < 1 and not other_order) or Run.objects.filter(project=project, kind=Kind.TRAIN, state__in=OPEN).exists():
        return False
    if not (other_order or new >= project.retrain_after or _waited(project, new)) or _resting(project):
        return False
    counted = Annotation.objects.decided().filter(project=project, sentence__in_pool=True)
    taught = counted.filter(sentence__audit_place__isnull=True)
    taught = taught.filter(label__retired_at__isnull=True)
    return taught.values("label").distinct()[:2].count() == 2


def new_label_acts(project: Project) -> int:
    """How many label acts the current version has not heard of."""
    known = project.version.n_label_events if project.version else 0
    return Event.objects.of_labels(project).count() - known


def _wants_another_order(project: Project) -> bool:
    """Whether settings that order the queue changed after the training of the version in service was asked for."""
    version = project.version
    if version is None:
        return False
    asked_at = version.run.asked_at if version.run else version.trained_at
    deeds = (Verb.CHANGED, Verb.RETIRED)
    changes = Event.objects.filter(project=project, verb__in=deeds, after__has_any_keys=ORDERING)
    # A training that came amid a walk knew only of the sentences that were open by then.
    walks = Run.objects.filter(project=project, kind=Kind.OVERLAP, state=RunState.DONE)
    return changes.filter(at__gt=asked_at).exists() or walks.filter(ended_at__gt=asked_at).exists()


def _waited(project: Project, new: int) -> bool:
    """Whether the oldest of the `new` latest label acts is old enough, be there trainings that failed since or not."""
    oldest = Event.objects.of_labels(project).order_by("-pk").values("pk")[new - 1 : new]
    return Event.objects.filter(pk=oldest, at__lt=Now() - PATIENCE).exists()


def _resting(project: Project) -> bool:
    """Whether the pause after the latest training lasts, if that failed. It counts from the end: attempts take long."""
    latest = Run.objects.filter(project=project, kind=Kind.TRAIN).order_by("-pk").values_list("pk", "state")[:FAILURES]
    failed = [pk for pk, _state in takewhile(lambda one: one[1] == RunState.FAILED, latest)]
    if not failed:
        return False
    pause = min(PATIENCE * 2 ** (len(failed) - 1), LONGEST_PAUSE)
    return Run.objects.filter(pk=failed[0], ended_at__gt=Now() - pause).exists()


def owed_until(until: float) -> Iterator[tuple[int, str]]:
    """Runs to call a worker for, as `owed` gives them, again and again up to a moment of the monotonic clock.

    So whoever waits for what they asked waits for no ring: the web process, which never talks to Redis, cannot call.
    """
    yield from owed()
    while time.monotonic() < until:
        rest(LOOK_EVERY)
        yield from owed()


def owed() -> Iterator[tuple[int, str]]:
    """Runs to call a worker for now, each with its queue; marked as called, so that each is called once a while."""
    silent = Q(called_at__isnull=True) | Q(called_at__lt=Now() - CALL_AGAIN)
    due = Run.objects.filter(silent, state=RunState.OWED, due_at__lte=Now()).order_by("pk")
    for run_id, kind in due.values_list("pk", "kind")[:50]:
        if Run.objects.filter(silent, pk=run_id, state=RunState.OWED).update(called_at=Now()):
            yield run_id, claims.QUEUE_OF[Kind(kind)]
