"""For the kiosks where people say that they are here. `who` is the code of the kiosk's key."""

from __future__ import annotations

from typing import Any

from loket_chassis.messaging.rpc import rpc
from loket_contracts.errors import Refusal

from ..commands import lifecycle
from ..queries import appointments, search, waiting_room
from .actors import Desk, by_staff


class ForKiosks(Desk):
    """They see who comes today, by what the visitor typed."""

    @rpc
    def arrivals(self, municipality: str, location: str, text: str) -> list[dict[str, Any]]:
        """Who may be meant by what somebody typed there."""
        return search.arrivals(self.stores, municipality, location, text)

    @rpc
    def why_not_expected(self, municipality: str, location: str, text: str) -> dict[str, Any] | None:
        """Where nobody is found: what is known of the reference that somebody typed there."""
        return search.why_not_expected(self.stores, municipality, location, text)

    @rpc
    def arrive(self, municipality: str, who: str, location: str, appointment: str, text: str) -> dict[str, Any]:
        """Check in whoever typed this text there; twice is once. `late`: they lost their precedence.

        Raises Refusal: appointment-not-found.
        """
        if appointment not in {
            each["appointment"] for each in search.arrivals(self.stores, municipality, location, text)
        }:
            raise Refusal("appointment-not-found")
        card = appointments.find_card_by_id(self.stores, municipality, appointment)
        changed = appointments.appointment(self.stores, card)
        if changed.state != "checked_in":
            changed = lifecycle.step(self.stores, self.announce, card, "check_in", by_staff(self, who))
        late = waiting_room.is_late(self.stores, changed)
        return {**waiting_room.describe_person(self.stores, changed), "late": late}
