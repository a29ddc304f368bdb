"""An httpx transport that speaks to one machine alone."""

import time
from collections.abc import Iterator, Sequence
from typing import cast
from urllib.parse import urlsplit

import httpx
from django.utils.translation import gettext as _

from labeling.errors import Refused

# So much of an answer is read, and for so long: a server that never ends keeps no worker, and fills no memory.
MOST_BYTES = 64_000_000
PATIENCE = 600.0


class Pinned(httpx.BaseTransport):
    """Speaks to the machine of `url`, at the `addresses` that its name led to when they were looked at.

    The name is asked for once, so one that leads elsewhere a moment later changes nothing; names of certificates are
    checked as ever. Raises Refused for a request to another machine, for an answer that leads to another place, is
    packed or has more than MOST_BYTES; httpx.ReadTimeout for one that has not ended after PATIENCE seconds.
    `inner`: what carries the requests, for tests.
    """

    def __init__(self, url: str, addresses: Sequence[str], *, inner: httpx.BaseTransport | None = None) -> None:
        self._origin = httpx.URL(url)
        self._addresses = list(addresses)
        self._inner = inner or httpx.HTTPTransport(trust_env=False)
        # When the machine last answered, by its own clock, as it says it.
        self.date = ""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if (request.url.scheme, request.url.host, request.url.port) != (
            self._origin.scheme,
            self._origin.host,
            self._origin.port,
        ):
            raise Refused(_("Only %(url)s is spoken to here.") % {"url": self._origin})
        response = self._at_one_of_them(request)
        if response.is_redirect:
            said = _("%(url)s leads on to %(place)s, which is not followed. Give the address that it leads to.")
            raise Refused(said % {"url": self._origin, "place": _place(response)})
        # What is packed may be of any size when it is unpacked.
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise Refused(_("%(url)s packs its answers, though it was asked not to.") % {"url": self._origin})
        response.stream = _Measured(cast(httpx.SyncByteStream, response.stream), self._origin)
        self.date = response.headers.get("Date", "")
        return response

    def _at_one_of_them(self, request: httpx.Request) -> httpx.Response:
        """The answer of the first address at which somebody listens, which is then the one for all that follows."""
        while len(self._addresses) > 1:
            try:
                return self._inner.handle_request(self._to(self._addresses[0], request))
            except httpx.ConnectError:
                del self._addresses[0]
        return self._inner.handle_request(self._to(self._addresses[0], request))

    def _to(self, address: str, request: httpx.Request) -> httpx.Request:
        # The header Host is in the request already; the certificate is that of the name.
        extensions = {**request.extensions, "sni_hostname": self._origin.host}
        url, headers = request.url.copy_with(host=address), request.headers.copy()
        headers["Accept-Encoding"] = "identity"
        return httpx.Request(request.method, url, headers=headers, stream=request.stream, extensions=extensions)

    def close(self) -> None:
        self._inner.close()


class _Measured(httpx.SyncByteStream):
    """The body of an answer, as far as it is read."""

    def __init__(self, stream: httpx.SyncByteStream, origin: httpx.URL) -> None:
        self._stream = stream
        self._origin = origin

    def __iter__(self) -> Iterator[bytes]:
        n, until = 0, time.monotonic() + PATIENCE
        for piece in self._stream:
            n += len(piece)
            if n > MOST_BYTES:
                said = _("%(url)s answers with more than %(n)d MB, which is not read.")
                raise Refused(said % {"url": self._origin, "n": MOST_BYTES // 1_000_000})
            if time.monotonic() > until:
                raise httpx.ReadTimeout(f"The answer had not ended after {PATIENCE:.0f} seconds.")
            yield piece

    def close(self) -> None:
        self._stream.close()


def _place(response: httpx.Response) -> str:
    """Where a redirect leads, without what may be secret in it."""
    parts = urlsplit(response.headers.get("Location", ""))
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else parts.path[:100] or "?"
