"""Which Label Studio servers may be spoken to, and at which addresses of the network.

An owner types no address: they choose one that whoever runs the server has listed. What a listed name leads to is
looked at as well, since a name may be led to a machine behind the fence after it was listed.
"""

import ipaddress
import socket
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from factcheck.env import address
from labeling.errors import Refused

Found = ipaddress.IPv4Address | ipaddress.IPv6Address
# Behind it a gateway speaks to the IPv4 address of the last 32 bits.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Where clouds hand out their keys beside the link-local address.
_HANDING_OUT_KEYS = {ipaddress.ip_address(one) for one in ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200")}


def servers() -> list[str]:
    """The addresses that owners may choose; none where it is off."""
    return list(settings.LABEL_STUDIO_SERVERS)


def spelled(url: str) -> str:
    """The address in the one spelling that rows hold. Raises Refused where it is none."""
    try:
        return address(url)
    except ValueError:
        said = _("%(url)s is no address of a Label Studio server. Write it like https://labels.example.org.")
        raise Refused(said % {"url": url[:200]}) from None


def require(url: str) -> str:
    """The address in its one spelling. Raises Refused where it is not on the list."""
    wanted = spelled(url)
    if wanted not in servers():
        said = _(
            "%(url)s is not among the Label Studio servers of this installation. Whoever runs Factcheck adds it to "
            "FACTCHECK_LABEL_STUDIO_SERVERS."
        )
        raise Refused(said % {"url": wanted})
    return wanted


def resolved(url: str, *, private: bool | None = None) -> list[str]:
    """The addresses of the machine that `url` names, of which every one may be spoken to.

    `private`: whether machines of private networks, this one among them, may be; by default as the settings say. Raises
    Refused where the name leads nowhere, or any of its addresses is one that may not be spoken to.
    """
    inside = settings.LABEL_STUDIO_PRIVATE if private is None else private
    parts = urlsplit(url)
    host = str(parts.hostname)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        said = _("There is no machine called %(host)s, as far as this one can tell. Check the address.")
        raise Refused(said % {"host": host}) from None
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    for one in addresses:
        if not _may_be_spoken_to(ipaddress.ip_address(one.partition("%")[0]), inside=inside):
            said = (
                _("%(host)s leads to %(address)s, which is never spoken to.")
                if inside
                else _(
                    "%(host)s leads to %(address)s, which is not on the open network. If this is meant, whoever runs "
                    "Factcheck sets FACTCHECK_LABEL_STUDIO_PRIVATE to 1."
                )
            )
            raise Refused(said % {"host": host, "address": one})
    return addresses


def _may_be_spoken_to(found: Found, *, inside: bool) -> bool:
    """Whether it is on the open network; with `inside`, in a private one.

    Never that of a whole network, nor one under which a cloud hands out its keys.
    """
    found = _carried(found)
    if found.is_multicast or found.is_unspecified or found.is_link_local or found in _HANDING_OUT_KEYS:
        return False
    if (
        isinstance(found, ipaddress.IPv6Address)
        and not found.is_loopback
        and (found.is_reserved or found.is_site_local)
    ):
        return False
    return found.is_global or (inside and (found.is_private or found.is_loopback))


def _carried(found: Found) -> Found:
    """The IPv4 address that an IPv6 one leads to, if it does."""
    if isinstance(found, ipaddress.IPv4Address):
        return found
    if found in _NAT64:
        return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.ipv4_mapped or found.sixtofour or found
