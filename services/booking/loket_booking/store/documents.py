"""Domain objects to MongoDB documents, and back."""

from __future__ import annotations

import datetime as dt

from loket_chassis.storage.connection import Document

from ..domain.appointment import Appointment
from ..domain.availability import Preference
from ..domain.lifecycle import HistoryEntry
from ..domain.resource_day import AgendaKey, Placement
from ..domain.ticket import Ticket
from ..domain.waiting_list import Entry, Offer


def appointment_to_document(appointment: Appointment) -> Document:
    return _with_history(appointment)


def claim_from_document(entry: Document) -> tuple[Appointment, list[Placement]]:
    """The appointment of a claim or hold, and all its placements."""
    placements = [
        Placement(AgendaKey.parse(each["agenda"]), each["s"], each["e"], each.get("p", "visit"))
        for each in entry["placements"]
    ]
    return appointment_from_document(entry["appointment"]), placements


def appointment_from_document(stored: Document) -> Appointment:
    tuples = {name: tuple(stored[name]) for name in ("appointment_types", "resources")}
    return Appointment(**{**stored, **tuples, "history": _history(stored)})


def placement_to_document(placement: Placement) -> Document:
    document: Document = {"agenda": str(placement.agenda), "s": placement.start, "e": placement.end}
    return document if placement.purpose == "visit" else {**document, "p": placement.purpose}


def ticket_to_document(ticket: Ticket) -> Document:
    return _with_history(ticket)


def ticket_from_document(stored: Document) -> Ticket:
    values = {name: stored[name] for name in Ticket.__dataclass_fields__}
    return Ticket(**{**values, "appointment_types": tuple(values["appointment_types"]), "history": _history(stored)})


def entry_to_document(entry: Entry) -> Document:
    preference = entry.preference
    return {
        **{name: getattr(entry, name) for name in Entry.__dataclass_fields__},
        "appointment_types": list(entry.appointment_types),
        "declined": list(entry.declined),
        "preference": {
            "weekdays": sorted(preference.weekdays),
            "after": preference.after and preference.after.isoformat(),
            "before": preference.before and preference.before.isoformat(),
        },
        "not_before": entry.not_before and entry.not_before.isoformat(),
        "offer": entry.offer and vars(entry.offer),
    }


def entry_from_document(stored: Document) -> Entry:
    values = {name: stored[name] for name in Entry.__dataclass_fields__}
    preference = stored["preference"]
    return Entry(
        **{
            **values,
            "appointment_types": tuple(values["appointment_types"]),
            "declined": tuple(values["declined"]),
            "preference": Preference(
                frozenset(preference["weekdays"]),
                preference["after"] and dt.time.fromisoformat(preference["after"]),
                preference["before"] and dt.time.fromisoformat(preference["before"]),
            ),
            "not_before": values["not_before"] and dt.date.fromisoformat(values["not_before"]),
            "offer": values["offer"] and Offer(**values["offer"]),
        }
    )


def _with_history(entity: Appointment | Ticket) -> Document:
    values = {name: getattr(entity, name) for name in entity.__dataclass_fields__}
    lists = {name: list(value) for name, value in values.items() if isinstance(value, tuple)}
    return {**values, **lists, "history": [vars(transition) for transition in entity.history]}


def _history(stored: Document) -> tuple[HistoryEntry, ...]:
    return tuple(HistoryEntry(**each) for each in stored["history"])
