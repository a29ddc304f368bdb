"""Background work that writes much leaves room to those who label now."""

import time

from django.db.models.functions import Now

from labeling.models import Lease

# While people label, such work rests after each step, so many times as long as that took, and a little longer: SQLite
# has one writer, for whom others look a few times a tenth of a second, and a machine has few cores.
TIMES, REST = 2, 0.03


def give_way(spent: float) -> None:
    """Rest after a step that took `spent` seconds, where anybody holds a sentence. Call outside a transaction."""
    if somebody_labels():
        time.sleep(TIMES * spent + REST)


def somebody_labels() -> bool:
    """Whether anybody holds a sentence at the moment."""
    return Lease.objects.filter(held=True, until__gt=Now()).exists()
