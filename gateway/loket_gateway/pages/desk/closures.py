"""Closures (leave, meetings, holidays), and the appointments in conflict with them."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.wrappers import Response

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.closures import CloseTime, MoveThese
from loket_contracts.rpc.booking.staff_answers import MoveResult
from loket_contracts.rpc.message import from_json

from ...access.required_permission import needs
from ...clients.catalogue_cache import CatalogueCache
from ...http.request import GatewayRequest
from ..render import see_other
from .frame import by_field, desk_page, errors_of, form_idempotency_key
from .refusals import desk_route

CLOSE = needs("closures.change")
FIELDS = ("first", "last", "from", "to", "resource", "location", "reason")


@dataclass(frozen=True)
class ClosurePages:
    """Leads of a team close time of that team; administrators, of all."""

    booking: Booking
    catalogue: CatalogueCache

    @desk_route("GET", "/<municipality>/balie/sluitingen", CLOSE)
    def closures(self, request: GatewayRequest, municipality: str) -> Response:
        return self._closures(request, municipality, {name: request.args.get(name, "") for name in FIELDS}, {})

    @desk_route("POST", "/<municipality>/balie/sluitingen", CLOSE)
    def close(self, request: GatewayRequest, municipality: str) -> Response:
        given = {name: request.form.get(name, "").strip() for name in FIELDS}
        caller = request.caller.as_staff("closures.change")
        try:
            command = from_json(CloseTime, {name: text for name, text in given.items() if text})
            self.booking.close_time(municipality, command, caller, idempotency_key=form_idempotency_key(request))
        except Refusal as refusal:
            return self._closures(request, municipality, given, by_field(errors_of(refusal, request)))
        return see_other(request, f"/{municipality}/balie/sluitingen", closed="1")

    @desk_route("POST", "/<municipality>/balie/sluitingen/<closure>/weg", CLOSE)
    def reopen(self, request: GatewayRequest, municipality: str, closure: str) -> Response:
        caller = request.caller.as_staff("closures.change")
        self.booking.open_time(municipality, closure, caller, idempotency_key=form_idempotency_key(request))
        return see_other(request, f"/{municipality}/balie/sluitingen")

    @desk_route("POST", "/<municipality>/balie/botsingen", CLOSE)
    def solve(self, request: GatewayRequest, municipality: str) -> Response:
        """Move the selected appointments to the proposed times."""
        moves = []
        for text in request.form.getlist("move"):
            appointment, _, start = text.partition("|")
            moves.append({"appointment": appointment, "start": start})
        results: list[MoveResult] = []
        if moves:
            command = from_json(MoveThese, {"moves": moves})
            results = self.booking.move_these(municipality, command, request.caller.as_staff("closures.change"))
        moved = sum(each["result"] == "moved" for each in results)
        return see_other(request, f"/{municipality}/balie/sluitingen", moved=str(moved), of=str(len(moves)))

    def _closures(
        self, request: GatewayRequest, municipality: str, given: dict[str, str], wrong: dict[str, str]
    ) -> Response:
        caller = request.caller.as_staff("closures.change")
        conflicts = self.booking.clashes(municipality, caller)
        named = [each["appointment"] for each in conflicts]
        proposals = self.booking.proposals(municipality, named, caller) if named else []
        people = self.booking.resources(municipality, caller)
        return desk_page(
            "closures.html", request, self.catalogue, municipality, 422 if wrong else 200,
            at="closures", closures=self.booking.closures(municipality, caller), people=people,
            names={each["id"]: each["name"] for each in people},
            clashes=conflicts, proposed={each["appointment"]: each for each in proposals}, given=given, wrong=wrong,
            for_all=caller.teams is None, done=request.args.to_dict(),
        )  # fmt: skip
