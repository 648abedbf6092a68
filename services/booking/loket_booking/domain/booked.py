"""What an appointment is about, where and with whom, also when the configuration no longer has it.

`known` is the municipality with the entries that were removed from it. An entry that is nowhere to be found any more is
called by its code.
"""

from __future__ import annotations

from loket_contracts.errors import Refusal

from .appointment import Appointment
from .catalogue import AppointmentType, Location, Municipality
from .grid import CELL, MINUTES
from .visit import Visit, plan, worked_out


def types_of(known: Municipality, appointment: Appointment) -> tuple[AppointmentType, ...]:
    return tuple(
        known.appointment_types.get(name) or _unknown_type(known, name, appointment)
        for name in appointment.appointment_types
    )


def location_of(known: Municipality, appointment: Appointment) -> Location:
    name = appointment.location
    if name in known.locations:
        return known.locations[name]
    return Location(name, {known.languages[0]: name}, appointment.channel, appointment.time_zone)


def people_of(known: Municipality, appointment: Appointment) -> list[str]:
    """The names of the people who receive the resident."""
    found = (known.resources.get(name) for name in appointment.resources)
    return [each.name for each in found if each is not None and each.kind == "person"]


def visit_of(known: Municipality, appointment: Appointment) -> Visit:
    """The visit as it was booked, to prepare it. It is never refused."""
    types, location = types_of(known, appointment), location_of(known, appointment)
    return worked_out(types, appointment.team, location, appointment.persons)


def visit_to_move(municipality: Municipality, appointment: Appointment, location: str | None = None) -> Visit:
    """The visit as it can be booked now, at another moment and perhaps at another `location`.

    Raises Refusal: appointment-type-removed, location-removed, and as `visit.plan`.
    """
    code = move_refusal(municipality, appointment)
    if code and (code != "location-removed" or location is None):
        raise Refusal(code)
    return plan(municipality, appointment.appointment_types, appointment.persons, location or appointment.location)


def move_refusal(municipality: Municipality, appointment: Appointment) -> str | None:
    """Why the appointment cannot be moved as it is: appointment-type-removed, location-removed, or None if it can."""
    if any(name not in municipality.appointment_types for name in appointment.appointment_types):
        return "appointment-type-removed"
    return None if appointment.location in _shared(municipality, appointment) else "location-removed"


def can_be_given(commands: list[str], refusal: str | None) -> list[str]:
    """Of the commands that are allowed, those that `move_refusal` does not rule out."""
    return [each for each in commands if each != "reschedule" or refusal is None]


def other_locations(municipality: Municipality, appointment: Appointment) -> list[Location]:
    """Where its types are given now, when no longer at its own location."""
    if move_refusal(municipality, appointment) != "location-removed":
        return []
    return [municipality.locations[name] for name in _shared(municipality, appointment)]


def _shared(municipality: Municipality, appointment: Appointment) -> list[str]:
    types = [municipality.appointment_types[name] for name in appointment.appointment_types]
    return [name for name in types[0].locations if all(name in kind.locations for kind in types)]


def _unknown_type(known: Municipality, name: str, appointment: Appointment) -> AppointmentType:
    minutes = (appointment.end - appointment.start) // CELL * MINUTES
    return AppointmentType(name, {known.languages[0]: name}, appointment.team, (appointment.location,), minutes, ())
