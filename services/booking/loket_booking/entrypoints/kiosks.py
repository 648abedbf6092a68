"""For check-in kiosks."""

from __future__ import annotations

from loket_chassis.messaging.rpc import rpc
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.queue_answers import Arrival, ArrivedPerson, NotExpected
from loket_contracts.rpc.caller import KioskCaller
from loket_contracts.visits import WAITING_STATES

from .requests import RpcDependencies, request_of


class KioskRpc(RpcDependencies):
    """A kiosk finds today's appointments by what the visitor types."""

    @rpc
    def arrivals(self, municipality: str, location: str, text: str) -> list[Arrival]:
        return self.use_cases.search.arrivals(municipality, location, text)

    @rpc
    def why_not_expected(self, municipality: str, location: str, text: str) -> NotExpected | None:
        """Why `arrivals` does not list the appointment with this reference."""
        return self.use_cases.search.why_not_expected(municipality, location, text)

    @rpc(version=2)
    def arrive(
        self, municipality: str, location: str, appointment: str, text: str, caller: KioskCaller
    ) -> ArrivedPerson:
        """Check in the appointment that matches the typed text. Idempotent. `late`: it has no precedence any more.

        Raises Refusal: appointment-not-found.
        """
        found = self.use_cases.search.arrivals(municipality, location, text)
        if appointment not in {each["appointment"] for each in found}:
            raise Refusal("appointment-not-found")
        card = self.use_cases.appointments.find_card_by_id(municipality, appointment)
        changed = self.use_cases.appointments.appointment(card)
        if changed.state not in WAITING_STATES:
            changed = self.use_cases.lifecycle.apply_command(card, "check_in", request_of(self, caller))
        waiting_room = self.use_cases.waiting_room
        return {**waiting_room.describe_person(changed), "late": waiting_room.is_late(changed)}
