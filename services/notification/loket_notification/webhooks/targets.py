"""Where a webhook may go: to a public address, and to the very one that was looked at (no forged requests)."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3
from eventlet import Timeout
from urllib3.exceptions import HTTPError

SECONDS = 10.0
#: for looking up a name: less than who subscribes waits, and a name server that says nothing takes five
LOOKUP_SECONDS = 1.0
MAX_BYTES_READ = 2000
#: all IPv6 addresses of the internet; translators of IPv4 (64:ff9b::/96), among others, lie outside
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")


class NotAllowed(Exception):
    """Nothing may be sent there; the text says why."""


class NotReached(Exception):
    """There was no answer; the text says why, and names no address of ours."""


@dataclass(frozen=True)
class Target:
    """An address that was looked at. `ip`: the one that is connected to, whatever the name becomes."""

    scheme: str
    host: str
    port: int
    path: str
    ip: str


def look_at(url: str, private_too: bool) -> Target:
    """Raises NotAllowed: not https, a private, local or reserved address, or a name that leads nowhere.

    `private_too`: also http, and addresses that are not public; for who runs a portal on the same network.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise NotAllowed("it is no address") from error
    if parts.scheme != "https" and not (private_too and parts.scheme == "http"):
        raise NotAllowed("it must begin with https://")
    if not parts.hostname or parts.username is not None or parts.fragment:
        raise NotAllowed("it has no host, or has a user or a fragment")
    try:
        with Timeout(LOOKUP_SECONDS, TimeoutError):
            found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except TimeoutError as error:
        raise NotAllowed("its host could not be looked up in time; try again") from error
    except (OSError, UnicodeError) as error:
        raise NotAllowed("its host leads nowhere") from error
    addresses = [str(each[4][0]) for each in found]
    if not private_too and not all(_is_public(address) for address in addresses):
        raise NotAllowed("it is not a public one")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port, path, addresses[0])


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        # behind ::ffff:0:0/96 and 2002::/16 lies an IPv4 address, which is the one that counts
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip not in GLOBAL_UNICAST:
            return False
        ip = inner or ip
    return ip.is_global and not ip.is_multicast


def push(target: Target, body: bytes, headers: dict[str, str]) -> int:
    """POST it, and follow no redirect. The status of the answer; raises NotReached."""
    timeout = urllib3.Timeout(connect=SECONDS / 2, read=SECONDS)
    given = {**headers, "Host": f"{target.host}:{target.port}" if target.port not in (80, 443) else target.host}
    pool: urllib3.HTTPConnectionPool
    if target.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            target.ip, target.port, timeout=timeout, retries=False, server_hostname=target.host,
            assert_hostname=target.host,
        )  # fmt: skip
    else:
        pool = urllib3.HTTPConnectionPool(target.ip, target.port, timeout=timeout, retries=False)
    try:
        answer = pool.request("POST", target.path, body=body, headers=given, redirect=False, preload_content=False)
        answer.read(MAX_BYTES_READ)
        answer.release_conn()
        return int(answer.status)
    except HTTPError as error:
        raise NotReached(type(error).__name__) from error
    finally:
        pool.close()
