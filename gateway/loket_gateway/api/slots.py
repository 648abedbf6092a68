"""Free slots: a list, days, the first one, and an explanation when there are none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Request, Response

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.slots import FindSlots
from loket_contracts.rpc.message import from_json

from ..http.responses import answer, calendar, private
from ..http.routing import route
from . import BASE

TYPES = "appointment_type"
#: seconds for which free slots are cached, unless something is changed through this gateway
FRESH_FOR = 1.0
#: parameters that may be repeated
REPEATED = frozenset({TYPES, "weekday"})


@dataclass(frozen=True)
class SlotRoutes:
    """Open to all."""

    booking: Booking

    @route("GET", f"{BASE}/slots", cache_seconds=FRESH_FOR)
    def get_slots(self, request: Request, municipality: str) -> Response:
        with as_parameters():
            return answer(self.booking.free_slots(municipality, criteria_of(request)), request)

    @route("GET", f"{BASE}/slots/days", cache_seconds=FRESH_FOR)
    def get_days(self, request: Request, municipality: str) -> Response:
        with as_parameters():
            return answer(self.booking.day_counts(municipality, criteria_of(request)), request)

    @route("GET", f"{BASE}/slots/first", cache_seconds=FRESH_FOR)
    def get_first(self, request: Request, municipality: str) -> Response:
        with as_parameters():
            return answer(self.booking.first_available(municipality, criteria_of(request)), request)

    @route("GET", f"{BASE}/slots/explanation", cache_seconds=FRESH_FOR)
    def get_explanation(self, request: Request, municipality: str) -> Response:
        with as_parameters():
            return answer(self.booking.explain(municipality, criteria_of(request)), request)

    @route("GET", f"{BASE}/invitations/<invitation>")
    def get_invitation(self, request: Request, municipality: str, invitation: str) -> Response:
        return private(self.booking.invitation(municipality, invitation), request)

    @route("GET", f"{BASE}/feeds/<token>.ics")
    def get_feed(self, request: Request, municipality: str, token: str) -> Response:
        return calendar(self.booking.feed(municipality, token), "agenda")


def criteria_of(request: Request) -> FindSlots:
    """Return a slot query for booking. Raises Refusal: invalid-request."""
    given: dict[str, Any] = {
        name: values if name in REPEATED else values[-1] for name, values in request.args.lists() if name != "lang"
    }
    if TYPES in given:
        given["appointment_types"] = given.pop(TYPES)
    return from_json(FindSlots, given)


@contextmanager
def as_parameters() -> Iterator[None]:
    """Convert pointers to fields in a refusal of booking to the parameters that they came from."""
    try:
        yield
    except Refusal as refusal:
        for error in refusal.errors:
            if "pointer" in error:
                field = error.pop("pointer").split("/")[1]
                error["parameter"] = TYPES if field == "appointment_types" else field
        raise
