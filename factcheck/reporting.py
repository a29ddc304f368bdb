"""Reports of faults to Sentry, loaded where SENTRY_DSN is set: the library is an extra, requirements-sentry.txt."""

import logging
from typing import Any, cast

import sentry_sdk
from django.core.exceptions import ImproperlyConfigured
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.types import Event, Hint
from sentry_sdk.utils import BadDsn

from factcheck import tracing
from factcheck.logging import masked

# All that leaves. Neither requests nor their bodies, nor values of variables, nor who somebody is.
_KEPT = ("event_id", "timestamp", "platform", "level", "logger", "logentry", "exception", "environment", "release")


def start(dsn: str) -> None:
    """From now on, what the log calls an error is reported. Raises ImproperlyConfigured where `dsn` is none."""
    try:
        sentry_sdk.init(
            dsn=dsn,
            # Of the log alone: others would patch what they find, and load Celery into the web process.
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=[LoggingIntegration(level=None, event_level=logging.ERROR), AtexitIntegration()],
            send_default_pii=False,
            max_request_body_size="never",
            include_local_variables=False,
            before_send=bare,
        )
    except BadDsn as error:
        raise ImproperlyConfigured("SENTRY_DSN must be like https://KEY@sentry.example.org/1.") from error


def bare(event: Event, _hint: Hint) -> Event:
    """The event without all that could hold a sentence or a token; the id of the request leads to the log."""
    kept = {name: _masked(value) for name, value in event.items() if name in _KEPT}
    return cast(Event, {**kept, "tags": {name: str(value) for name, value in tracing.known().items()}})


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {name: _masked(one) for name, one in value.items()}
    return [_masked(one) for one in value] if isinstance(value, list | tuple) else value
