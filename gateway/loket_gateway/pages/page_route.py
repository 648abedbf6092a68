"""Routes of pages, whose refusals are pages too."""

from __future__ import annotations

from functools import cached_property, partial

from werkzeug.wrappers import Response

from ..http.request import GatewayRequest
from ..http.routing import Route, route
from .deprecated_parameters import EnglishParameters, parameters_of
from .problem_page import problem_page


class PageRoute(Route):
    """A page. Its address and its forms may have the deprecated names of parameters."""

    @cached_property
    def parameters(self) -> type[EnglishParameters]:
        return parameters_of(self.url)

    def handle_request(self, request: GatewayRequest) -> Response:
        request.args = self.parameters(request.args)
        request.parameter_storage_class = self.parameters  # of the form, which is not parsed yet
        return super().handle_request(request)


page_route = partial(route, entrypoint=PageRoute, page=True, render_refusal=problem_page)
