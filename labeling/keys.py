"""Stable keys: the same input gives the same key in every process, on every machine, for ever."""

import hashlib
import hmac
from uuid import UUID, uuid5

from django.conf import settings

# The purpose of the keys that order what no ranking speaks of.
SHUFFLE = "shuffle"
_SPAN = 2**63
_ANSWERS = UUID("850f0a61-5f94-4dae-83b9-b8fffb48cd81")


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


def answer_key(
    project_id: int, sentence_id: int, user_id: int, what: str, *, named: bool = True, undone: int = 0
) -> UUID:
    """The key of an act that a script sent without one: the same for a retry, on any server.

    `what` is the name that the script gave to the answer (`named`), or what it says. `undone` is how often the person
    has taken an answer to the sentence back: afterwards the same answer is a new act.
    """
    name = f"annotation:{project_id}:{sentence_id}:{user_id}:{undone}:{named}:{what}"
    # A lone surrogate is no text, and may still come.
    return uuid5(_ANSWERS, name.encode("utf-8", "backslashreplace").decode())


def annotator_key(project_id: int, user_id: int) -> str:
    """How exports call a person: a keyed hash (HMAC-SHA-256), stable within a project, never a name."""
    message = f"annotator:{project_id}:{user_id}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()[:16]
