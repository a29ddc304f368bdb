"""Doing a Run: claim it, call its verb, record how it ended. Used by workers, and by commands that wait."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import copy_context
from types import TracebackType
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext

from factcheck import tracing
from labeling.claims import Claim, HandedOver
from labeling.errors import FactcheckError, LostClaim
from labeling.models import Kind, Preference, Role, Run
from ml.errors import MlError, SpaceMoved

log = logging.getLogger(__name__)

# By name, and loaded with the first Run of their kind: a process carries only the libraries of what it does.
# scikit-learn stays out of beat, `datasets` and Label Studio's client out of the workers that learn and measure. An
# export brings scikit-learn into the exchange process: its figures come through `labeling.learning`, the door to `ml`.
VERB = {
    Kind.IMPORT: "labeling.flow.segment.run",
    Kind.TRAIN: "labeling.flow.train.run",
    Kind.AGREE: "labeling.flow.agree.run",
    Kind.EXPORT: "labeling.flow.export.write",
    Kind.FEATURES: "labeling.flow.features.run",
    Kind.EVALUATE: "labeling.flow.evaluate.run",
    Kind.EXPLAIN: "labeling.flow.explain.run",
    Kind.TWINS: "labeling.flow.twins.run",
    Kind.OVERLAP: "labeling.flow.overlap.run",
    Kind.PUBLISH: "labeling.flow.publish.run",
    Kind.PUSH: "labeling.labelstudio.push.run",
    Kind.PULL: "labeling.labelstudio.pull.run",
    Kind.PREDICT: "labeling.flow.predict.run",
}
BEAT_SECONDS = 10.0
# What a verb tells in between is written so soon.
NEWS_SECONDS = 1.0


# Starts the tasks that go on with a Run: its key, the token of the attempt, the number of parts.
Share = Callable[[int, str, int], object]


def perform(run_id: int, *, share: Share | None = None) -> bool:
    """Claim the Run and do it; True where it was done, False where there was nothing to claim or it failed.

    With `share`, the verb may hand it over to be done in parts; that is done too. Else this process does all of it.
    """
    claim = Claim.take(run_id, parts=settings.SCORING_PARTS if share else 1)
    if claim is None:
        return False
    with _for(claim), _Attempt(claim) as attempt:
        outcome = import_string(VERB[Kind(claim.run.kind)])(claim=claim)
        if share is not None and isinstance(outcome, HandedOver):
            share(run_id, str(claim.run.token), outcome.parts)
    return not attempt.failed


def go_on(run_id: int, token: str, verb: str, **options: Any) -> Any:
    """Do a part of an attempt that was handed over: what `verb` returns, None where the attempt has ended or fails."""
    claim = Claim.resume(run_id, token)
    if claim is None:
        return None
    with _for(claim), _Attempt(claim):
        return import_string(verb)(claim=claim, **options)
    return None


@contextlib.contextmanager
def _for(claim: Claim) -> Iterator[None]:
    """In the language of those who read about it; each line of the log names it, and the request that asked for it."""
    run = claim.run
    about = {"run": run.pk, "kind": run.kind, "request": run.request_id, "person": run.asked_by_id}
    with tracing.about(project=claim.project.slug, **about), translation.override(_language_of(run)):
        yield


def _language_of(run: Run) -> str:
    """Of who asked for it; else of the project's owner: they read why it failed."""
    languages = Preference.objects.values_list("language", flat=True)
    owners = {"user__memberships__project": run.project_id, "user__memberships__role": Role.OWNER}
    asked = languages.filter(user=run.asked_by_id).first()
    return asked or languages.filter(**owners).order_by("user__memberships").first() or settings.LANGUAGE_CODE


class _Attempt:
    """One try at a Run: renews its claim from a thread of its own, since a long fit says nothing for a while.

    A reason that a person can mend fails the Run with that reason. Anything else (a database or disk in trouble, a
    fault of ours) owes it again, up to three times, with the error named on the Run, and goes on to the log.
    """

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.failed = False
        self._over = threading.Event()
        self._began = time.perf_counter()
        self._thread = threading.Thread(
            target=copy_context().run, args=(self._beat,), name=f"run-{claim.run.pk}", daemon=True
        )

    def _beat(self) -> None:
        renewed = time.monotonic()
        while not self._over.wait(NEWS_SECONDS):
            if not self.claim.has_news and time.monotonic() - renewed < BEAT_SECONDS:
                continue
            renewed = time.monotonic()
            try:
                self.claim.renew()
            except (LostClaim, DatabaseError) as error:
                log.warning("run %s was not renewed: %s", self.claim.run.pk, error)
        connection.close()

    def __enter__(self) -> "_Attempt":
        log.info("run %s (%s) begins", self.claim.run.pk, self.claim.run.kind)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> bool:
        self._over.set()
        self._thread.join()
        self._tell(error)
        if error is None:
            return False
        self.failed = True
        if isinstance(error, LostClaim):
            return True
        mendable = isinstance(error, FactcheckError | MlError)
        # The next attempt is fitted in the directions that moved meanwhile.
        again = not mendable or isinstance(error, SpaceMoved)
        with contextlib.suppress(LostClaim):
            self.claim.fail(_reason(error), again=again)
        return mendable

    def _tell(self, error: BaseException | None) -> None:
        """What became of it, and how long it took; of an error its kind alone, since it may quote a sentence."""
        run, extra = self.claim.run, {"seconds": round(time.perf_counter() - self._began, 3)}
        if error is None:
            log.info("run %s (%s) went well", run.pk, run.kind, extra=extra)
        elif isinstance(error, LostClaim):
            log.warning("run %s (%s) was taken over by another worker", run.pk, run.kind, extra=extra)
        else:
            log.warning("run %s (%s) failed: %s", run.pk, run.kind, type(error).__name__, extra=extra)


def _reason(error: BaseException) -> str:
    """Why a Run failed, for those who read its page. `ml` speaks English alone, to whoever runs the server."""
    if isinstance(error, MlError):
        said = gettext("The computation was refused. Tell whoever runs the server: %(error)s")
        return said % {"error": error}
    return str(error) if isinstance(error, FactcheckError) else f"{type(error).__name__}: {error}"
