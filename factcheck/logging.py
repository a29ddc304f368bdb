"""Logging: one line an event on standard error; the supervisor keeps the files.

A line never holds a secret that lets somebody in, nor the text of a sentence.
"""

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from factcheck import env, tracing

# Not what the people page ends with: nothing comes after it.
_TOKEN = re.compile(r"""((?:/|%2F)(?:link|invitation|ls)(?:/|%2F))[^/\s?&%"']+""", re.IGNORECASE)
# PostgreSQL quotes the row that it refused, sentence and all, to the end of what it says.
_ROW = re.compile(r"DETAIL:.*?(?=\n\n(?:During handling|The above exception)|\Z)", re.DOTALL)
# What a line may say beside its message, by its `extra` or of the work in hand.
FIELDS = ("run", "kind", "person", "project", "route", "method", "status", "seconds")


class WithoutTokens(logging.Filter):
    """Whoever reads the token of a one-time link or an invitation in a log can come in with it, until it is used; with
    that of an ML backend's address they can send answers.

    The line is put together here, since the token may come as part of any argument, or of the error.
    """

    _form = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = masked(_line(record)), ()
        if record.exc_info and not record.exc_text:
            # A formatter takes what it finds here for the error's text, and writes it as it is.
            record.exc_text = masked(self._form.formatException(record.exc_info))
        return True


class Json(logging.Formatter):
    """One JSON object a line. Stands behind WithoutTokens, which has put message and error together."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **(tracing.known() or _of_request(record)),
            **{name: value for name, value in record.__dict__.items() if name in FIELDS},
        }
        if record.exc_text:
            fields["error"] = record.exc_text
        return json.dumps(fields, ensure_ascii=False, default=str)


def _of_request(record: logging.LogRecord) -> Mapping[str, Any]:
    """Django writes about a refused request when all of ours has ended, with the request beside it."""
    found: Mapping[str, Any] = getattr(getattr(record, "request", None), "META", {}).get(tracing.KEPT, {})
    return found


def _line(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (KeyError, TypeError, ValueError):
        # Arguments that do not fit: the standard library would print them past every filter.
        return f"{record.msg} {record.args}"


def masked(text: str) -> str:
    """Without what lets somebody in, and without the rows that a database quotes."""
    return _ROW.sub("DETAIL: left out", _TOKEN.sub(r"\1***", text))


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_tokens": {"()": "factcheck.logging.WithoutTokens"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        "json": {"()": "factcheck.logging.Json"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": env.choice("FACTCHECK_LOG", default="json", known=("json", "line")),
            "filters": ["without_tokens"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "axes": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        # A line a request, with all that is asked for in its address.
        "httpx": {"level": "WARNING"},
        # These have handlers of their own, which know no filter of ours; named here, they lose them.
        "django": {"level": "INFO"},
        "django.server": {"propagate": True},
        "gunicorn.error": {"propagate": True},
    },
}
