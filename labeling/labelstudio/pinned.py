"""An httpx transport that speaks to one machine alone."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import httpx
from django.utils.translation import gettext as _

from labeling.errors import Refused


class Pinned(httpx.BaseTransport):
    """Speaks to the machine of `url`, at the `addresses` that its name led to when they were looked at.

    The name is asked for once, so one that leads elsewhere a moment later changes nothing; names of certificates are
    checked as ever. Raises Refused for a request to another machine, and for an answer that leads to another place.
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
        url = request.url.copy_with(host=address)
        return httpx.Request(request.method, url, headers=request.headers, stream=request.stream, extensions=extensions)

    def close(self) -> None:
        self._inner.close()


def _place(response: httpx.Response) -> str:
    """Where a redirect leads, without what may be secret in it."""
    parts = urlsplit(response.headers.get("Location", ""))
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else parts.path[:100] or "?"
