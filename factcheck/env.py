"""Readers for environment values that fail loudly: a value that makes no sense stops the start with a sentence."""

import os
import secrets
from pathlib import Path

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
    if not value.lstrip("-").isdigit() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}, not {value!r}.")
    return int(value)


def words(name: str, *, default: list[str]) -> list[str]:
    """A list separated by commas."""
    value = os.environ.get(name)
    return default if value is None else [word.strip() for word in value.split(",") if word.strip()]


def folder(name: str, *, default: Path) -> Path:
    """An absolute path; it need not exist yet."""
    return Path(text(name) or default).expanduser().resolve()


def secret_key_file(data: Path) -> Path:
    """Where the key is looked for: SECRET_KEY_FILE, else in the data directory."""
    return Path(text("SECRET_KEY_FILE") or data / "secret_key")


def secret_key(data: Path) -> str:
    """The key that every process of this installation signs with.

    Where there is no file yet, a key for this process alone: `manage.py up` writes the lasting one, and a process
    that starts without it signs nothing that another process would accept.
    """
    path = secret_key_file(data)
    if path.is_file():
        key = path.read_text().strip()
        if len(key) < 50:
            raise ImproperlyConfigured(f"{path} holds a key of {len(key)} characters; at least 50 are needed.")
        return key
    if text("SECRET_KEY_FILE"):
        raise ImproperlyConfigured(f"SECRET_KEY_FILE names {path}, which does not exist.")
    return secrets.token_urlsafe(64)
