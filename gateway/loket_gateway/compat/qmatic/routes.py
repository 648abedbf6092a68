"""The routes of this dialect."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Request, Response

from loket_contracts.errors import Refusal
from loket_contracts.fields import parse_day_parameter
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.book import BookAppointment
from loket_contracts.rpc.booking.commands import CancelAppointment
from loket_contracts.rpc.message import from_json

from ...access.required_permission import needs
from ...clients.catalogue_cache import CatalogueCache, appointment_types_of
from ...http import problems
from ...http.clock import today_in
from ...http.parsing import body_of, object_of
from ...http.request import GatewayRequest
from ...http.routing import route as plain_route
from ...i18n import language
from .. import free_starts
from ..active_appointments import require_active
from ..answers import answer
from ..catalogue import kind_of, kinds, location_of, shared, together
from . import matrix, shapes

AT = "/compat/qmatic/<municipality>"
PORTAL = needs("book")
#: refusals that this API reports as 404
UNKNOWN = frozenset(
    {"unknown-municipality", "unknown-appointment-type", "unknown-location", "appointment-not-found", "not-found"}
)
#: refusals because of the state of the appointment, which keep their status 409
CONFLICTS = frozenset({"not-allowed-in-state", "appointment-begun", "appointment-over", "changed-meanwhile"})
#: refusals of HTTP, which keep their status
HTTP_CODES = frozenset(
    {"login-needed", "forbidden", "too-many-requests", "body-too-large", "service-unavailable", "outcome-unknown"}
)
#: characters of `error_message`
MAX_MESSAGE_CHARACTERS = 1000


def render_refusal(refusal: Refusal, request: Request, public_url: str) -> Response:
    """Render 404 for unknown things and 409 for conflicts with the state of an appointment.

    All other refusals are 500 with the header `error_message`, as this API specifies.
    """
    response = problems.render(refusal, request, public_url)
    if refusal.code in UNKNOWN:
        response.status_code = 404
    elif refusal.code not in HTTP_CODES | CONFLICTS:
        response.status_code = 500
    sentence = " ".join([problems.sentence(refusal, "en"), *(error["detail"] for error in refusal.errors)])
    response.headers["error_code"] = refusal.code
    # a sentence can contain input, and a header is one short line of ASCII
    line = "".join(sign if " " <= sign <= "~" else "?" for sign in sentence[:MAX_MESSAGE_CHARACTERS])
    response.headers["error_message"] = line
    response.headers["Access-Control-Expose-Headers"] = "error_code, error_message"
    return response


def route(method: str, url: str) -> Any:
    return plain_route(method, f"{AT}/{url}", PORTAL, render_refusal=render_refusal)


@dataclass(frozen=True)
class QmaticRoutes:
    """Versions 1 and 2 of the dialect."""

    booking: Booking
    catalogue: CatalogueCache

    @route("GET", "v1/services")
    def qmatic_services(self, request: GatewayRequest, municipality: str) -> Response:
        found = kinds(self.catalogue.of(municipality))
        return answer(shapes.envelope("serviceList", [shapes.service(kind, language.of(request)) for kind in found]))

    @route("GET", "v1/branches")
    def qmatic_branches(self, request: GatewayRequest, municipality: str) -> Response:
        return self._branches(request, municipality, None)

    @route("GET", "v1/branches/<branch>")
    def qmatic_branch(self, request: GatewayRequest, municipality: str, branch: str) -> Response:
        catalogue = self.catalogue.of(municipality)
        place = location_of(catalogue, branch)
        return answer(shapes.envelope("branch", shapes.branch(place, catalogue, language.of(request))))

    @route("GET", "v1/branches/<branch>/services")
    def qmatic_services_of_branch(self, request: GatewayRequest, municipality: str, branch: str) -> Response:
        found = kinds(self.catalogue.of(municipality), branch)
        return answer(shapes.envelope("serviceList", [shapes.service(kind, language.of(request)) for kind in found]))

    @route("GET", "v1/services/<service>/branches")
    def qmatic_branches_of_service(self, request: GatewayRequest, municipality: str, service: str) -> Response:
        return self._branches(request, municipality, service)

    @route("GET", "v1/services/groups<parameters>")
    def qmatic_groups(self, request: GatewayRequest, municipality: str, parameters: str) -> Response:
        """Return by branch the services that can be combined with the chosen ones."""
        catalogue, lang = self.catalogue.of(municipality), language.of(request)
        chosen = _services(matrix.read(parameters))
        found = together(catalogue, chosen)
        places = shared(kind_of(catalogue, name) for name in chosen)
        return answer([
            {
                "branchPublicId": place,
                "branchName": language.pick(location_of(catalogue, place)["name"], lang),
                "serviceGroups": [shapes.grouped([each for each in found if place in each["locations"]], lang)],
            }
            for place in places
        ])  # fmt: skip

    @route("GET", "v2/branches/<branch>/services/groups<parameters>")
    def qmatic_groups_of_branch(
        self, request: GatewayRequest, municipality: str, branch: str, parameters: str
    ) -> Response:
        chosen = _services(matrix.read(parameters))
        found = together(self.catalogue.of(municipality), chosen, branch)
        return answer([shapes.grouped(found, language.of(request))] if found else [])

    @route("GET", "v2/branches/<branch>/dates<parameters>")
    def qmatic_dates(self, request: GatewayRequest, municipality: str, branch: str, parameters: str) -> Response:
        catalogue, given = self.catalogue.of(municipality), matrix.read(parameters)
        place = location_of(catalogue, branch)
        chosen = [kind_of(catalogue, name) for name in _services(given)]
        criteria = free_starts.criteria_of(chosen, branch, _persons(given))
        first = today_in(place["time_zone"])
        last = first + dt.timedelta(days=min((kind["horizon_days"] for kind in chosen), default=0))
        days = free_starts.days(self.booking, municipality, criteria, first, last) if criteria else []
        return answer(shapes.envelope("dates", [f"{each}T00:00:00" for each in days], given))

    @route("GET", "v2/branches/<branch>/dates/<date>/times<parameters>")
    def qmatic_times(
        self, request: GatewayRequest, municipality: str, branch: str, date: str, parameters: str
    ) -> Response:
        catalogue, given = self.catalogue.of(municipality), matrix.read(parameters)
        zone = location_of(catalogue, branch)["time_zone"]
        criteria = free_starts.criteria_of(
            [kind_of(catalogue, name) for name in _services(given)], branch, _persons(given)
        )
        on = parse_day_parameter(date, "date")
        found = free_starts.starts(self.booking, municipality, criteria, on, on) if criteria else []
        times = list(dict.fromkeys(free_starts.naive(each, zone)[11:16] for each in found))
        return answer(shapes.envelope("times", times, given))

    @route("POST", "v2/branches/<branch>/dates/<date>/times/<time>/book")
    def qmatic_book(self, request: GatewayRequest, municipality: str, branch: str, date: str, time: str) -> Response:
        catalogue = self.catalogue.of(municipality)
        body = object_of(body_of(request))  # of any media type, as clients of this API do not always send one
        zone = location_of(catalogue, branch)["time_zone"]
        chosen = [kind_of(catalogue, str(each.get("publicId"))) for each in _list(body, "services")]
        customers = _list(body, "customers")
        command = {
            "appointment_types": [kind["id"] for kind in chosen],
            "location": branch,
            "persons": len(customers),
            "start": free_starts.moment(date, time, zone),
            "contact": _contact(customers[0], language.of(request)) if customers else {},
        }
        booked = self.booking.book(
            municipality, from_json(BookAppointment, command), request.caller.as_portal(),
            notes=str(body.get("notes") or ""), answers_later=True,
        )  # fmt: skip
        return answer(self._appointment(request, municipality, booked["id"]), 201)

    @route("GET", "v1/appointments/<identifier>")
    def qmatic_appointment(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        return answer(shapes.envelope("appointment", self._appointment(request, municipality, identifier)))

    @route("DELETE", "v1/appointments/<identifier>")
    def qmatic_cancel(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        caller = request.caller.as_portal()
        require_active(self.booking, municipality, caller, identifier)
        self.booking.cancel(municipality, identifier, CancelAppointment(), caller)
        return Response(status=204)

    def _branches(self, request: GatewayRequest, municipality: str, service: str | None) -> Response:
        catalogue = self.catalogue.of(municipality)
        within = kind_of(catalogue, service)["locations"] if service is not None else None
        places = [each for each in catalogue["locations"] if within is None or each["id"] in within]
        lang = language.of(request)
        return answer(shapes.envelope("branchList", [shapes.branch(each, catalogue, lang) for each in places]))

    def _appointment(self, request: GatewayRequest, municipality: str, identifier: str) -> dict[str, Any]:
        catalogue = self.catalogue.of(municipality)
        found = require_active(self.booking, municipality, request.caller.as_portal(), identifier)
        chosen = appointment_types_of(catalogue, (each["id"] for each in found["appointment_types"]))
        return shapes.appointment(found, chosen, found["location"], catalogue, language.of(request))


def _services(given: dict[str, list[str]]) -> list[str]:
    chosen = list(dict.fromkeys(given.get("servicePublicId", ())))
    if not chosen:
        raise Refusal(
            "invalid-request", errors=[{"parameter": "servicePublicId", "detail": "Missing data for required field."}]
        )
    return chosen


def _persons(given: dict[str, list[str]]) -> int:
    """Return the number of persons. `numberOfCustomers` excludes the first one."""
    return 1 + matrix.parse_number(given.get("numberOfCustomers"), 0)


def _list(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = body.get(name)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Refusal("invalid-request", errors=[{"pointer": f"/{name}", "detail": "Not a valid list."}])
    return found


def _contact(customer: dict[str, Any], lang: str) -> dict[str, Any]:
    names = [str(customer.get(each) or "").strip() for each in ("firstName", "lastName")]
    given = {"name": " ".join(filter(None, names)) or str(customer.get("name") or ""), "language": lang}
    return {**given, **{each: customer[each] for each in ("email", "phone") if customer.get(each)}}
