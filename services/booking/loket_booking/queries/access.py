"""What a caller has access to: each method refuses what belongs to another team than those of the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from loket_contracts.errors import Refusal
from loket_contracts.rpc.amend_part import AmendPart
from loket_contracts.rpc.caller import Caller

from ..configuration.parts import resources_of, teams_of
from ..domain.teams import appointment_types_of, includes, includes_resource
from ..store.cards import Card
from ..store.configurations import Configurations
from ..store.invitations import Invitations
from ..store.tickets import Tickets
from .appointments import AppointmentQueries


@dataclass(frozen=True)
class Access:
    configurations: Configurations
    invitations: Invitations
    tickets: Tickets
    appointments: AppointmentQueries

    def find_card(self, municipality: str, identifier: str, caller: Caller) -> Card:
        """The card of an appointment that the caller may see.

        A resident has the token of its link, a portal has booked it, staff work for its team and may give its
        reference. Raises Refusal: appointment-not-found, also for an appointment that the caller may not see.
        """
        match caller.kind:
            case "resident":
                return self.appointments.find_card(municipality, identifier, caller.token or "")
            case "portal":
                card = self.appointments.find_card_by_id(municipality, identifier)
                if card.portal is None or card.portal != caller.name:
                    raise Refusal("appointment-not-found")
                return card
            case "staff":
                card = self.appointments.find_card_by_id_or_reference(municipality, identifier)
                if caller.teams is not None and not includes(caller.teams, self.appointments.appointment(card).team):
                    raise Refusal("appointment-not-found")
                return card
            case _:
                raise Refusal("appointment-not-found")

    def require_types(self, municipality: str, kinds: Sequence[str], caller: Caller) -> None:
        """Raises Refusal: forbidden when a type is another team's. Unknown types are left to the command."""
        if caller.teams is not None:
            known = self.configurations.calendar(municipality).municipality.appointment_types
            _require(all(includes(caller.teams, known[kind].team) for kind in kinds if kind in known))

    def require_shown_types(self, municipality: str, kinds: Sequence[str], caller: Caller) -> None:
        """Raises Refusal: unknown-appointment-type when a type is another team's and not public."""
        known = self.configurations.calendar(municipality).municipality.appointment_types
        for kind in kinds:
            if kind in known and known[kind].visibility != "public" and not includes(caller.teams, known[kind].team):
                raise Refusal("unknown-appointment-type", {"appointment_type": kind})

    def require_resource(self, municipality: str, resource: str | None, caller: Caller) -> None:
        """Raises Refusal: forbidden when the resource is not of these teams, or is None, which means all resources."""
        if caller.teams is not None:
            known = self.configurations.calendar(municipality).municipality.resources
            _require(resource is not None and (resource not in known or includes(caller.teams, known[resource].team)))

    def require_part(self, municipality: str, section: str, name: str, caller: Caller) -> None:
        """Raises Refusal: forbidden for a part of the configuration that is not a resource or type of these teams.

        An empty name is a part that does not exist yet. Unknown ones are left to the command.
        """
        if caller.teams is not None:
            _require(section in ("resources", "appointment_types"))
            known = getattr(self.configurations.including_removed(municipality), section)
            _require(name not in known or includes(caller.teams, known[name].team))

    def require_amendment(self, municipality: str, command: AmendPart, caller: Caller) -> None:
        """Raises Refusal: forbidden when the part is another team's, or would be, or would need another team's."""
        added = command.action in ("add", "restore")
        part = "" if command.action == "add" else command.name
        self.require_part(municipality, command.section, part, caller)
        if caller.teams is not None:
            named = teams_of(command.values)
            _require(all(includes(caller.teams, team) for team in named))
            _require(bool(command.values.get("team")) or not (added or "team" in command.values))
            known = self.configurations.calendar(municipality).municipality.resources
            needed = [known[each] for each in resources_of(command.values) if each in known]
            _require(all(includes_resource(caller.teams, each) for each in needed))

    def require_all_teams(self, caller: Caller) -> None:
        """Raises Refusal: forbidden for staff of some teams only, when a method concerns all of them."""
        _require(caller.teams is None)

    def require_closure(self, municipality: str, identifier: str, caller: Caller) -> None:
        """Raises Refusal: forbidden when it is not of these teams. Unknown ones are left to the command."""
        found = self.configurations.closures.get(municipality, identifier) if caller.teams is not None else None
        if found is not None:
            self.require_resource(municipality, found.resource, caller)

    def require_invitation(self, municipality: str, identifier: str, caller: Caller) -> None:
        """Raises Refusal: invitation-not-valid for an invitation to another team's type."""
        kinds = appointment_types_of(caller.teams, self.configurations.including_removed(municipality))
        if kinds is not None:
            found = self.invitations.get(identifier)
            if found is None or found.appointment_type not in kinds:
                raise Refusal("invitation-not-valid")

    def require_ticket(self, municipality: str, identifier: str, caller: Caller) -> None:
        """Raises Refusal: ticket-not-found for another team's ticket."""
        if caller.teams is not None:
            found = self.tickets.get(identifier)
            if found is None or found.municipality != municipality or not includes(caller.teams, found.team):
                raise Refusal("ticket-not-found", {"ticket": identifier})


def _require(allowed: bool) -> None:
    if not allowed:
        raise Refusal("forbidden", {"permission": "for another team"})
