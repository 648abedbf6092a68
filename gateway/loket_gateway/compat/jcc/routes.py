"""The routes of this dialect."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Request, Response

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.answers import AppointmentTypeEntry, Catalogue, LocationEntry
from loket_contracts.rpc.booking.book import BookAppointment
from loket_contracts.rpc.booking.commands import CancelAppointment
from loket_contracts.rpc.booking.slots import MAX_PERSONS
from loket_contracts.rpc.message import from_json

from ...access.required_permission import OPEN, needs
from ...clients.catalogue_cache import CatalogueCache, all_appointment_types, appointment_types_of
from ...http import problems
from ...http.authentication import Authentication
from ...http.clock import today_in
from ...http.parsing import json_object
from ...http.request import GatewayRequest
from ...http.routing import route as plain_route
from ...i18n import language
from .. import free_starts
from ..active_appointments import require_active
from ..answers import answer
from ..catalogue import kind_of, kinds, location_of, minutes, shared, together
from . import shapes
from .reading import activities, contact_of, date_of, instant_of, one

AT = "/compat/jcc/<municipality>"
PORTAL = needs("book")
#: lifetime of a token
TOKEN_SECONDS = 3600
#: version of the dialect
VERSION = "4.4.2.0"


def render_refusal(refusal: Refusal, request: Request, public_url: str) -> Response:
    """Render a problem document with the additional fields of this API."""
    response = problems.render(refusal, request, public_url, _spoken(request))
    problem = json.loads(response.get_data())
    errors = [error["detail"] for error in refusal.errors]
    response.set_data(json.dumps({**problem, "instance": request.path, "errors": errors}, ensure_ascii=False))
    return response


def route(method: str, url: str, permission: Any = PORTAL) -> Any:
    return plain_route(method, f"{AT}/{url}", permission, render_refusal=render_refusal)


@dataclass(frozen=True)
class JccRoutes:
    """Responses are in the language of the header `language`, else of Accept-Language."""

    booking: Booking
    catalogue: CatalogueCache
    access: Authentication

    @route("POST", "connect/token", OPEN)
    def jcc_token(self, request: GatewayRequest, municipality: str) -> Response:
        """Issue a token by OAuth 2.0 client credentials (RFC 6749, 4.4). Secret and token are the API key."""
        given = request.authorization
        secret = (given.password if given is not None and given.type == "basic" else None) or request.form.get(
            "client_secret", ""
        )
        caller = self.access.authenticate_key(request, secret)
        if not caller.may("book", municipality):
            raise Refusal("login-needed")
        return answer({"access_token": secret, "token_type": "Bearer", "expires_in": TOKEN_SECONDS})

    @route("GET", "version")
    def jcc_version(self, request: GatewayRequest, municipality: str) -> Response:
        return answer({"warpApiVersion": VERSION, "afsprakenVersion": VERSION})

    @route("GET", "activity/listforappointment")
    def jcc_activities(self, request: GatewayRequest, municipality: str) -> Response:
        catalogue = self.catalogue.of(municipality)
        found = kinds(catalogue, request.args.get("locationId") or None)
        return answer([_activity(catalogue, kind, _spoken(request)) for kind in found])

    @route("GET", "activity/listforappointment/additional")
    def jcc_additional(self, request: GatewayRequest, municipality: str) -> Response:
        """Return the activities that can be combined with the chosen ones."""
        catalogue, chosen = self.catalogue.of(municipality), request.args.getlist("selectedActivityId")
        found = together(catalogue, chosen, request.args.get("locationId") or None)
        if request.args.get("includeSelectedActivities", "false").lower() != "true":
            found = [kind for kind in found if kind["id"] not in chosen]
        return answer([_activity(catalogue, kind, _spoken(request)) for kind in found])

    @route("GET", "activity/appointmentdaterange")
    def jcc_date_range(self, request: GatewayRequest, municipality: str) -> Response:
        catalogue = self.catalogue.of(municipality)
        chosen = [kind_of(catalogue, name) for name in one(request.args.getlist("activityId"), "activityId")]
        first = today_in(catalogue["municipality"]["time_zone"])
        last = first + dt.timedelta(days=min(kind["horizon_days"] for kind in chosen))
        return answer({"minDate": f"{first}T00:00:00", "maxDate": f"{last}T00:00:00"})

    @route("GET", "location")
    def jcc_locations(self, request: GatewayRequest, municipality: str) -> Response:
        catalogue = self.catalogue.of(municipality)
        return answer([_location(catalogue, place, _spoken(request)) for place in catalogue["locations"]])

    @route("GET", "location/<identifier>")
    def jcc_location(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        catalogue = self.catalogue.of(municipality)
        place = next((each for each in catalogue["locations"] if each["id"] == identifier), None)
        if place is None:
            raise Refusal("not-found")
        return answer(_location(catalogue, place, _spoken(request)))

    @route("GET", "location/forappointment")
    def jcc_locations_for(self, request: GatewayRequest, municipality: str) -> Response:
        catalogue = self.catalogue.of(municipality)
        chosen = [kind_of(catalogue, name) for name in request.args.getlist("selectedActivityId")]
        within = shared(chosen) if chosen else [place["id"] for place in catalogue["locations"]]
        places = [place for place in catalogue["locations"] if place["id"] in within]
        return answer([_location(catalogue, place, _spoken(request)) for place in places])

    @route("GET", "appointment/availabletimelist")
    def jcc_times(self, request: GatewayRequest, municipality: str) -> Response:
        """Return free starts from `fromDate` to `toDate`, exclusive."""
        catalogue = self.catalogue.of(municipality)
        place = location_of(catalogue, request.args.get("locationId", ""))
        names, persons = activities(request)
        chosen = [kind_of(catalogue, name) for name in names]
        first, end = date_of(request, "fromDate"), date_of(request, "toDate")
        criteria = free_starts.criteria_of(chosen, place["id"], persons)
        last = min(end, first + dt.timedelta(days=max(kind["horizon_days"] for kind in chosen) + 1))
        found = (
            free_starts.starts(self.booking, municipality, criteria, first, last - dt.timedelta(days=1))
            if criteria
            else []
        )
        return answer({
            "availableTimesList": [free_starts.naive(each, place["time_zone"]) for each in found],
            "appointmentDuration": minutes(chosen, persons) * 60,
        })  # fmt: skip

    @route("GET", "appointment/calculateduration")
    def jcc_duration(self, request: GatewayRequest, municipality: str) -> Response:
        """Return minutes; the rest of this API uses seconds."""
        catalogue = self.catalogue.of(municipality)
        names, persons = activities(request)
        return answer(minutes([kind_of(catalogue, name) for name in names], persons))

    @route("GET", "customer/customerfields/required")
    def jcc_customer_fields(self, request: GatewayRequest, municipality: str) -> Response:
        catalogue = self.catalogue.of(municipality)
        chosen = [kind_of(catalogue, name) for name in request.args.getlist("selectedActivityId")]
        rings = {place["id"] for place in catalogue["locations"] if place["channel"] == "phone"}
        return answer(shapes.customer_fields(any(set(kind["locations"]) <= rings for kind in chosen)))

    @route("POST", "appointment")
    def jcc_book(self, request: GatewayRequest, municipality: str) -> Response:
        catalogue, body = self.catalogue.of(municipality), json_object(request)
        place = location_of(catalogue, str(body.get("locationId") or ""))
        names, persons = activities(request, body)
        command = {
            "appointment_types": [kind_of(catalogue, name)["id"] for name in names],
            "location": place["id"],
            "persons": persons,
            "start": instant_of(body, "fromDateTime", place["time_zone"]),
            "contact": contact_of(body, _spoken(request)),
        }
        try:
            booked = self.booking.book(
                municipality, from_json(BookAppointment, command), request.caller.as_portal(),
                notes=str(body.get("message") or ""), answers_later=True,
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.code == "outcome-unknown":
                raise
            return answer(_not_acknowledged(refusal, _spoken(request)))
        return answer({"id": booked["id"], "acknowledgeIsSuccess": True})

    @route("GET", "appointment")
    def jcc_appointment(self, request: GatewayRequest, municipality: str) -> Response:
        catalogue = self.catalogue.of(municipality)
        found = require_active(self.booking, municipality, request.caller.as_portal(), request.args.get("id", ""))
        chosen = appointment_types_of(catalogue, (each["id"] for each in found["appointment_types"]))
        numbers = [_number(all_appointment_types(catalogue), kind) for kind in chosen]
        return answer(shapes.appointment(found, chosen, numbers, _spoken(request), MAX_PERSONS))

    @route("DELETE", "appointment")
    def jcc_cancel(self, request: GatewayRequest, municipality: str) -> Response:
        identifier = request.args.get("id", "")
        try:
            require_active(self.booking, municipality, request.caller.as_portal(), identifier)
            self.booking.cancel(municipality, identifier, CancelAppointment(), request.caller.as_portal())
        except Refusal as refusal:
            if refusal.code == "outcome-unknown":
                raise
            return answer(_not_acknowledged(refusal, _spoken(request)))
        return answer({"id": identifier, "acknowledgeIsSuccess": True})

    @route("GET", "appointment/qrcode")
    def jcc_qrcode(self, request: GatewayRequest, municipality: str) -> Response:
        """Return the reference, the content of the QR code of a resident."""
        identifier = request.args.get("id", "")
        return answer(require_active(self.booking, municipality, request.caller.as_portal(), identifier)["reference"])


def _spoken(request: Request) -> str:
    return language.of(request, request.headers.get("language", "")[:2])


def _number(listed: Sequence[AppointmentTypeEntry | LocationEntry], one: AppointmentTypeEntry | LocationEntry) -> int:
    return 1 + [each["id"] for each in listed].index(one["id"])


def _activity(catalogue: Catalogue, kind: AppointmentTypeEntry, lang: str) -> dict[str, Any]:
    return shapes.activity(kind, _number(catalogue["appointment_types"], kind), lang, MAX_PERSONS)


def _location(catalogue: Catalogue, place: LocationEntry, lang: str) -> dict[str, Any]:
    return shapes.location(place, _number(catalogue["locations"], place), catalogue, lang)


def _not_acknowledged(refusal: Refusal, lang: str) -> dict[str, Any]:
    """Return the body of a failure, which this API sends with status 200."""
    return {
        "code": problems.STATUS[refusal.code],
        "message": problems.sentence(refusal, lang),
        "validateErrors": [f"{error.get('pointer', '')} {error['detail']}".strip() for error in refusal.errors],
        "acknowledgeIsSuccess": False,
        "logLevel": 2,
    }
