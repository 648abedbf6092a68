"""Resolve host names with the system's resolver, in a thread, so that other green threads go on.

eventlet's own resolver keeps two copies of dnspython in memory, 20 MiB in each process, and does not read all the
configuration that the system's resolver does.
"""

from __future__ import annotations

import socket
from typing import Any

_of_the_system = socket.getaddrinfo


def in_a_thread() -> None:
    """Replace getaddrinfo. Call it after the sockets are patched."""
    from eventlet.green import _socket_nodns
    from eventlet.green import socket as green

    for module in (socket, green, _socket_nodns):
        vars(module)["getaddrinfo"] = getaddrinfo


def getaddrinfo(host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> list[Any]:
    """As socket.getaddrinfo. A name goes to a thread; an address is parsed here."""
    try:
        return list(_of_the_system(host, port, family, type, proto, flags | socket.AI_NUMERICHOST))
    except socket.gaierror:
        from eventlet import tpool

        return list(tpool.execute(_of_the_system, host, port, family, type, proto, flags))
