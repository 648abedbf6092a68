"""The types, location and people of an appointment, also after the configuration removed them.

`known`: the municipality including removed entries. An entry that is not found at all gets its code as its name.
"""

from __future__ import annotations

from loket_contracts.errors import Refusal
from loket_contracts.refusal_codes import RefusalCode

from .appointment import Appointment
from .appointment_spec import AppointmentSpec, build_spec, for_speakers_of, spec_for
from .catalogue import AppointmentType, Location, Municipality
from .grid import CELL, MINUTES


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


def booked_spec(known: Municipality, appointment: Appointment) -> AppointmentSpec:
    """The spec by which it was booked. Never refused."""
    types, location = types_of(known, appointment), location_of(known, appointment)
    return build_spec(types, appointment.team, location, appointment.persons)


def spec_to_move(
    municipality: Municipality, appointment: Appointment, location: str | None = None, persons: int | None = None
) -> AppointmentSpec:
    """The spec by which it can be booked now, at another time, and perhaps at another `location` or for more `persons`.

    Raises Refusal: appointment-type-removed, location-removed, and as `spec_for`.
    """
    code = move_refusal(municipality, appointment)
    if code and (code != "location-removed" or location is None):
        raise Refusal(code)
    spec = spec_for(
        municipality, appointment.appointment_types, persons or appointment.persons, location or appointment.location
    )
    return for_speakers_of(spec, appointment.specialist_language)


def move_refusal(municipality: Municipality, appointment: Appointment) -> RefusalCode | None:
    """Why the appointment cannot be moved as it is: appointment-type-removed, location-removed, or None if it can."""
    if any(name not in municipality.appointment_types for name in appointment.appointment_types):
        return "appointment-type-removed"
    return None if appointment.location in _shared(municipality, appointment) else "location-removed"


def without_refused(commands: list[str], refusal: str | None) -> list[str]:
    """The commands without those that `move_refusal` excludes."""
    return [each for each in commands if each != "reschedule" or refusal is None]


def other_locations(municipality: Municipality, appointment: Appointment) -> list[Location]:
    """The locations that offer its types now, if its own no longer does."""
    if move_refusal(municipality, appointment) != "location-removed":
        return []
    return [municipality.locations[name] for name in _shared(municipality, appointment)]


def _shared(municipality: Municipality, appointment: Appointment) -> list[str]:
    types = [municipality.appointment_types[name] for name in appointment.appointment_types]
    return [name for name in types[0].locations if all(name in kind.locations for kind in types)]


def _unknown_type(known: Municipality, name: str, appointment: Appointment) -> AppointmentType:
    minutes = (appointment.end - appointment.start) // CELL * MINUTES
    return AppointmentType(name, {known.languages[0]: name}, appointment.team, (appointment.location,), minutes, ())
