"""The waiting hall at the desk: calling the next visitor, numbers for walk-ins, and their steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.agenda_answers import ClaimEntry
from loket_contracts.rpc.booking.steps import CallNext, TakeStep
from loket_contracts.rpc.booking.tickets import IssueTicket
from loket_contracts.rpc.message import from_json

from ...access.required_permission import needs
from ...http.request import GatewayRequest
from ..render import parse_number, see_other
from .frame import back_to_page, form_idempotency_key
from .refusals import desk_route

HANDLE = needs("queue.handle")
LONGEST_COUNTER = 40


def counter_in(form: Mapping[str, str]) -> str:
    """Return the counter of a form, as booking accepts it; "" for none."""
    return form.get("counter", "").strip()[:LONGEST_COUNTER]


def hall_of(
    booking: Booking, request: GatewayRequest, municipality: str, place: str | None, claims: Iterable[ClaimEntry] = ()
) -> dict[str, Any]:
    """Return the context of hall.html. `place`: None where the page has no hall.

    `claims`: of the visits that the user may see, for the names of those who are here.
    """
    return {
        "visitors": {each["appointment"]: each["name"] for each in claims if "state" in each and each["name"]},
        "line": booking.queue(municipality, place) if place else None,
        "issued": parse_number(request.args.get("ticket"), 0, digits=6),
    }


@dataclass(frozen=True)
class HallPages:
    """The forms of the hall return to the page that they are on."""

    booking: Booking

    @desk_route("POST", "/<municipality>/balie/volgende", HANDLE)
    def call_next(self, request: GatewayRequest, municipality: str) -> Response:
        """Call the next visitor to this person's counter."""
        given, caller = request.form, request.caller.as_staff("queue.handle")
        body = {name: given.get(name, "") for name in ("resource", "location")}
        if counter := counter_in(given):
            body["desk"] = counter
        called = self.booking.call_next(
            municipality, from_json(CallNext, body), caller, idempotency_key=form_idempotency_key(request)
        )
        if called["kind"] == "appointment":
            return see_other(request, f"/{municipality}/balie/afspraak/{called['id']}")
        return back_to_page(request, municipality, called=called["shown"])

    @desk_route("POST", "/<municipality>/balie/volgnummer", needs("tickets.issue"))
    def issue(self, request: GatewayRequest, municipality: str) -> Response:
        """Issue a number for a walk-in."""
        command = IssueTicket(
            appointment_types=(request.form.get("type", ""),), location=request.form.get("location") or None
        )
        issued = self.booking.issue_ticket(municipality, command, idempotency_key=form_idempotency_key(request))
        return back_to_page(request, municipality, ticket=issued["shown"])

    @desk_route("POST", "/<municipality>/balie/nummer/<location>/<date>/<number>/<step>", HANDLE)
    def ticket_step(
        self, request: GatewayRequest, municipality: str, location: str, date: str, number: str, step: str
    ) -> Response:
        given = request.form
        body: dict[str, Any] = {name: given[name] for name in ("outcome", "resource") if given.get(name)}
        if counter := counter_in(given):
            body["desk"] = counter
        if topic := given.get("type"):  # of the appointment that is transferred
            body["appointment_types"] = [topic]
        self.booking.ticket_step(
            municipality, f"{municipality}/{location}/{date}/{number}", given.get("step") or step,
            from_json(TakeStep, body),
            request.caller.as_staff("queue.handle"), idempotency_key=form_idempotency_key(request),
        )  # fmt: skip
        return back_to_page(request, municipality)
