"""The entries that a new configuration removes, and the appointments that refer to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .appointment import Appointment
from .catalogue import Municipality

#: the sections of a configuration whose entries appointments refer to
SECTIONS = ("appointment_types", "locations", "resources", "teams")


@dataclass(frozen=True)
class Removal:
    """A removed entry, with the appointments that refer to it."""

    section: str
    name: str
    appointments: tuple[Appointment, ...]


def removed(before: Municipality, after: Municipality) -> Iterator[tuple[str, str]]:
    """The (section, name) of every entry of `before` that is not in `after`."""
    for section in SECTIONS:
        for name in getattr(before, section):
            if name not in getattr(after, section):
                yield section, name


def removals(before: Municipality, after: Municipality, appointments: Iterable[Appointment]) -> list[Removal]:
    """The removed entries to which at least one of these appointments refers."""
    listed = list(appointments)
    found = []
    for section, name in removed(before, after):
        hit = tuple(each for each in listed if name in _references(each, section))
        if hit:
            found.append(Removal(section, name, hit))
    return found


def _references(appointment: Appointment, section: str) -> tuple[str, ...]:
    return {
        "appointment_types": appointment.appointment_types,
        "locations": (appointment.location,),
        "resources": appointment.resources,
        "teams": (appointment.team,),
    }[section]
