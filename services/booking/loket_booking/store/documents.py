"""Appointments as MongoDB documents and back."""

from __future__ import annotations

from typing import Any

from ..domain.agenda import AgendaKey, Placement
from ..domain.appointment import Appointment, Transition

Document = dict[str, Any]


def to_document(appointment: Appointment) -> Document:
    return {
        **{name: getattr(appointment, name) for name in Appointment.__dataclass_fields__},
        "appointment_types": list(appointment.appointment_types),
        "resources": list(appointment.resources),
        "history": [vars(transition) for transition in appointment.history],
    }


def from_entry(entry: Document) -> tuple[Appointment, list[Placement]]:
    """The appointment that a claim or hold is for, and where all of its time is."""
    stored = entry["appointment"]
    appointment = Appointment(
        **{
            **stored,
            "appointment_types": tuple(stored["appointment_types"]),
            "resources": tuple(stored["resources"]),
            "history": tuple(Transition(**each) for each in stored["history"]),
        }
    )
    return appointment, [
        Placement(AgendaKey.parse(each["agenda"]), each["s"], each["e"]) for each in entry["placements"]
    ]
