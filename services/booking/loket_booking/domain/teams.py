"""What staff of some teams see: what belongs to those teams, and what belongs to all."""

from __future__ import annotations

from collections.abc import Sequence

from .catalogue import Municipality, Resource

#: the teams that a member of staff works for; None for all teams of the municipality
Teams = Sequence[str] | None


def includes(teams: Teams, team: str | None) -> bool:
    """Whether this team is one of them."""
    return teams is None or team in teams


def includes_resource(teams: Teams, resource: Resource | None) -> bool:
    """Whether the resource is of these teams, or of none, as a room is. An unknown one may be another team's."""
    return teams is None or (resource is not None and (resource.team is None or resource.team in teams))


def appointment_types_of(teams: Teams, known: Municipality) -> list[str] | None:
    """The appointment types of these teams; None for all."""
    return None if teams is None else [each.id for each in known.appointment_types.values() if each.team in teams]
