"""Logging: one line an event on standard error; the supervisor keeps the files."""

import logging
import re
from typing import Any

# Not what the people page ends with: nothing comes after it.
_TOKEN = re.compile(r"""(?<=/link/)[^/\s?"']+""")


class WithoutTokens(logging.Filter):
    """Whoever reads a one-time link's token in a log can sign in with it, until it is used.

    The line is put together here, since the token may come as part of any argument, or of the error.
    """

    _form = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _masked(_line(record)), ()
        if record.exc_info and not record.exc_text:
            # A formatter takes what it finds here for the error's text, and writes it as it is.
            record.exc_text = _masked(self._form.formatException(record.exc_info))
        return True


def _line(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (KeyError, TypeError, ValueError):
        # Arguments that do not fit: the standard library would print them past every filter.
        return f"{record.msg} {record.args}"


def _masked(text: str) -> str:
    return _TOKEN.sub("***", text)


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_tokens": {"()": "factcheck.logging.WithoutTokens"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_tokens"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "axes": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        # These have handlers of their own, which know no filter of ours; named here, they lose them.
        "django": {"level": "INFO"},
        "django.server": {"propagate": True},
        "gunicorn.error": {"propagate": True},
    },
}
