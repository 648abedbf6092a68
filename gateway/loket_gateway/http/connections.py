"""Limits of one client's connection."""

from __future__ import annotations

import re
import socket
from email import errors
from typing import Any

import eventlet
from eventlet.hubs import get_hub
from nameko.web.server import HttpOnlyProtocol

#: a connection without data is closed after this many seconds
IDLE_SECONDS = 30
#: seconds from one response to the end of the next request's header section, however slowly it arrives
HEAD_SECONDS = 60
#: bytes of a URL with its query; a longer one is refused with 414
MAX_URL_BYTES = 8192
#: bytes of the request line; the server reads no further
MAX_LINE_BYTES = 4 * MAX_URL_BYTES
#: connections that wait to be accepted
BACKLOG = 1024
#: RFC 9110, 8.6
_LENGTH = re.compile("[0-9]+")
#: what the parser reports for a line that is no header field, such as one with a blank before its colon; it takes the
#: rest for a body (RFC 9112, 5.1)
_NO_FIELD = (
    errors.MissingHeaderBodySeparatorDefect,
    errors.FirstHeaderLineIsContinuationDefect,
    errors.InvalidHeaderDefect,
)


class HttpProtocol(HttpOnlyProtocol):
    """eventlet's protocol, with a time limit on the whole header section. Its own limit is on each read."""

    def handle_one_request(self) -> None:
        # a timer of the hub is released when it is cancelled; a waiting thread would stay until its time
        self._head = get_hub().schedule_call_global(HEAD_SECONDS, self._cut)
        try:
            super().handle_one_request()
        finally:
            self._head.cancel()

    def parse_request(self) -> bool:
        if not super().parse_request():
            return False
        # request smuggling: a proxy may use the other of two lengths, and read the rest as a new request
        lengths = self.headers.get_all("Content-Length", ())
        if (
            len(lengths) > 1
            or not all(_LENGTH.fullmatch(each.strip()) for each in lengths)
            or len(self.headers.get_all("Host", ())) > 1
            or any(isinstance(each, _NO_FIELD) for each in self.headers.defects)
        ):
            self.wfile.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            self.close_connection = 1
            return False
        return True

    def get_environ(self) -> Any:
        self._head.cancel()  # the header section is complete
        return super().get_environ()

    def _cut(self) -> None:
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it is closed already


def listen(address: tuple[str, int], shared: bool) -> Any:
    """Return a listening socket. `shared`: several gateways of this machine share the port (SO_REUSEPORT)."""
    sock = eventlet.listen(address, backlog=BACKLOG, reuse_port=shared)
    sock.settimeout(None)  # https://github.com/celery/kombu/issues/838
    return sock
