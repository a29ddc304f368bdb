"""Stable keys: the same input gives the same key in every process, on every machine, for ever."""

import hashlib
import hmac

from django.conf import settings

# The purpose of the keys that order what no ranking speaks of.
SHUFFLE = "shuffle"
_SPAN = 2**63


def text_hash(text: str) -> str:
    """32 hex digits of `text` after case and white space are folded: exact twins share it."""
    folded = " ".join(text.casefold().split())
    return hashlib.blake2b(folded.encode(), digest_size=16).hexdigest()


def place_of(project_id: int, text_hash: str, *, purpose: str) -> int:
    """A pseudo-random whole number in [0, 2**63). Keys of two purposes (at most 16 bytes) are independent."""
    digest = hashlib.blake2b(f"{project_id}:{text_hash}".encode(), digest_size=8, person=purpose.encode()).digest()
    return int.from_bytes(digest, "big") >> 1


def share_of(project_id: int, key: str, *, purpose: str) -> float:
    """A pseudo-random share in [0, 1)."""
    return place_of(project_id, key, purpose=purpose) / _SPAN


def annotator_key(project_id: int, user_id: int) -> str:
    """How exports call a person: a keyed hash (HMAC-SHA-256), stable within a project, never a name."""
    message = f"annotator:{project_id}:{user_id}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()[:16]
