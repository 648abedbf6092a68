"""What a request counts for: its account or API key, else its network address."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from ..access.roles import Caller

UNKNOWN = "?"
#: a subscriber gets at least a /64, and can use every address in it (RFC 6177)
IPV6_PREFIX = 64


@lru_cache(maxsize=4096)
def client_network(address: str | None) -> str:
    """Return the client of a network address: the IPv4 address, or the /64 of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is None:
            return str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False))
        return str(parsed.ipv4_mapped)
    return str(parsed)


def limit_key(caller: Caller, address: str | None) -> str:
    """Return what limits and Idempotency-Keys are counted by: the account or key, else the client."""
    return f"{caller.by}:{caller.municipality}/{caller.name}" if caller.is_known else client_network(address)


def anonymous_client(caller: Caller, address: str | None) -> str | None:
    """Return the client of a request without account or key, else None."""
    return None if caller.is_known else client_network(address)
