"""Where a webhook may lead: to a public address over https, or to a network that the settings name.

A URL is looked at when it is added, and the address that its name leads to with every connection, which is then made to
that very address: a name that changes its mind reaches nothing inside. Plain http is for loopback alone.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LONGEST_URL = 2_000
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class ForbiddenAddressError(Exception):
    """The webhook leads to where it may not; the message says why."""


def networks(text: str) -> tuple[Network, ...]:
    """The networks of the setting, comma separated. Raises `ForbiddenAddressError` for one that is none."""
    try:
        return tuple(ipaddress.ip_network(each.strip()) for each in text.split(",") if each.strip())
    except ValueError as error:
        raise ForbiddenAddressError(f"TAMGA_WEBHOOK_NETWORKS: {error}") from None


def check_url(url: str, allowed: Sequence[Network]) -> None:
    """Raise `ForbiddenAddressError` unless a webhook may have this URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ForbiddenAddressError("the URL is not well-formed") from None
    if not host or port == 0 or len(url) > LONGEST_URL or not url.isascii() or any(c <= " " for c in url):
        raise ForbiddenAddressError("the URL is not well-formed")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ForbiddenAddressError("the URL holds a user, a password or a fragment: leave them out")
    address = _literal(host)
    if parts.scheme == "http" and (address is None or not address.is_loopback):
        raise ForbiddenAddressError("the URL must begin with https://; http is for loopback addresses alone")
    if parts.scheme not in ("http", "https"):
        raise ForbiddenAddressError("the URL must begin with https://")
    if address is not None and not may_reach(address, allowed):
        raise ForbiddenAddressError(f"{host} is no public address: TAMGA_WEBHOOK_NETWORKS names the others")


def may_reach(address: Address, allowed: Sequence[Network]) -> bool:
    """Is it public, or in a network that the settings name?"""
    address = _inner(address)
    named = any(address.version == network.version and address in network for network in allowed)
    return named or (address.is_global and not address.is_multicast)


def resolved(host: str, port: int, allowed: Sequence[Network]) -> list[str]:
    """The addresses of a host, if a webhook may reach all of them. Raises `ForbiddenAddressError`, `OSError`."""
    found = dict.fromkeys(str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    for text in found:
        if not may_reach(ipaddress.ip_address(text.partition("%")[0]), allowed):
            raise ForbiddenAddressError("the name leads to an address that is not public")
    return list(found)


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, else itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
