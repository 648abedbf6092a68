"""Who a request counts for: an account or API key by its own name, everybody else by network address."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from ..access.roles import Caller

UNKNOWN = "?"
#: a subscriber gets at least a /64, and can use every address in it (RFC 6177)
IPV6_PREFIX = 64


@lru_cache(maxsize=4096)
def client_network(address: str | None) -> str:
    """The client behind a network address: an IPv4 address as it is, an IPv6 address by its /64."""
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
    """What limits count by, and what an Idempotency-Key belongs to: an account or key, else the client."""
    return f"{caller.by}:{caller.municipality}/{caller.name}" if caller.is_known else client_network(address)


def anonymous_client(caller: Caller, address: str | None) -> str | None:
    """The client, when no account or key is known for it."""
    return None if caller.is_known else client_network(address)
