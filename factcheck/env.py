"""Readers for environment values that fail loudly: a value that makes no sense stops the start with a sentence."""

import json
import os
import re
import secrets
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """The value of `name`, stripped; `default` where it is not set."""
    return os.environ.get(name, default).strip()


def flag(name: str, *, default: bool) -> bool:
    """A yes or no; anything else raises ImproperlyConfigured."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in _TRUE:
        return True
    if value.strip().lower() in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}. Set it to 1 or 0.")


def number(name: str, *, default: int, low: int, high: int) -> int:
    """A whole number from `low` to `high`; anything else raises ImproperlyConfigured."""
    value = text(name) or str(default)
    if not re.fullmatch(r"-?[0-9]{1,9}", value) or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}, not {value!r}.")
    return int(value)


def words(name: str, *, default: list[str]) -> list[str]:
    """A list separated by commas."""
    value = os.environ.get(name)
    return default if value is None else [word.strip() for word in value.split(",") if word.strip()]


def addresses(name: str) -> list[str]:
    """A list of addresses of servers, separated by commas; anything else raises ImproperlyConfigured."""
    try:
        return [address(word) for word in words(name, default=[])]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} holds an address that makes no sense: {error}.") from error


def address(text: str) -> str:
    """An address such as https://labels.example.org in one spelling, without a slash at its end.

    Raises ValueError where it is none, or holds a name, a password or a question.
    """
    parts = urlsplit(text.strip())
    host, port = parts.hostname or "", parts.port
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[a-z0-9.:-]+", host):
        raise ValueError("it must begin with http:// or https:// and name a machine")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("it must hold no name, no password and no question")
    named = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{named}{'' if port in (None, usual) else f':{port}'}{parts.path.rstrip('/')}"


def choice(name: str, *, default: str, known: tuple[str, ...]) -> str:
    """One of the words `known`; anything else raises ImproperlyConfigured."""
    value = text(name) or default
    if value not in known:
        raise ImproperlyConfigured(f"{name} must be {' or '.join(known)}, not {value!r}.")
    return value


def optional(name: str, *, library: str, requirements: str) -> str:
    """The value of `name`, which only `library` can use. Raises ImproperlyConfigured where that is not installed."""
    value = text(name)
    try:
        there = not value or find_spec(library) is not None
    except ValueError:
        there = False
    if not there:
        raise ImproperlyConfigured(f"{name} is set and {library} is not installed: pip install -r {requirements}")
    return value


def folder(name: str, *, default: Path) -> Path:
    """An absolute path; it need not exist yet."""
    try:
        return Path(text(name) or default).expanduser().resolve()
    except RuntimeError as error:
        # Nobody has that home directory, or links lead round in a circle.
        raise ImproperlyConfigured(f"{name} must be a directory, not {text(name)!r}. Write its whole path.") from error


def time_zone(name: str, *, default: str) -> str:
    """The name of a time zone that this machine knows; anything else raises ImproperlyConfigured."""
    value = text(name) or default
    try:
        ZoneInfo(value)
    except (KeyError, OSError, ValueError) as error:
        raise ImproperlyConfigured(f"{name} must be a time zone such as {default}, not {value!r}.") from error
    return value


def secret(name: str) -> str:
    """What the file that `name` names holds, stripped; empty where it is not set. Raises ImproperlyConfigured."""
    path = text(name)
    if not path:
        return ""
    try:
        found = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it holds no text"
        raise ImproperlyConfigured(f"{name} names {path}, which cannot be read ({reason}).") from error
    if not found:
        raise ImproperlyConfigured(f"{name} names {path}, which is empty.")
    return found


def database(name: str, *, default: dict[str, Any], password: str = "") -> dict[str, Any]:
    """What the URL in `name` says; `default` where it is not set; anything else raises ImproperlyConfigured.

    `password` takes the place of the one in the URL.
    """
    url = text(name)
    if not url:
        return default
    try:
        found: dict[str, Any] = {**dj_database_url.parse(url, conn_max_age=600)}
    except ValueError:
        found = {}
    if not found.get("ENGINE", "").endswith((".sqlite3", ".postgresql")):
        raise ImproperlyConfigured(
            f"{name} must be like postgres://user:password@host/name (what it is now may hold a password and is not "
            "shown). Characters such as @ and / in the password are written %40 and %2F."
        )
    if password and found["ENGINE"].endswith(".postgresql"):
        found["PASSWORD"] = password
    return found


def storage(name: str, *, default: dict[str, Any]) -> dict[str, Any]:
    """A storage of Django's as JSON, with its BACKEND and OPTIONS; anything else raises ImproperlyConfigured."""
    if not text(name):
        return default
    try:
        found = json.loads(text(name))
        # Looked for and not loaded: no other process than a worker needs the libraries of a storage.
        known = find_spec(found["BACKEND"].rpartition(".")[0]) is not None and set(found) <= {"BACKEND", "OPTIONS"}
    except (ValueError, TypeError, KeyError, AttributeError, ImportError):
        known = False
    if not known:
        raise ImproperlyConfigured(
            f'{name} must be like {{"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {{}}}}, and its backend '
            "installed (what it is now may hold a key and is not shown)."
        )
    return dict(found)


def secret_key_file(data: Path) -> Path:
    """Where the key is looked for: SECRET_KEY_FILE, else in the data directory."""
    return Path(text("SECRET_KEY_FILE") or data / "secret_key")


def secret_key(data: Path) -> str:
    """The key that every process of this installation signs with.

    Where there is no file yet, a key for this process alone: `manage.py up` writes the lasting one, and a process
    that starts without it signs nothing that another process would accept.
    """
    path = secret_key_file(data)
    # Not path.is_file(): below a directory that this user may not enter it raises, before `up` can say so itself.
    if os.path.isfile(path):
        key = _key_in(path)
        if len(key) < 50:
            raise ImproperlyConfigured(f"{path} holds a key of {len(key)} characters; at least 50 are needed.")
        return key
    if text("SECRET_KEY_FILE"):
        raise ImproperlyConfigured(f"SECRET_KEY_FILE names {path}, which does not exist or may not be looked at.")
    return secrets.token_urlsafe(64)


def _key_in(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError as error:
        # A key for this process alone would sign out everybody at every start.
        raise ImproperlyConfigured(
            f"The secret key {path} cannot be read ({error.strerror}). Give it to the user who starts Factcheck."
        ) from error
    except UnicodeDecodeError as error:
        raise ImproperlyConfigured(f"{path} holds no text; write at least 50 random letters and digits.") from error
