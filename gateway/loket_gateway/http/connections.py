"""One client's connection: how long it may take to say what it wants, and what becomes of it when it breaks off."""

from __future__ import annotations

import re
import socket
from typing import Any

import eventlet
from eventlet.hubs import get_hub
from nameko.web.server import HttpOnlyProtocol

#: a connection on which nothing comes for so long is closed
IDLE_SECONDS = 30
#: from one answer to the end of the next request's head; a head that comes drop by drop takes no longer
HEAD_SECONDS = 60
#: bytes of an address with its query; a longer one is told so
MAX_URL_BYTES = 8192
#: bytes of the first line of a head; with a longer one nothing more is read
MAX_LINE_BYTES = 4 * MAX_URL_BYTES
#: connections that wait to be taken up
BACKLOG = 1024
#: when there are no more file descriptors, so long until the next is taken up
ACCEPT_RETRY_SECONDS = 0.1
#: RFC 9110, 8.6
_LENGTH = re.compile("[0-9]+")


class HttpProtocol(HttpOnlyProtocol):
    """eventlet's, with a limit on the whole of a head; its own limit is on each piece that comes in."""

    def handle_one_request(self) -> None:
        # a timer of the hub, which is gone when it is cancelled; a thread that waits would stay until its time
        self._head = get_hub().schedule_call_global(HEAD_SECONDS, self._cut)
        try:
            super().handle_one_request()
        finally:
            self._head.cancel()

    def parse_request(self) -> bool:
        if not super().parse_request():
            return False
        # a proxy before us may take another of two lengths, or none, and read the rest as a request of its own
        lengths = self.headers.get_all("Content-Length", ())
        if len(lengths) > 1 or not all(_LENGTH.fullmatch(each.strip()) for each in lengths):
            self.wfile.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            self.close_connection = 1
            return False
        return True

    def get_environ(self) -> Any:
        self._head.cancel()  # the head is there
        return super().get_environ()

    def _cut(self) -> None:
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it is gone already


def listen(address: tuple[str, int], shared: bool) -> Any:
    """A listening socket. `shared`: other gateways of this machine listen on the same port, and the kernel divides."""
    sock = eventlet.listen(address, backlog=BACKLOG, reuse_port=shared)
    sock.settimeout(None)  # https://github.com/celery/kombu/issues/838
    return sock
