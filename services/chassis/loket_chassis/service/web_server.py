"""nameko's web server, changed so that no error of a connection ends the process."""

from __future__ import annotations

from functools import partial
from typing import Any

import eventlet
import structlog
from nameko.web import server

log = structlog.get_logger("access")

#: seconds to wait after a connection could not be accepted, such as when no file descriptor is left
ACCEPT_RETRY_SECONDS = 0.1


class WebServer(server.WebServer):
    """In nameko, a connection that cannot be accepted, or is reset early, ends the container."""

    def run(self) -> None:
        while self._is_accepting:
            try:
                sock, address = self._sock.accept()
            except OSError as error:
                if self._is_accepting:
                    log.warning("a connection cannot be accepted", error=str(error))
                    eventlet.sleep(ACCEPT_RETRY_SECONDS)
                continue
            sock.settimeout(self._serv.socket_timeout)
            self.container.spawn_managed_thread(partial(self.process_request, sock, address))

    def process_request(self, sock: Any, address: Any) -> None:
        try:
            super().process_request(sock, address)
        except OSError as error:
            log.debug("a connection was reset", error=str(error))
