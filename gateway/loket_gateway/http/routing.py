"""Routes and their router.

A group of routes is a class with a constructor; its methods are marked with `@route`. The router of a service makes
each of them an entrypoint, and builds the group for every request from the dependencies of the service.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, Generic, TypeVar

import eventlet
from eventlet.event import Event
from nameko.extensions import register_entrypoint
from nameko.web.handlers import HttpRequestHandler
from werkzeug.wrappers import Request, Response

from loket_chassis.messaging.rpc import Unavailable
from loket_contracts.errors import Refusal

from ..access.keys import PREFIX
from ..access.required_permission import OPEN, RequiredPermission
from ..access.roles import ANONYMOUS
from ..i18n import language
from . import problems
from .authentication import SAFE, Authentication
from .client_address import client_network, limit_key
from .deprecation import Deprecation
from .rate_limit import Limits, Permits
from .request import GatewayRequest
from .response_cache import ResponseCache
from .server import VERSION, ProbeServer, Server

RenderRefusal = Callable[[Refusal, Request, str], Response]
Handler = TypeVar("Handler", bound=Callable[..., Response])
Group = TypeVar("Group")
Dependencies = TypeVar("Dependencies")
#: attribute of a handler: its routes
ROUTES = "loket_routes"
_PLACEHOLDER = re.compile(r"<(?:[^<>:]+:)?(\w+)>")


class Route(HttpRequestHandler):
    """The nameko entrypoint of one route. It renders a Refusal as a problem document or a page.

    `permission`: who may use it. `page`: it is for browsers. `files`: the maximum number of files in the body.
    `cache_seconds`: how long a response, the same for all callers, is cached. `rate_limited`: False when requests count
    towards no limit. `render_refusal`: renders a Refusal. `deprecated`: since when not to use it, and its successor.
    """

    server = Server()
    authentication = Authentication()
    limits = Limits()
    cache = ResponseCache()

    def __init__(
        self, method: str, url: str, permission: RequiredPermission = OPEN, *, page: bool = False, files: int = 0,
        cache_seconds: float | None = None, rate_limited: bool = True, render_refusal: RenderRefusal = problems.render,
        deprecated: Deprecation | None = None, **options: Any,
    ) -> None:  # fmt: skip
        self.permission = permission
        self.page = page
        self.render_refusal = render_refusal
        self.files = files
        self.cache_seconds = cache_seconds
        self.deprecated = deprecated
        self.limit = None if not rate_limited else "read" if method in SAFE else "write"
        super().__init__(method, url, **{"expected_exceptions": Refusal, **options})

    def handle_request(self, request: GatewayRequest) -> Response:
        settings = self.container.config["settings"]
        municipality = request.path_values.get("municipality", "")
        permits = None
        try:
            if self.limit is not None:
                permits = self._take_permit(request, self.limit)
            self._read_body(request)
            if self.cache_seconds is not None:
                lang = language.of(request)
                response = self.cache.answer(
                    request, self.url, municipality, lang, self.cache_seconds, lambda: self._call_for_cache(request)
                )
            else:
                self._authorise(request, municipality)
                if self.files:
                    self.limits.take_upload(request, municipality, len(request.get_data()))
                try:
                    response = self._call_handler(request)
                finally:
                    if request.method not in SAFE:  # also without a response: the change may have been made
                        self.cache.drop(municipality)
        except Exception as error:
            refusal = problems.refusal_of(error)
            if refusal.code == "outcome-unknown" and request.method in SAFE:
                refusal = Refusal("service-unavailable")  # a request that only reads changes nothing
            if refusal.code == "body-too-large" and "limit" not in refusal.params:
                refusal = Refusal(refusal.code, {"limit": self._max_body_bytes(settings)})
            request.refused = refusal.code
            response = self.refusal_response(refusal, request)
        if permits is not None and self.limit is not None and not self.page:
            response.headers.extend(self.limits.headers(self.limit, permits))
            response.headers["API-Version"] = VERSION
        return self.finish(response)

    def refusal_response(self, refusal: Refusal, request: GatewayRequest) -> Response:
        return self.render_refusal(refusal, request, self.container.config["settings"].public_url)

    def finish(self, response: Response) -> Response:
        """Add the headers of a deprecated route."""
        if self.deprecated is not None:
            response.headers.extend(self.deprecated.fields())
        return response

    def _take_permit(self, request: GatewayRequest, limit: str) -> Permits:
        """Take one permit of the caller, which is identified first: others at its address do not count.

        Raises Refusal: too-many-requests; login-needed for an invalid key, which counts for its network address.
        """
        who = ANONYMOUS
        try:
            who = self.authentication.identify(request)
        except Unavailable:
            pass  # raised again where the caller must be known
        except Refusal:
            self.limits.take_for(limit, client_network(request.remote_addr))
            raise
        return self.limits.take_for(limit, limit_key(who, request.remote_addr))

    def _max_body_bytes(self, settings: Any) -> int:
        if not self.files:
            return int(settings.most_body_bytes)
        # the files of a page are parts of a form, among fields and boundaries
        return int(self.files * settings.most_file_bytes + (settings.most_body_bytes if self.page else 0))

    def _read_body(self, request: GatewayRequest) -> None:
        most = self._max_body_bytes(self.container.config["settings"])
        # one byte more than allowed, by which a body of unstated length is known to be too large
        request.max_content_length = most + 1
        # the parsed form is no larger than the body
        request.max_form_memory_size = most
        if (request.content_length or 0) > most:
            raise Refusal("body-too-large", {"limit": most})
        if request.content_length or request.environ["wsgi.input_terminated"]:
            # read here and not by a worker, so that a slow body occupies no worker
            with eventlet.Timeout(self.container.config["settings"].slowest_body_seconds, Refusal("body-too-slow")):
                request.get_data(cache=True)

    def _authorise(self, request: GatewayRequest, municipality: str) -> None:
        """Raise a Refusal unless the caller may use the route. A key is authenticated on open routes too."""
        given = request.authorization
        token = (given.token or "") if given is not None and given.type == "bearer" else ""
        is_key = token.startswith(PREFIX)
        has_link = bool(token) and not is_key
        if is_key or not (self.permission.is_open or has_link):
            request.caller = self.authentication.authenticate(request)
        try:
            self.permission.check(request.caller, municipality, has_link)
        except Refusal as refusal:
            if refusal.code == "forbidden":
                self.authentication.note_forbidden(request.caller, municipality, self.permission.name or "")
            raise

    def _call_handler(self, request: GatewayRequest) -> Response:
        context_data = self.server.context_data_from_headers(request)
        args, kwargs = self.get_entrypoint_parameters(request)
        event = Event()
        self.container.spawn_worker(
            self, args, kwargs, context_data=context_data, handle_result=partial(self.handle_result, event)
        )
        response: Response = event.wait()
        return response

    def _call_for_cache(self, request: GatewayRequest) -> Response:
        response = self._call_handler(request)
        # the client may cache it, and must revalidate
        response.headers["Cache-Control"] = "public, no-cache"
        return response


class ProbeRoute(Route):
    """A route for monitoring, which the address of the pages does not have when PROBE_ADDRESS is set."""

    probe_server = ProbeServer()

    def setup(self) -> None:
        if self.container.config["settings"].probe_address:
            self.server = self.probe_server
        super().setup()


def route(*args: Any, entrypoint: type[Route] = Route, **options: Any) -> Callable[[Handler], Handler]:
    """Mark a method as the handler of a route. The arguments are those of `Route`; a Router registers it."""

    def mark(handler: Handler) -> Handler:
        handler.__dict__.setdefault(ROUTES, []).append(entrypoint(*args, **options))
        return handler

    return mark


def routes_of(handler: Any) -> list[Route]:
    """Return the routes that a method was marked with."""
    routes: list[Route] = handler.__dict__.get(ROUTES, [])
    return routes


class Router(Generic[Dependencies]):
    """The routes of one service."""

    def __init__(self) -> None:
        self.groups: list[tuple[type, Callable[[Dependencies], Any]]] = []
        self._entrypoints: dict[str, Callable[..., Response]] = {}
        self._handlers: dict[tuple[str, str], str] = {}

    def add(self, group: type[Group], build: Callable[[Dependencies], Group]) -> None:
        """Register the handlers of a group. `build` makes the group for one request.

        Raises ValueError for a second route of one method and address, a second handler of one name (names are labels
        of metrics), and a handler whose parameters are not those of its address.
        """
        self.groups.append((group, build))
        for name, handler in inspect.getmembers(group, inspect.isfunction):
            if not (routes := routes_of(handler)):
                continue
            described = f"{group.__name__}.{name}"
            if name in self._entrypoints:
                raise ValueError(f"{described}: there is a handler of this name already")
            for each in routes:
                self._register(each, handler, described)
            self._entrypoints[name] = _entrypoint(handler, build, routes)

    def attach(self, service: type) -> None:
        """Make every handler an entrypoint of a service class. Raises ValueError when it has such an attribute."""
        for name, entrypoint in self._entrypoints.items():
            if hasattr(service, name):
                raise ValueError(f"{service.__name__} has an attribute {name} already")
            setattr(service, name, entrypoint)

    def _register(self, each: Route, handler: Callable[..., Response], described: str) -> None:
        key = each.method, _PLACEHOLDER.sub("<>", each.url)
        if key in self._handlers:
            raise ValueError(f"{described}: {self._handlers[key]} has {each.method} {each.url} already")
        parameters = list(inspect.signature(handler).parameters)[2:]
        if sorted(parameters) != sorted(_PLACEHOLDER.findall(each.url)):
            raise ValueError(f"{described}: the parameters {parameters} are not those of {each.url}")
        self._handlers[key] = described


def _entrypoint(
    handler: Callable[..., Response], build: Callable[[Any], Any], routes: list[Route]
) -> Callable[..., Response]:
    @wraps(handler)
    def entrypoint(service: Any, request: Request, /, **path_values: Any) -> Response:
        return handler(build(service), request, **path_values)

    for each in routes:
        register_entrypoint(entrypoint, each)
    return entrypoint
