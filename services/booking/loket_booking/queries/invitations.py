"""The invitations of a municipality, for staff."""

from __future__ import annotations

from dataclasses import dataclass

from loket_contracts.rpc.booking.staff_answers import InvitationEntry

from ..domain.teams import Teams, appointment_types_of
from ..store.cards import Cards
from ..store.configurations import Configurations
from ..store.invitations import Invitation, Invitations

MAX_LISTED = 200


@dataclass(frozen=True)
class InvitationQueries:
    invitations: Invitations
    cards: Cards
    configurations: Configurations

    def latest_invitations(self, municipality: str, teams: Teams) -> list[InvitationEntry]:
        """The latest invitations to types of these teams, each with the appointment that was booked with it.

        Raises Refusal: unknown-municipality.
        """
        kinds = appointment_types_of(teams, self.configurations.including_removed(municipality))
        found = self.invitations.latest(municipality, MAX_LISTED, kinds)
        used = self.cards.appointments_by_invitation(invitation.id for invitation in found)
        return [describe_invitation(invitation, used.get(invitation.id)) for invitation in found]


def describe_invitation(invitation: Invitation, appointment: str | None) -> InvitationEntry:
    return {
        "id": invitation.id,
        "municipality": invitation.municipality,
        "appointment_type": invitation.appointment_type,
        "resource": invitation.resource,
        "location": invitation.location,
        "file_reference": invitation.file_reference,
        "made_by": invitation.made_by,
        "made_at": invitation.made_at.isoformat(),
        "expires": invitation.expires.isoformat(),
        "revoked": invitation.revoked,
        "appointment": appointment,
    }
