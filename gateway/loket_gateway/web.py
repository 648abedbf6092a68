"""The web side of nameko for this gateway: limits, traces, the access log, and errors as problems or pages."""

from __future__ import annotations

import logging
import socket
import time
from functools import partial
from typing import Any

import structlog
from eventlet.event import Event
from nameko.web.handlers import HttpRequestHandler
from nameko.web.server import HttpOnlyProtocol, WebServer, wsgi
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import RequestRedirect
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from loket_chassis import tracing
from loket_contracts.errors import Refusal

from . import problems
from .pages.render import problem_page

log = structlog.get_logger("access")

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
IDLE_SECONDS = 30
LONGEST_LINE = 8192


class Server(WebServer):
    """nameko's web server with limits, and problems where it would send its own pages."""

    def context_data_from_headers(self, request: Request) -> dict[str, str]:
        return {tracing.KEY: tracing.accept(request.headers.get("traceparent"))}

    def get_wsgi_server(self, sock: Any, wsgi_app: Any, protocol: Any = HttpOnlyProtocol, debug: bool = False) -> Any:
        return wsgi.Server(
            sock,
            sock.getsockname(),
            wsgi_app,
            protocol=protocol,
            debug=debug,
            log=logging.getLogger(__name__),
            log_output=False,  # every request has its own line in our access log
            socket_timeout=IDLE_SECONDS,
            url_length_limit=LONGEST_LINE,
        )

    def process_request(self, sock: Any, address: Any) -> None:
        # head and body leave in two writes; the second must not wait until the first is acknowledged
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().process_request(sock, address)

    def get_wsgi_app(self) -> Any:
        routes = self.make_url_map()
        public_url = self.container.config["settings"].public_url

        def app(environ: dict[str, Any], start_response: Any) -> Any:
            # eventlet ends a chunked body where it ends, which werkzeug needs to be told
            environ["wsgi.input_terminated"] = environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked"
            request = Request(environ)
            started = time.perf_counter()
            address = "-"
            try:
                provider, request.path_values = routes.bind_to_environ(environ).match()  # type: ignore[attr-defined]
                address = provider.url
                response = provider.handle_request(request)
            except RequestRedirect as error:
                response = redirect(error.new_url, 308)
            except MethodNotAllowed as error:
                refused = Refusal("method-not-allowed", {"method": request.method})
                response = problems.render(refused, request, public_url)
                response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
            except HTTPException as error:
                response = problems.render(problems.refusal_of(error), request, public_url)
            for name, value in SECURITY_HEADERS.items():
                response.headers.setdefault(name, value)
            # the address is the route, never the path: a path can hold a resident's token
            log.info(
                "request",
                method=request.method,
                route=address,
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )
            return response(environ, start_response)

        proxies = self.container.config["settings"].trusted_proxies
        return ProxyFix(app, x_for=proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0) if proxies else app


class Route(HttpRequestHandler):
    """An HTTP entrypoint. A Refusal becomes a problem document, or a page when `page` is set."""

    server = Server()

    def __init__(self, method: str, url: str, page: bool = False, takes_file: bool = False, **options: Any) -> None:
        self.page = page
        self.takes_file = takes_file
        super().__init__(method, url, **{"expected_exceptions": Refusal, **options})

    def handle_request(self, request: Request) -> Response:
        settings = self.container.config["settings"]
        most = settings.most_file_bytes if self.takes_file else settings.most_body_bytes
        # one more than is allowed: a body of unstated length is cut off there, and by that one known as too large
        request.max_content_length = most + 1
        # the parsed form is bounded by the body, which is bounded already
        request.max_form_memory_size = most
        try:
            if (request.content_length or 0) > most:
                raise Refusal("body-too-large", {"limit": most})
            context_data = self.server.context_data_from_headers(request)
            args, kwargs = self.get_entrypoint_parameters(request)
            event = Event()
            self.container.spawn_worker(
                self, args, kwargs, context_data=context_data, handle_result=partial(self.handle_result, event)
            )
            response: Response = event.wait()
        except Exception as error:
            refusal = problems.refusal_of(error)
            if refusal.code == "body-too-large" and "limit" not in refusal.params:
                refusal = Refusal(refusal.code, {"limit": most})
            render = problem_page if self.page else problems.render
            response = render(refusal, request, settings.public_url)
        return response


route = Route.decorator
