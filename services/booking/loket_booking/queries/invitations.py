"""The invitations of a municipality, for staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..store.cards import Cards
from ..store.invitations import Invitation, Invitations

MAX_LISTED = 200


@dataclass(frozen=True)
class InvitationQueries:
    invitations: Invitations
    cards: Cards

    def latest_invitations(self, municipality: str) -> list[dict[str, Any]]:
        """The latest invitations, each with the appointment that was booked with it."""
        found = self.invitations.latest(municipality, MAX_LISTED)
        used = self.cards.appointments_by_invitation(invitation.id for invitation in found)
        return [describe_invitation(invitation, used.get(invitation.id)) for invitation in found]


def describe_invitation(invitation: Invitation, appointment: str | None) -> dict[str, Any]:
    return {
        **vars(invitation),
        "made_at": invitation.made_at.isoformat(),
        "expires": invitation.expires.isoformat(),
        "appointment": appointment,
    }
