"""Free ports on this machine, and the process that uses a taken one."""

from __future__ import annotations

import random
import socket
from pathlib import Path

from .processes import StartFailed

LOOPBACK = "127.0.0.1"
#: registered ports that few programs use, below Linux' default ip_local_port_range of 32768-60999
SETTLED = (20000, 32000)
#: not the shared generator: a test that seeds it would let several processes choose the same ports
_random = random.SystemRandom()


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def find_free(count: int) -> list[int]:
    """`count` different free ports, below those that the system gives to outgoing connections.

    A port from that upper range can be taken by a connection between the check and the start of the server.
    """
    found: set[int] = set()
    while len(found) < count:
        port = _random.randrange(*SETTLED)
        if is_free(port):
            found.add(port)
    return list(found)


def require_free(port: int, what: str, setting: str) -> None:
    """Raises StartFailed, naming the holder of the port and the setting that chooses another one."""
    if not is_free(port):
        raise StartFailed(
            f"Port {port} for {what} is taken{_holder(port)}. "
            f"Stop that program, or choose another port: {setting}=<port> make run"
        )


def _holder(port: int) -> str:
    """The name and id of the process that listens on `port`, when /proc shows it."""
    inodes = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
            inodes.add(f"socket:[{fields[9]}]")
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if str(descriptor.readlink()) in inodes:
                process = descriptor.parents[1]
                return f" by {(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:
            continue
    return ""
