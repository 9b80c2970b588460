"""Which addresses are the public internet, and which are somebody's own network.

A guest that may fetch from the internet must not reach what only the host can: services on its
loopback interface, neighbours on its network, the metadata service of its cloud. The lists are
IANA's registries of special-purpose addresses. They are spelled out, since what
``ipaddress.is_global`` says has changed between versions of Python.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_SPECIAL: Final[dict[str, str]] = {
    "0.0.0.0/8": "an address of this host",
    "10.0.0.0/8": "a private address",
    "100.64.0.0/10": "a shared address of a provider",
    "127.0.0.0/8": "a loopback address",
    "169.254.0.0/16": "a link-local address, as metadata services have",
    "172.16.0.0/12": "a private address",
    "192.0.0.0/24": "a protocol assignment",
    "192.0.2.0/24": "an address for documentation",
    "192.88.99.0/24": "a 6to4 relay",
    "192.168.0.0/16": "a private address",
    "198.18.0.0/15": "an address for benchmarks",
    "198.51.100.0/24": "an address for documentation",
    "203.0.113.0/24": "an address for documentation",
    "224.0.0.0/4": "a multicast address",
    "240.0.0.0/4": "a reserved or broadcast address",
    "168.63.129.16/32": "a cloud's metadata service",
    "100.100.100.200/32": "a cloud's metadata service",
    "::/128": "the unspecified address",
    "::1/128": "a loopback address",
    "100::/64": "a discard address",
    "2001::/23": "a protocol assignment",
    "2001:db8::/32": "an address for documentation",
    "3fff::/20": "an address for documentation",
    "5f00::/16": "a segment-routing address",
    "fc00::/7": "a private address",
    "fe80::/10": "a link-local address",
    "fec0::/10": "a site-local address",
    "ff00::/8": "a multicast address",
}
_RULES: Final = [(ipaddress.ip_network(text), kind) for text, kind in _SPECIAL.items()]
_GLOBAL_UNICAST: Final = ipaddress.ip_network("2000::/3")

# Addresses of IPv6 that lead to one of IPv4, and the bits by which its own are shifted.
_EMBEDDED: Final[Sequence[tuple[ipaddress.IPv6Network, int]]] = (
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped
    (ipaddress.IPv6Network("::ffff:0:0:0/96"), 0),  # IPv4-translated (RFC 2765)
    (ipaddress.IPv6Network("::/96"), 0),  # IPv4-compatible, long deprecated
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (ipaddress.IPv6Network("2002::/16"), 80),  # 6to4
)


def parse_networks(networks: Iterable[str]) -> tuple[Network, ...]:
    """Networks as an owner writes them: ``"10.0.0.0/8"``, ``"::1"``.

    Raises:
        ValueError: one is no address and no network.
        TypeError: one is no text.
    """
    parsed = []
    for text in networks:
        # ip_network takes numbers as well, and 10 for 0.0.0.10.
        if not isinstance(text, str):
            raise TypeError(f"private has networks such as '10.1.0.0/16', not {text!r}")
        try:
            parsed.append(ipaddress.ip_network(text))
        except ValueError as error:
            raise ValueError(f"private: {error}; write it like '10.1.0.0/16'") from None
    return tuple(parsed)


def why_refused(address: str, allowed: Iterable[Network] = ()) -> str | None:
    """What an address is that a guest must not reach; None: it may.

    Args:
        address: an IPv4 or IPv6 address as text, with or without a zone.
        allowed: networks that the owner has opened.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "no IP address"
    inner = _embedded(ip)
    if any(each in network for network in allowed for each in (ip, inner) if each is not None):
        return None
    if inner is not None and int(ip) > 1:
        kind = why_refused(str(inner))
        if kind is not None:
            return f"{kind} inside one of IPv6"
        return None if ip in _GLOBAL_UNICAST or _leads_outside(ip) else "a deprecated address"
    for network, kind in _RULES:
        if ip in network:
            return kind
    if ip.version == 6 and ip not in _GLOBAL_UNICAST:
        return "no address of the public internet"
    return None


def _embedded(ip: Address) -> ipaddress.IPv4Address | None:
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    for network, shift in _EMBEDDED:
        if ip in network:
            return ipaddress.IPv4Address((int(ip) >> shift) & 0xFFFF_FFFF)
    return None


def _leads_outside(ip: Address) -> bool:
    """Mapped addresses and NAT64 reach the public address that they hold."""
    return any(ip in _EMBEDDED[index][0] for index in (0, 3))
