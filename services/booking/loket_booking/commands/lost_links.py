"""Residents who lost the link to their appointment ask for it by their e-mail address."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from loket_contracts.errors import Refusal

from ..domain.grid import local_date
from ..store.agendas import Agendas
from ..store.cards import Cards
from ..store.configurations import Configurations
from ..store.links import Links
from .limits import Limits
from .ports import Clock

#: appointments of one person whose links are sent at once
MAX_LINKS = 5


@dataclass(frozen=True)
class LostLinkCommands:
    agendas: Agendas
    cards: Cards
    configurations: Configurations
    links: Links
    limits: Limits
    clock: Clock

    def coming_appointments(self, municipality: str, email: str) -> list[str]:
        """The ids of the coming appointments of this address, the soonest first, for which a link may be sent now.

        A request counts as a code to this mailbox, also for an unknown address. None once there were too many.
        """
        now = self.clock()
        known = self.configurations.calendar(municipality).municipality
        try:
            with self.limits.code_permit(municipality, "email", email, uuid.uuid4().hex, now):
                pass
        except Refusal as refusal:
            if refusal.code != "too-many-codes":
                raise
            return []
        today = local_date(now, known.time_zone).isoformat()
        cards = self.cards.find_by_contact(municipality, self.links.contact(municipality, email))
        found = self.agendas.find_claims(card.id for card in cards if card.visit_date >= today)
        coming = [each for each in found.values() if each.state == "booked" and each.start > now]
        return [each.id for each in sorted(coming, key=lambda each: each.start)[:MAX_LINKS]]
