"""Check the target of a webhook and connect to the address that was checked, against SSRF."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3
from eventlet import Timeout
from urllib3.exceptions import HTTPError

SECONDS = 10.0
#: for a DNS lookup: shorter than the timeout of the caller; a silent name server takes five seconds
LOOKUP_SECONDS = 1.0
MAX_BYTES_READ = 2000
#: all public IPv6 addresses; translators of IPv4 (64:ff9b::/96), among others, are outside
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")


class NotAllowed(Exception):
    """The target is not allowed; the message says why."""


class NotReached(Exception):
    """The target did not respond; the message says why, without internal addresses."""


@dataclass(frozen=True)
class Target:
    """A checked target. `ip`: the address to connect to, even if the name resolves differently later."""

    scheme: str
    host: str
    port: int
    path: str
    ip: str


def check_target(url: str, allow_private: bool) -> Target:
    """Resolve and check a URL. Raises NotAllowed: not https, a private or reserved address, or an unknown host.

    `allow_private`: also http and addresses that are not public, for portals on the same network.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise NotAllowed("it is no address") from error
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
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
    if not allow_private and not all(_is_public(address) for address in addresses):
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
    """POST the body without following redirects. Return the status; raises NotReached."""
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
