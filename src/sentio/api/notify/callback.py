"""Where notifications may go: no address of the operator's own network unless it is allowed.

A name is looked up by us, every address behind it is judged, and one of them is connected to: so
a name that later leads elsewhere gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from sentio.api.problems import RequestError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Iterable[str]]
"""Gives the addresses of a host; raises `OSError` where it is not known."""

PORTS = {"http": 80, "https": 443}
LONGEST = 2000  # characters
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last 32 bits
IPV4_BITS = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to connect to: ``url`` as it is asked for, ``connect`` with the address in it."""

    url: str
    connect: str
    host: str  # as in the Host header, with its port
    name: str  # as a certificate must say


def resolve(host: str, port: int) -> list[str]:
    """Look a host up."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]).partition("%")[0] for entry in found]


def target_of(url: str, *, allow_private: bool, lookup: Resolve = resolve) -> Target:
    """Find where a callback leads.

    Raises
    ------
    RequestError
        It is no address of HTTP, cannot be found, or leads into a network that is not public.
    """
    parts = split_callback(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    try:
        addresses = [ipaddress.ip_address(text) for text in lookup(host, port)]
    except (OSError, UnicodeError, ValueError) as error:
        raise _wrong(f"{host!r} cannot be found", "a host that can be looked up") from error
    if not addresses:
        raise _wrong(f"{host!r} has no address", "a host that can be looked up")
    for address in addresses:
        if not allow_private and not is_public(address):
            raise _wrong(
                f"{host!r} leads to {address}, which is not public",
                "an address that the whole world can reach",
                "Set notify_allow_private if callbacks within your own network are wanted.",
            )
    return _target(parts, addresses[0], port)


def split_callback(url: str) -> SplitResult:
    """Take a callback apart, or raise `RequestError` where it is not one."""
    expected = "http:// or https://, a host, and no user, password or fragment"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _wrong(f"{url[:100]!r} is no address", expected) from error
    is_plain = all("!" <= sign <= "~" for sign in url) and len(url) <= LONGEST
    has_more = parts.username is not None or parts.password is not None or parts.fragment
    if parts.scheme not in PORTS or not parts.hostname or port == 0 or has_more or not is_plain:
        raise _wrong(f"{url[:100]!r} is no address for callbacks", expected)
    return parts


def is_public(address: Address) -> bool:
    """Tell whether the whole world may reach an address, also where it stands for another one.

    Examples
    --------
    >>> [is_public(ipaddress.ip_address(a)) for a in ("9.9.9.9", "10.0.0.1", "::ffff:127.0.0.1")]
    [True, False, False]
    """
    inner = _inner(address)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast


def _inner(address: Address) -> Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & IPV4_BITS)
    return address.ipv4_mapped or address.sixtofour


def _target(parts: SplitResult, address: Address, port: int) -> Target:
    literal = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004  (IPv6)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(
        url=parts.geturl(),
        connect=f"{parts.scheme}://{literal}:{port}{path}",
        host=parts.netloc,
        name=parts.hostname or "",
    )


def _wrong(what: str, expected: str, next_step: str = "") -> RequestError:
    return RequestError(422, what, where="callback", expected=expected, next_step=next_step)
