"""HTTP during startup: the service is live, not ready, and everything else is unavailable."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import eventlet
import eventlet.wsgi
from nameko.web.server import parse_address

from loket_contracts.error_codes import ERRORS

UNAVAILABLE = ERRORS["service-unavailable"]
#: seconds
RETRY_AFTER = 5


@contextmanager
def answer_probes(config: Mapping[str, Any], waits_for: Callable[[], dict[str, str]]) -> Iterator[None]:
    """Serve the probes at the addresses of the service inside the block. `waits_for`: why it is not ready."""
    addresses = filter(None, (config["WEB_SERVER_ADDRESS"], config.get("PROBE_ADDRESS")))
    listeners = [eventlet.listen(parse_address(each)) for each in addresses]
    log = logging.getLogger(__name__)
    servers = [
        eventlet.spawn(
            eventlet.wsgi.server, each, _app(waits_for), log=log, log_output=False, keepalive=False, debug=False
        )
        for each in listeners
    ]
    try:
        yield
    finally:
        for server, listener in zip(servers, listeners, strict=True):
            server.kill()
            listener.close()


def _app(waits_for: Callable[[], dict[str, str]]) -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        kind, status = "application/json", "503 Service Unavailable"
        body: dict[str, Any]
        if path == "/health/live":
            status, body = "200 OK", {"status": "ok"}
        elif path == "/health/ready":
            body = {"status": "unavailable", **waits_for()}
        else:
            kind = "application/problem+json"
            body = {"title": UNAVAILABLE.title, "status": 503, "code": UNAVAILABLE.code, "detail": UNAVAILABLE.detail}
        start_response(status, [("Content-Type", kind), ("Retry-After", str(RETRY_AFTER)), ("Connection", "close")])
        return [json.dumps(body).encode() + b"\n"]

    return app
