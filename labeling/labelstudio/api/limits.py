"""How much may be asked: so many requests a second with one token, and bodies of so many bytes."""

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from ninja.parser import Parser

from labeling.labelstudio.sound import is_sound

# A JSON body of an import, which is held in memory; files go to the disk and have the limit of every upload.
IMPORT_MAX = 20_000_000
# So many tokens are remembered; whoever was forgotten begins anew, with a full bucket.
REMEMBERED = 10_000


class Buckets:
    """A bucket a token: `burst` requests at once, then `rate` a second. Of this process alone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._left: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def take(self, token: str) -> float:
        """Takes one request out; returns 0, or the seconds to wait where there is none left."""
        rate, burst = settings.API_RATE, settings.API_BURST
        if not rate:
            return 0.0
        key, now = blake2b(token.encode(), digest_size=16).digest(), self._clock()
        with self._lock:
            left, at = self._left.pop(key, (float(burst), now))
            left = min(float(burst), left + (now - at) * rate)
            wait = 0.0 if left >= 1 else (1 - left) / rate
            self._left[key] = (left if wait else left - 1, now)
            if len(self._left) > REMEMBERED:
                self._left.popitem(last=False)
        return wait


BUCKETS = Buckets()


class SoundParser(Parser):
    """Reads JSON as the standard has it, and nothing that a database refuses later."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The object of the body. Raises HttpError 400 for what is none."""
        found = loads(request.body)
        if not isinstance(found, dict):
            raise HttpError(400, _("Send a JSON object."))
        return found


def loads(body: bytes, *, sound: bool = True) -> Any:
    """The JSON of `body`; raises HttpError 400. Without `sound`, half characters and NUL within texts pass."""
    try:
        found = json.loads(body.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise HttpError(400, _("The body is no JSON: %(why)s") % {"why": str(error)[:200]}) from None
    # Only escapes can bring them in; the walk is spared where there is none.
    if sound and b"\\u" in body and not is_sound(json.dumps(found, ensure_ascii=False)):
        raise HttpError(400, _("The body holds half a character (a lone surrogate) or a NUL; send it without."))
    return found


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")
