"""Free slots: a list, a month at a glance, the first of all, and why there are none."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request, Response

from loket_chassis.rpc import Service

from ..bodies import query
from ..schemas import SlotQuery
from ..web import route
from . import BASE
from .answers import calendar, private

_slot_query = SlotQuery()


class SlotRoutes:
    """Open to all."""

    booking: Service

    @route("GET", f"{BASE}/slots")
    def get_slots(self, request: Request, municipality: str) -> Response:
        return private(self.booking.free_slots(municipality, _wish(request)), request)

    @route("GET", f"{BASE}/slots/days")
    def get_days(self, request: Request, municipality: str) -> Response:
        return private(self.booking.day_counts(municipality, _wish(request)), request)

    @route("GET", f"{BASE}/slots/first")
    def get_first(self, request: Request, municipality: str) -> Response:
        return private(self.booking.first_available(municipality, _wish(request)), request)

    @route("GET", f"{BASE}/slots/explanation")
    def get_explanation(self, request: Request, municipality: str) -> Response:
        return private(self.booking.explain(municipality, _wish(request)), request)

    @route("GET", f"{BASE}/invitations/<token>")
    def get_invitation(self, request: Request, municipality: str, token: str) -> Response:
        return private(self.booking.invitation(municipality, token), request)

    @route("GET", f"{BASE}/feeds/<token>.ics")
    def get_feed(self, request: Request, municipality: str, token: str) -> Response:
        return calendar(self.booking.feed(municipality, token), "agenda")


def _wish(request: Request) -> dict[str, Any]:
    """A slot query as booking reads it."""
    asked = query(request, _slot_query)
    wish: dict[str, Any] = _slot_query.dump(asked)
    types = wish.pop("appointment_type")
    return {**wish, "appointment_types": types}
