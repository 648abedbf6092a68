"""What somebody may who works for some teams only: `teams` are their codes, None is all of the municipality."""

from __future__ import annotations

from collections.abc import Sequence

from loket_contracts.errors import Refusal

from ..context import Stores
from ..queries import appointments
from ..store.cards import Card

Teams = Sequence[str] | None


def card_of(stores: Stores, municipality: str, identifier: str, teams: Teams) -> Card:
    """The card by its id or reference. Of another team's visit it is told that there is none.

    Raises Refusal: appointment-not-found.
    """
    card = appointments.find_card_by_id_or_reference(stores, municipality, identifier)
    if teams is not None and appointments.appointment(stores, card).team not in teams:
        raise Refusal("appointment-not-found")
    return card


def require_types(stores: Stores, municipality: str, kinds: Sequence[str], teams: Teams) -> None:
    """Raises Refusal: forbidden when a type is another team's; a type that there is not is for others to refuse."""
    if teams is not None:
        known = stores.configurations.calendar(municipality).municipality.appointment_types
        _require(all(known[kind].team in teams for kind in kinds if kind in known))


def require_resource(stores: Stores, municipality: str, resource: str | None, teams: Teams) -> None:
    """Raises Refusal: forbidden when the resource is not of these teams, or all resources are meant."""
    if teams is not None:
        known = stores.configurations.calendar(municipality).municipality.resources
        _require(resource is not None and (resource not in known or known[resource].team in teams))


def require_ticket(stores: Stores, municipality: str, identifier: str, teams: Teams) -> None:
    """Raises Refusal: ticket-not-found for another team's."""
    if teams is not None:
        found = stores.queues.get(identifier)
        if found is None or found.municipality != municipality or found.team not in teams:
            raise Refusal("ticket-not-found", {"ticket": identifier})


def require_all(teams: Teams) -> None:
    """Raises Refusal: forbidden for who works for some teams only."""
    _require(teams is None)


def _require(allowed: bool) -> None:
    if not allowed:
        raise Refusal("forbidden", {"permission": "for another team"})
