"""Invitations: a case worker lets one resident book one appointment type."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.invitations import Invite

from ..domain.appointment_spec import candidates, spec_for
from ..store.configurations import Configurations
from ..store.invitations import Invitation, Invitations
from .ports import Clock
from .request import Request


@dataclass(frozen=True)
class InvitationCommands:
    invitations: Invitations
    configurations: Configurations
    clock: Clock

    def invite(self, municipality: str, command: Invite, request: Request) -> tuple[Invitation, str]:
        """Create a one-use link. Returns the invitation and its token, which is not stored.

        Raises Refusal: unknown names.
        """
        known = self.configurations.calendar(municipality).municipality
        kind = known.appointment_types.get(command.appointment_type)
        if kind is None:
            raise Refusal("unknown-appointment-type", {"appointment_type": command.appointment_type})
        places = [command.location] if command.location else list(kind.locations)
        specs = [spec_for(known, [kind.id], 1, place) for place in places]
        if command.resource is not None:
            able = (each for spec in specs for group in candidates(known, spec) for each in group)
            if command.resource not in {each.id for each in able}:
                raise Refusal("unknown-resource", {"resource": command.resource})
        now = self.clock()
        invitation = Invitation(
            id=uuid.uuid4().hex,
            municipality=municipality,
            appointment_type=kind.id,
            resource=command.resource,
            location=command.location,
            file_reference=command.file_reference,
            made_by=request.who,
            made_at=now,
            expires=now + dt.timedelta(days=command.days),
        )
        return invitation, self.invitations.add(invitation)

    def require_valid(self, municipality: str, token: str) -> Invitation:
        """The invitation with this token. Raises Refusal: invitation-not-valid."""
        found = self.invitations.find_by_token(token)
        if found is None or found.municipality != municipality or not found.is_valid(self.clock()):
            raise Refusal("invitation-not-valid")
        known = self.configurations.calendar(municipality).municipality
        kind = known.appointment_types.get(found.appointment_type)
        if (
            kind is None
            or (found.location is not None and found.location not in kind.locations)
            or (found.resource is not None and found.resource not in known.resources)
        ):  # the configuration no longer has it
            raise Refusal("invitation-not-valid")
        return found

    def revoke(self, municipality: str, identifier: str) -> None:
        """Revoke an invitation. An appointment booked with it stays. Raises Refusal: invitation-not-valid."""
        if not self.invitations.revoke(municipality, identifier):
            raise Refusal("invitation-not-valid")
