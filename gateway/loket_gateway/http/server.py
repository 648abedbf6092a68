"""nameko's web server with connection limits, traces, an access log and security headers."""

from __future__ import annotations

import contextlib
import logging
import re
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import structlog
from nameko.web.server import parse_address, wsgi
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestURITooLarge
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import MapAdapter, RequestRedirect
from werkzeug.urls import iri_to_uri
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from loket_chassis.runtime import spans, tracing
from loket_chassis.service.web_server import WebServer
from loket_contracts.errors import Refusal

from ..clients.catalogue_cache import CatalogueCache
from ..i18n.language import LANGUAGES
from . import problems
from .client_address import client_network
from .connections import IDLE_SECONDS, MAX_LINE_BYTES, MAX_URL_BYTES, HttpProtocol, listen
from .cors import CorsHeaders
from .rate_limit import Limits
from .request import GatewayRequest
from .response_cache import CachedResponse, ResponseCache

log = structlog.get_logger("access")

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
#: version of the HTTP interface (semver.org); every address contains the major version
VERSION = "1.0.0"
#: the municipality in an address without a route
MUNICIPALITY_IN_PATH = re.compile(r"/(?:api/v\d+/|compat/[a-z]+/)?([a-z0-9-]+)/")
#: beginnings of addresses for programs
PROGRAMS = frozenset({"api", "compat", "receipts", "static", "problems"})
#: in the log, of a request whose address has no route
NO_ROUTE = "-"
#: beginnings of the addresses for monitoring, of whose requests no trace is recorded
PROBES = ("/health/", "/metrics")
HSTS = "max-age=31536000; includeSubDomains"


class WebServerLog:
    """Log of eventlet's WSGI server, which logs tracebacks at level info."""

    def info(self, text: str, *_: Any) -> None:
        log.error("a response could not be sent", exception=text)

    def error(self, text: str, *_: Any) -> None:
        log.warning("the rest of a body could not be read", error=text)

    def debug(self, text: str, *_: Any) -> None:
        log.debug(text)


class Server(WebServer):
    """nameko's web server with limits, and problem documents in place of its error pages."""

    origins = CorsHeaders()
    response_cache = ResponseCache()
    limits = Limits()
    catalogue = CatalogueCache()

    def context_data_from_headers(self, request: Request) -> dict[str, str]:
        return {tracing.KEY: tracing.accept(request.headers.get("traceparent"))}

    def get_wsgi_server(self, sock: Any, wsgi_app: Any, protocol: Any = HttpProtocol, debug: bool = False) -> Any:
        server = wsgi.Server(
            sock,
            sock.getsockname(),
            wsgi_app,
            protocol=protocol,
            debug=debug,
            log=logging.getLogger(__name__),
            log_output=False,  # our access log has a line for each request
            socket_timeout=IDLE_SECONDS,
            url_length_limit=MAX_LINE_BYTES,
            capitalize_response_headers=False,  # keep the spelling of the standards
        )
        server.log = WebServerLog()
        return server

    def process_request(self, sock: Any, address: Any) -> None:
        # headers and body are two writes; the second must not wait for the acknowledgement of the first
        with contextlib.suppress(OSError):  # it was reset already
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().process_request(sock, address)

    def start(self) -> None:
        if not self._starting:  # type: ignore[has-type]
            self._starting = True
            self._sock = listen(self.bind_addr, self.container.config["settings"].share_port)
            self._serv = self.get_wsgi_server(self._sock, self.get_wsgi_app())
            self._gt = self.container.spawn_managed_thread(self.run)

    def _lookup(self, environ: dict[str, Any]) -> CachedResponse | None:
        """Return the cached response to a request."""
        return self.response_cache.lookup(environ)

    def _begin_span(self, environ: dict[str, Any]) -> spans.Span | None:
        """Begin the span of a request that is not for monitoring; further calls and log lines are part of its trace."""
        parent = tracing.given(environ.get("HTTP_TRACEPARENT"))
        if environ["PATH_INFO"].startswith(PROBES):
            span, traceparent = None, tracing.unsampled(parent or tracing.start())
        else:
            span = spans.begin_request(parent)
            traceparent = span.traceparent if span else parent or tracing.start()
        environ["HTTP_TRACEPARENT"] = traceparent
        tracing.bind(environ["HTTP_TRACEPARENT"])
        return span

    def _end(
        self, span: spans.Span | None, method: str, route: str, status: int, started: float, refused: str | None = None,
        municipality: str | None = None,
    ) -> None:  # fmt: skip
        """Log a request and end its span."""
        if span is not None:
            spans.end_request(span, method, None if route == NO_ROUTE else route, status, refused, municipality)
        # the route and never the path, which can contain the token of a resident
        why = {"refused": refused} if refused else {}
        took = round((time.perf_counter() - started) * 1000, 1)
        log.info("request", method=method, route=route, status=status, ms=took, **why)

    def get_wsgi_app(self) -> Any:  # noqa: C901, PLR0915
        routes = self.make_url_map()
        settings = self.container.config["settings"]
        public_url = settings.public_url
        always = [*SECURITY_HEADERS.items()]
        if public_url.startswith("https:"):
            always.append(("Strict-Transport-Security", HSTS))
        of_kept = [*always, ("API-Version", VERSION)]

        def send_cached(environ: dict[str, Any], start_response: Any, span: spans.Span | None) -> Any:
            """Send a cached response before anything else is done. None when there is none."""
            found = self._lookup(environ)
            if found is None or "HTTP_ORIGIN" in environ or "HTTP_AUTHORIZATION" in environ:
                return None
            started = time.perf_counter()
            try:
                permits = self.limits.take_for("read", client_network(environ.get("REMOTE_ADDR")))
            except Refusal:
                return None  # rendered below, like all refusals
            status, headers, body = found.to(environ)
            start_response(
                f"{status} {HTTP_STATUS_CODES[status]}", [*headers, *self.limits.headers("read", permits), *of_kept]
            )
            self._end(span, environ["REQUEST_METHOD"], found.route, status, started)
            return [body]

        def refused(request: GatewayRequest, refusal: Refusal) -> Response:
            request.refused = refusal.code
            if not request.path_values and (found := MUNICIPALITY_IN_PATH.match(request.path)):
                request.path_values = {"municipality": found[1]}  # whose language the problem is written in
            if request.is_of_browser and (page := _page_of_municipality(routes.bind_to_environ(request.environ))):
                return page.refusal_response(refusal, request)
            return problems.render(refusal, request, public_url)

        def app(environ: dict[str, Any], start_response: Any) -> Any:  # noqa: C901
            span = self._begin_span(environ)
            if (sent := send_cached(environ, start_response, span)) is not None:
                return sent
            # eventlet ends a chunked body where it ends, which werkzeug must know
            environ["wsgi.input_terminated"] = environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked"
            request = GatewayRequest(environ)
            request.path_values = {}
            request.languages_of, request.catalogue_of = self.catalogue.languages, self.catalogue.last_known
            started = time.perf_counter()
            address = NO_ROUTE
            try:
                if len(environ["RAW_PATH_INFO"]) + len(environ.get("QUERY_STRING", "")) > MAX_URL_BYTES:
                    raise RequestURITooLarge
                provider, request.path_values = routes.bind_to_environ(environ).match()
                address = provider.url
                response = provider.handle_request(request)
            except RequestRedirect as error:
                # without the host, which the client can choose
                response = redirect(urlsplit(error.new_url)._replace(scheme="", netloc="").geturl(), 308)
            except MethodNotAllowed as error:
                allowed = ", ".join(sorted(error.valid_methods or ()))
                above = _page_above(routes.bind_to_environ(environ)) if request.method in ("GET", "HEAD") else None
                if request.method == "OPTIONS":
                    response = Response(status=204)
                elif above is not None:
                    lang = request.args.get("lang", "")
                    response = redirect(iri_to_uri(above) + (f"?lang={lang}" if lang in LANGUAGES else ""), 303)
                else:
                    response = refused(request, Refusal("method-not-allowed", {"method": request.method}))
                response.headers["Allow"] = allowed
            except RequestURITooLarge:
                response = refused(request, Refusal("address-too-long", {"limit": MAX_URL_BYTES}))
            except Exception as error:
                response = refused(request, problems.refusal_of(error))
            if "HTTP_ORIGIN" in environ and request.path.startswith("/api/"):
                self.origins.add_headers(request, response)
            for name, value in always:
                response.headers.setdefault(name, value)
            municipality = request.path_values.get("municipality")
            self._end(span, request.method, address, response.status_code, started, request.refused, municipality)
            return response(environ, start_response)

        proxies = settings.trusted_proxies
        return ProxyFix(app, x_for=proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0) if proxies else app


class ProbeServer(Server):
    """The server of probes and metrics at PROBE_ADDRESS. Without that setting it has no routes, and does not listen."""

    @property
    def bind_addr(self) -> Any:
        # nameko reads every attribute of an extension, also of one that does not listen
        settings = self.container.config["settings"]
        return parse_address(settings.probe_address or settings.http_address)

    def _lookup(self, environ: dict[str, Any]) -> None:
        """Return None: cached responses are those of the pages and the API."""

    def start(self) -> None:
        if self._providers:
            super().start()

    def stop(self) -> None:
        if self._starting:
            super().stop()


def _page_of_municipality(adapter: MapAdapter) -> Any:
    """Return the home page of the municipality in the address, which renders refusals; None outside of the pages."""
    found = MUNICIPALITY_IN_PATH.match(adapter.path_info)
    if found is None or found[1] in PROGRAMS or not adapter.path_info.startswith(f"/{found[1]}/"):
        return None
    page, _ = adapter.match(f"/{found[1]}/", "GET")
    return page if getattr(page, "page", False) else None


def _page_above(adapter: MapAdapter) -> str | None:
    """Return the closest page above the address of a form, for a GET of that address."""
    path = adapter.path_info
    try:
        posted, _ = adapter.match(path, "POST")
    except HTTPException:
        return None
    while getattr(posted, "page", False) and (path := path.rpartition("/")[0]):
        try:
            found, _ = adapter.match(path, "GET")
        except RequestRedirect:  # the page has a trailing slash
            return f"{path}/"
        except HTTPException:
            continue
        if getattr(found, "page", False):
            return path
    return None
