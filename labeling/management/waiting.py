"""Commands that wait for a Run: they do it here and now, or look on while a worker does it."""

import time

from labeling import work
from labeling.claims import recover
from labeling.errors import FactcheckError
from labeling.models import Run, RunState

SECONDS = 0.3


def wait_for(run: Run) -> Run:
    """The Run when it is done. Raises FactcheckError with the Run's reason where it failed for good.

    Claims it in this process; where a worker was faster, or an attempt has to wait, asks again until it has ended.
    An error that nobody can mend by hand (a disk, a database) goes on to the caller, and the Run stays owed.
    """
    while True:
        work.perform(run.pk)
        run.refresh_from_db()
        if run.state == RunState.DONE:
            return run
        if run.state == RunState.FAILED:
            raise FactcheckError(run.error)
        if run.state == RunState.STOPPED:
            raise FactcheckError("It was stopped; what went in stays. Run the command again to go on.")
        time.sleep(SECONDS)
        # Where no sweep runs: a Run whose process was killed comes back when its lease has run out.
        recover()
