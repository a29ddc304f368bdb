"""What the annotate page sends: acts, each with a key that its client made. Parsed strictly, refused in sentences."""

import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from labeling.errors import Refused

MAX_ACTS = 50
MAX_COMMENT = 2_000
# A person who looks at one sentence for an hour has gone away; the page cuts idle time off long before.
MAX_SECONDS = 3_600.0


@dataclass(frozen=True, slots=True)
class Act:
    """One answer, or one undoing of an answer. `label` and `second_label` are the labels' keys, `seconds` the time that
    the sentence was looked at, `age` the seconds between the act and its sending."""

    key: uuid.UUID
    kind: Literal["answer", "withdraw"]
    sentence: int
    label: str | None = None
    second_label: str | None = None
    unsure: bool = False
    boilerplate: bool = False
    bad_segment: bool = False
    comment: str = ""
    seconds: float = 0.0
    age: float = 0.0


def parse(document: object) -> tuple[list[Act], int]:
    """The acts and the number of sentences wanted out of the page's JSON. Raises Refused where it makes no sense."""
    if not isinstance(document, Mapping):
        raise Refused(_("The request must be a JSON object."))
    acts, want = document.get("acts", []), document.get("want", 0)
    if not isinstance(acts, list) or len(acts) > MAX_ACTS:
        raise Refused(_("At most %(n)d acts may be sent at once.") % {"n": MAX_ACTS})
    if not isinstance(want, int) or isinstance(want, bool) or want < 0:
        raise Refused(_("The number of sentences wanted must be a whole number."))
    return [_act(act) for act in acts], want


def _act(fields: object) -> Act:
    if not isinstance(fields, Mapping):
        raise Refused(_("Each act must be a JSON object."))
    kind, sentence = fields.get("kind"), fields.get("sentence")
    if kind not in ("answer", "withdraw"):
        raise Refused(_("An act must be an answer or a withdrawal."))
    if not isinstance(sentence, int) or isinstance(sentence, bool) or not 0 < sentence < 2**63:
        raise Refused(_("An act must name its sentence."))
    return Act(
        key=_key(fields.get("key")),
        kind="answer" if kind == "answer" else "withdraw",
        sentence=sentence,
        label=_words(fields, "label", 40) or None,
        second_label=_words(fields, "second_label", 40) or None,
        unsure=fields.get("unsure") is True,
        boilerplate=fields.get("boilerplate") is True,
        bad_segment=fields.get("bad_segment") is True,
        comment=_words(fields, "comment", MAX_COMMENT),
        seconds=min(_seconds(fields.get("seconds", 0)), MAX_SECONDS),
        age=_seconds(fields.get("age", 0)),
    )


def _key(value: object) -> uuid.UUID:
    try:
        return uuid.UUID(value if isinstance(value, str) else "")
    except ValueError:
        raise Refused(_("Each act needs a UUID as its key.")) from None


def _words(fields: Mapping[str, object], name: str, longest: int) -> str:
    value = fields.get(name) or ""
    # PostgreSQL refuses NUL, and a lone surrogate cannot be encoded: neither is text.
    if not isinstance(value, str) or "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Refused(_("%(name)s must be text.") % {"name": name})
    return value.strip()[:longest]


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Refused(_("The seconds of an act must be a number."))
    return max(float(value), 0.0)
