"""Scan uploaded files for viruses with ClamAV's daemon, over its INSTREAM command (clamd(8))."""

from __future__ import annotations

import re
import socket
import struct

from loket_chassis.runtime.outages import Outage
from loket_chassis.runtime.unavailable import Unavailable

#: seconds for each step of a scan: connect, send, receive
TIMEOUT = 5.0
#: bytes; clamd ends the stream at its own StreamMaxLength, which is 25 MB by default
CHUNK = 1 << 16
LENGTH = struct.Struct("!I")
#: a longer response is not one of clamd
MAX_RESPONSE = 4096

OUTAGE = Outage("virus scanner")


class VirusScanner:
    """The clamd at `address`, as host:port."""

    def __init__(self, address: str, timeout: float = TIMEOUT) -> None:
        host, _, port = address.rpartition(":")
        self._server = host, int(port)
        self._timeout = timeout

    def __call__(self, content: bytes) -> bool | None:
        """Whether clamd finds a virus; None when it gives no verdict about this file. Raises Unavailable."""
        try:
            response = self._scan(content)
        except OSError as error:
            OUTAGE.begin(repr(error))
            raise Unavailable("the virus scanner is unavailable") from error
        if not re.fullmatch(rb"stream: (OK|.+ FOUND)", response):
            OUTAGE.begin(f"it responds {response!r}")
            return None
        OUTAGE.end()
        return not response.endswith(b": OK")

    def _scan(self, content: bytes) -> bytes:
        with socket.create_connection(self._server, self._timeout) as connection:
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                chunk = content[start : start + CHUNK]
                connection.sendall(LENGTH.pack(len(chunk)) + chunk)
            connection.sendall(LENGTH.pack(0))
            response = b""
            while not response.endswith(b"\0") and len(response) < MAX_RESPONSE:
                received = connection.recv(MAX_RESPONSE)
                if not received:
                    break
                response += received
        return response.rstrip(b"\0")
