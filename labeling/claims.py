"""The worker's hold on a Run: a conditional UPDATE, a token and a lease on the database's clock.

Two workers, a paused worker and a message delivered twice are harmless: only the holder of the token writes.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from labeling.errors import LostClaim
from labeling.models import Kind, Run, RunState
from labeling.printable import printable

LEASE = timedelta(seconds=40)
ATTEMPTS = 3
# Written for many Runs at once, whoever reads them: a page translates it when it is shown.
DIED = gettext_noop("The worker died 3 times while it did this.")
WAIT = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What a verb returns instead of a result: the attempt goes on in so many tasks, under the same token."""

    parts: int


class Claim:
    """A Run that this process works on. Every method raises LostClaim once another worker has taken over.

    `parts`: into how many parts its work may be split; 1 where nobody would take them up.
    """

    def __init__(self, run: Run, *, parts: int = 1) -> None:
        self.run = run
        self.project = run.project
        self.parts = parts
        self._news: tuple[int, int, dict[str, Any]] | None = None
        self._lost = False

    @classmethod
    def take(cls, run_id: int, *, parts: int = 1) -> "Claim | None":
        """The claim on an owed Run that is due, or None where there is nothing to claim."""
        token = uuid.uuid4()
        won = Run.objects.filter(pk=run_id, state=RunState.OWED, due_at__lte=Now()).update(
            state=RunState.RUNNING, token=token, leased_until=Now() + LEASE, attempts=F("attempts") + 1, error=""
        )
        # By the token: a worker paused here past its lease must not hold what is now the claim of another.
        run = Run.objects.select_related("project").filter(pk=run_id, token=token).first() if won else None
        return cls(run, parts=parts) if run else None

    @classmethod
    def resume(cls, run_id: int, token: str) -> "Claim | None":
        """The claim of an attempt that another process handed over, renewed; None where that attempt has ended."""
        held = Run.objects.filter(pk=run_id, token=token, state=RunState.RUNNING)
        held.update(leased_until=Now() + LEASE)
        run = held.select_related("project").first()
        return cls(run) if run else None

    def _write(self, **values: Any) -> None:
        if not Run.objects.filter(pk=self.run.pk, token=self.run.token, state=RunState.RUNNING).update(**values):
            self._lost = True
            raise LostClaim(f"Run {self.run.pk} is no longer ours.")

    def renew(self) -> None:
        """Keep the lease for another while, and write what was told since the last time."""
        news, self._news = self._news, None
        if news is None:
            self._write(leased_until=Now() + LEASE)
        else:
            done, total, cursor = news
            self.progress(done, total, **cursor)

    def tell(self, done: int, total: int, **cursor: Any) -> None:
        """Say how far the work got without a query: the next renewal, by another thread, writes it.

        For what is done within one moment, in which nothing may be written, or many times a second.
        """
        if self._lost:
            raise LostClaim(f"Run {self.run.pk} is no longer ours.")
        self._news = done, total, cursor

    @property
    def has_news(self) -> bool:
        """Whether something was told that is not written yet."""
        return self._news is not None

    def progress(self, done: int, total: int, **cursor: Any) -> None:
        """Write how far the work got, and keep the lease. Inside a transaction, it stands or falls with the work."""
        self.run.cursor = {**self.run.cursor, **cursor}
        self._write(done=done, total=total, cursor=self.run.cursor, leased_until=Now() + LEASE)

    def went_on(self) -> None:
        """Count the attempts anew, in the transaction of a step: what fails a Run are deaths without one in between."""
        if self.run.attempts > 1:
            self._write(attempts=1)
            self.run.attempts = 1

    def finish(self, result: dict[str, Any]) -> None:
        """Record success. Called in the transaction that publishes the result, it guards the publishing."""
        self.run.result = result
        self._write(state=RunState.DONE, result=result, ended_at=Now(), sealed="", token=None, leased_until=None)

    def fail(self, reason: str, *, again: bool) -> None:
        """Record failure; `again` owes it once more after a wait, up to three attempts in all."""
        owed = again and self.run.attempts < ATTEMPTS
        self._write(
            state=RunState.OWED if owed else RunState.FAILED,
            error=printable(reason),
            due_at=Now() + WAIT * self.run.attempts,
            called_at=None,
            ended_at=None if owed else Now(),
            token=None,
            leased_until=None,
            # A key that was typed anew meanwhile is the one for the next attempt.
            **({} if owed else {"sealed": ""}),
        )


def recover() -> int:
    """Take back every Run whose worker died: owed again, or failed at the third attempt. Returns how many."""
    dead = Run.objects.filter(state=RunState.RUNNING, leased_until__lt=Now())
    failed = dead.filter(attempts__gte=ATTEMPTS).update(
        state=RunState.FAILED,
        error=DIED,
        ended_at=Now(),
        sealed="",
        token=None,
        leased_until=None,
    )
    return failed + dead.update(state=RunState.OWED, token=None, leased_until=None, called_at=None)


# Which Celery queue does which kind of Run: heavy libraries stay out of the learning worker.
# What is measured, and made for the next training, has a queue of its own: it must not hold up the next training.
QUEUE_OF = (
    {Kind.TRAIN: "learn"}
    | dict.fromkeys((Kind.IMPORT, Kind.EXPORT, Kind.PUBLISH, Kind.PUSH, Kind.PULL), "exchange")
    | dict.fromkeys(
        (Kind.FEATURES, Kind.EVALUATE, Kind.EXPLAIN, Kind.AGREE, Kind.TWINS, Kind.OVERLAP, Kind.PREDICT), "measure"
    )
)
