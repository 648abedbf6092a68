"""Routes of pages, whose refusals are pages too."""

from __future__ import annotations

from functools import partial

from werkzeug.wrappers import Response

from ..http.request import GatewayRequest
from ..http.routing import Route, route
from .deprecated_parameters import renamed
from .problem_page import problem_page


class PageRoute(Route):
    """A page. Its address may have the deprecated names of parameters."""

    def handle_request(self, request: GatewayRequest) -> Response:
        request.args = renamed(request.args)
        return super().handle_request(request)


page_route = partial(route, entrypoint=PageRoute, page=True, render_refusal=problem_page)
