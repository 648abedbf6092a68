"""A route: who may pass, how large a body may be, how often one may ask; and a refusal as a problem or as a page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import eventlet
from eventlet.event import Event
from nameko.web.handlers import HttpRequestHandler
from werkzeug.wrappers import Request, Response

from loket_chassis.messaging.rpc import Unavailable
from loket_contracts.errors import Refusal

from ..access.identity import SAFE, Identity
from ..access.keys import PREFIX
from ..access.required_permission import OPEN, Door
from ..access.roles import ANYBODY
from ..i18n import language
from ..pages.render import problem_page
from . import problems
from .client_address import client_of, counted_for
from .deprecation import Deprecation
from .rate_limit import Limits, Stash
from .request import GatewayRequest
from .response_cache import KeptAnswers
from .server import VERSION, Server

Tells = Callable[[Refusal, Request, str], Response]


class Route(HttpRequestHandler):
    """An HTTP entrypoint. A Refusal becomes a problem document, or a page when `page` is set.

    `door`: who may pass. `files`: so many may be sent along. `keeps`: for so many seconds the answer is the same for
    everybody. `limit`: what a request counts as; None when it counts for nothing. `tells`: how a refusal is told, when
    not as a problem document. `deprecated`: since when it should not be used any more, and what takes its place.
    """

    server = Server()
    identity = Identity()
    limits = Limits()
    kept = KeptAnswers()

    def __init__(
        self, method: str, url: str, door: Door = OPEN, *, page: bool = False, files: int = 0,
        keeps: float | None = None, counts: bool = True, tells: Tells | None = None,
        deprecated: Deprecation | None = None, **options: Any,
    ) -> None:  # fmt: skip
        self.door = door
        self.page = page
        self.tells = tells or (problem_page if page else problems.render)
        self.files = files
        self.keeps = keeps
        self.deprecated = deprecated
        self.limit = None if not counts else "read" if method in SAFE else "write"
        super().__init__(method, url, **{"expected_exceptions": Refusal, **options})

    def handle_request(self, request: GatewayRequest) -> Response:
        settings = self.container.config["settings"]
        municipality = request.path_values.get("municipality", "")
        stash = None
        try:
            if self.limit is not None:
                stash = self._count(request, self.limit)
            self._bound_body(request)
            if self.keeps is not None:
                spoken = language.of(request)
                response = self.kept.answer(
                    request, self.url, municipality, spoken, self.keeps, lambda: self._work_freshly(request)
                )
            else:
                self._let_in(request, municipality)
                try:
                    response = self._work(request)
                finally:
                    if request.method not in SAFE:  # also when no answer came: it may be done all the same
                        self.kept.drop(municipality)
        except Exception as error:
            refusal = problems.refusal_of(error)
            if refusal.code == "outcome-unknown" and request.method in SAFE:
                refusal = Refusal("service-unavailable")  # a request that only reads changes nothing
            if refusal.code == "body-too-large" and "limit" not in refusal.params:
                refusal = Refusal(refusal.code, {"limit": self._most(settings)})
            request.refused = refusal.code
            response = self.tell_refusal(refusal, request)
        if stash is not None and self.limit is not None and not self.page:
            response.headers.extend(self.limits.fields(self.limit, stash))
            response.headers["API-Version"] = VERSION
        return self.told(response)

    def tell_refusal(self, refusal: Refusal, request: GatewayRequest) -> Response:
        return self.tells(refusal, request, self.container.config["settings"].public_url)

    def told(self, response: Response) -> Response:
        """With what is to be told of the route itself: that it goes away, if it does."""
        if self.deprecated is not None:
            response.headers.extend(self.deprecated.fields())
        return response

    def _count(self, request: GatewayRequest, limit: str) -> Stash:
        """Take one permit of the caller. The credential is looked up first, so others at the same address do not count.

        Raises Refusal: too-many-requests; login-needed for a key that opens nothing, which counts for its client.
        """
        who = ANYBODY
        try:
            who = self.identity.who(request)
        except Unavailable:
            pass  # where it must be known who asks, this is raised again
        except Refusal:
            self.limits.spend_for(limit, client_of(request.remote_addr))
            raise
        return self.limits.spend_for(limit, counted_for(who, request.remote_addr))

    def _most(self, settings: Any) -> int:
        return int(self.files * settings.most_file_bytes or settings.most_body_bytes)

    def _bound_body(self, request: GatewayRequest) -> None:
        most = self._most(self.container.config["settings"])
        # one more than is allowed: a body of unstated length is cut off there, and by that one known as too large
        request.max_content_length = most + 1
        # the parsed form is bounded by the body, which is bounded already
        request.max_form_memory_size = most
        if (request.content_length or 0) > most:
            raise Refusal("body-too-large", {"limit": most})
        if request.content_length or request.environ["wsgi.input_terminated"]:
            # read here, where a body that comes drop by drop keeps nobody else waiting, and not by a worker
            with eventlet.Timeout(self.container.config["settings"].slowest_body_seconds, Refusal("body-too-slow")):
                request.get_data(cache=True)

    def _let_in(self, request: GatewayRequest, municipality: str) -> None:
        """Raises Refusal when this caller may not pass. Through an open door, a key is still known for whose it is."""
        given = request.authorization
        token = (given.token or "") if given is not None and given.type == "bearer" else ""
        is_key = token.startswith(PREFIX)
        has_link = bool(token) and not is_key
        if is_key or not (self.door.is_open or has_link):
            request.caller = self.identity.recognise(request)
        self.door.check(request.caller, municipality, has_link)

    def _work(self, request: GatewayRequest) -> Response:
        context_data = self.server.context_data_from_headers(request)
        args, kwargs = self.get_entrypoint_parameters(request)
        event = Event()
        self.container.spawn_worker(
            self, args, kwargs, context_data=context_data, handle_result=partial(self.handle_result, event)
        )
        response: Response = event.wait()
        return response

    def _work_freshly(self, request: GatewayRequest) -> Response:
        response = self._work(request)
        # the caller may keep it too, and asks each time whether it still holds
        response.headers["Cache-Control"] = "public, no-cache"
        return response


route = Route.decorator
