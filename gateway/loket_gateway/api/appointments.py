"""Holds and appointments."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request, Response

from loket_chassis.rpc import Service

from .. import language
from ..bodies import bearer, idempotency_key, json_object
from ..web import route
from . import BASE
from .answers import calendar, done, private


class AppointmentRoutes:
    """Booking is open to all; one appointment is for who has its token."""

    booking: Service
    public_url: str

    @route("POST", f"{BASE}/holds")
    def post_holds(self, request: Request, municipality: str) -> Response:
        held = self.booking.hold(municipality, json_object(request), idempotency_key(request), request.remote_addr)
        return private(held, request, 201)

    @route("POST", f"{BASE}/appointments")
    def post_appointments(self, request: Request, municipality: str) -> Response:
        booked = self.booking.book(municipality, json_object(request), idempotency_key(request))
        booked["manage_url"] = f"{self.public_url}/{municipality}/afspraak/{booked['link_token']}"
        address = f"/api/v1/{municipality}/appointments/{booked['id']}"
        return private(_localised(booked, request), request, 201, {"Location": address})

    @route("GET", f"{BASE}/appointments/<identifier>")
    def get_appointment(self, request: Request, municipality: str, identifier: str) -> Response:
        found = self.booking.appointment(municipality, identifier, bearer(request))
        return private(_localised(found, request), request)

    @route("PATCH", f"{BASE}/appointments/<identifier>")
    def patch_appointment(self, request: Request, municipality: str, identifier: str) -> Response:
        changed = self.booking.answer_questions(municipality, identifier, bearer(request), json_object(request))
        return private(_localised(changed, request), request)

    @route("GET", f"{BASE}/appointments/<identifier>/calendar.ics")
    def get_calendar(self, request: Request, municipality: str, identifier: str) -> Response:
        return calendar(self.booking.appointment_calendar(municipality, identifier, bearer(request)), "afspraak")

    @route("POST", f"{BASE}/appointments/<identifier>/feedback")
    def post_feedback(self, request: Request, municipality: str, identifier: str) -> Response:
        self.booking.give_feedback(municipality, identifier, bearer(request), json_object(request))
        return done()

    @route("POST", f"{BASE}/appointments/<identifier>/cancel")
    def post_cancel(self, request: Request, municipality: str, identifier: str) -> Response:
        body = json_object(request, may_be_empty=True)
        cancelled = self.booking.cancel(municipality, identifier, bearer(request), body)
        return private(_localised(cancelled, request), request)

    @route("POST", f"{BASE}/appointments/<identifier>/reschedule")
    def post_reschedule(self, request: Request, municipality: str, identifier: str) -> Response:
        moved = self.booking.reschedule(municipality, identifier, bearer(request), json_object(request))
        return private(_localised(moved, request), request)

    @route("POST", f"{BASE}/appointments/<identifier>/check-in")
    def post_check_in(self, request: Request, municipality: str, identifier: str) -> Response:
        here = self.booking.check_in(municipality, identifier, bearer(request))
        return private(_localised(here, request), request)


def _localised(appointment: dict[str, Any], request: Request) -> Any:
    return language.localised(appointment, language.of(request))
