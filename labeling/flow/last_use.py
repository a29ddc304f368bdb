"""When a key was last used, to the minute."""

from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from labeling.models import ApiToken, BackendKey

MINUTE = timedelta(minutes=1)


def note_use(key: ApiToken | BackendKey) -> None:
    """Write down that the key is used now: one write a minute at most, however often that is."""
    if key.used_at is not None and timezone.now() - key.used_at <= MINUTE:
        return
    long_ago = Q(used_at__isnull=True) | Q(used_at__lt=Now() - MINUTE)
    type(key)._default_manager.filter(long_ago, pk=key.pk).update(used_at=Now())
