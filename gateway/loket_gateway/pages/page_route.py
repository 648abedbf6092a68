"""Routes of pages, whose refusals are pages too."""

from __future__ import annotations

from functools import cached_property, partial

from werkzeug.wrappers import Response

from loket_chassis.messaging.rpc import RpcCaller, Unavailable
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking

from ..http.request import GatewayRequest
from ..http.routing import Route, route
from . import words
from .deprecated_parameters import EnglishParameters, parameters_of
from .problem_page import problem_page
from .render import see_other


class PageRoute(Route):
    """A page. Its address and its forms may have the deprecated names of parameters."""

    @cached_property
    def parameters(self) -> type[EnglishParameters]:
        return parameters_of(self.url)

    def handle_request(self, request: GatewayRequest) -> Response:
        request.args = self.parameters(request.args)
        request.parameter_storage_class = self.parameters  # of the form, which is not parsed yet
        return super().handle_request(request)


class FormRoute(PageRoute):
    """A step of a booking. One whose hold was used leads to the appointment that was booked with it."""

    booking = RpcCaller(Booking)

    def refusal_response(self, refusal: Refusal, request: GatewayRequest) -> Response:
        municipality = request.path_values["municipality"]
        if refusal.code == "body-too-large" and request.args.get("hold"):
            query = {name: request.args[name] for name in ("hold", "invitation") if request.args.get(name)}
            return see_other(request, request.path, **query, refused="file-too-large")
        hold = _hold_of(request) if refusal.code == "hold-not-found" else ""
        if hold:
            try:
                token = self.booking.outside_work().booked_with(municipality, hold)
                return see_other(request, f"/{municipality}/afspraak/{token}")
            except (Refusal, Unavailable):
                pass  # it was not used, or we cannot know
        return super().refusal_response(refusal, request)


class AppointmentRoute(PageRoute):
    """A form on the page of an appointment, which is shown again as the appointment is now, with what was refused."""

    def refusal_response(self, refusal: Refusal, request: GatewayRequest) -> Response:
        known = refusal.code in words.REFUSED_AT_APPOINTMENT
        if request.method != "POST" or not known:
            return super().refusal_response(refusal, request)
        values = request.path_values
        return see_other(request, f"/{values['municipality']}/afspraak/{values['token']}", refused=refusal.code)


def _hold_of(request: GatewayRequest) -> str:
    """Return the id of the hold that a request is about."""
    names = ("hold", "instead_of")
    sent = (*(request.args.get(name) for name in names), *(request.form.get(name) for name in names))
    return next((each for each in sent if each), "")


page_route = partial(route, entrypoint=PageRoute, page=True, render_refusal=problem_page)
form_route = partial(page_route, entrypoint=FormRoute)
appointment_route = partial(page_route, entrypoint=AppointmentRoute)
