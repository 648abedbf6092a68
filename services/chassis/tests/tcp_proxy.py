"""A TCP proxy between a service and a server, whose outages tests decide: gone, or reachable and silent."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

from loket_local.ports import LOOPBACK


class TcpProxy:
    """Forwards connections to `target`. While gone it refuses them; while silent it accepts them and sends nothing."""

    def __init__(self, port: int, target: tuple[str, int]) -> None:
        self.port = port
        self._target = target
        self._forwards = threading.Event()
        self._forwards.set()
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()

    def listen(self) -> None:
        listener = socket.create_server((LOOPBACK, self.port))
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def close(self) -> None:
        """Refuse new connections, and reset those that exist, as a server does whose process was killed."""
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        for each in list(self._open):
            _reset(each)
        self._open.clear()

    @contextlib.contextmanager
    def gone(self) -> Iterator[None]:
        self.close()
        try:
            yield
        finally:
            self.listen()

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        """As a server that was stopped (SIGSTOP): the kernel still accepts connections, and nothing answers."""
        self._forwards.clear()
        try:
            yield
        finally:
            self._forwards.set()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        self._open.add(client)
        self._forwards.wait()
        try:
            server = socket.create_connection(self._target)
        except OSError:
            _reset(client)
            return
        self._open.add(server)
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=self._forward, args=(source, sink), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(65_536):
                self._forwards.wait()
                sink.sendall(part)
        for each in (source, sink):
            _reset(each)
            self._open.discard(each)


def _reset(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()
