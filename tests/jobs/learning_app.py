"""The product's Celery application for workers that tests start: small pools are parted too, and looks wait for others.

LEARNERS_MEET names a folder: each worker that looks at a part leaves its process id there and waits until there are
two. With LEARNERS_HANG it goes no further. LEARNERS_RESULTS: where results go instead of the broker's Redis.
"""

import os
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from celery.signals import worker_process_init

from factcheck.celery import app as app
from tests.jobs.launching import until

if "LEARNERS_RESULTS" in os.environ:
    app.conf.update(result_backend=os.environ["LEARNERS_RESULTS"])


@worker_process_init.connect
def _prepare(**_: object) -> None:
    # Not before Django is set up.
    learning: Any = import_module("labeling.learning")
    parts: Any = import_module("labeling.learning.parts")
    parts.SHARDS_A_PART = 1
    look = learning.look

    def meet(*known: Any) -> Any:
        folder = Path(os.environ["LEARNERS_MEET"])
        (folder / str(os.getpid())).touch()
        until(lambda: len(list(folder.iterdir())) >= 2)
        if "LEARNERS_HANG" in os.environ:
            time.sleep(600)
        return look(*known)

    learning.look = meet
