"""The documents of this dialect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from loket_contracts.rpc.booking.answers import AppointmentTypeEntry, Catalogue, LocationEntry
from loket_contracts.rpc.booking.slot_answers import PortalAppointment

from ...i18n.language import country_name, pick

Document = dict[str, Any]


def envelope(name: str, content: Any, arguments: dict[str, list[str]] | None = None) -> Document:
    """Wrap a response. `arguments`: the matrix parameters of the request."""
    return {
        "notifications": [],
        name: content,
        "meta": {
            "start": "",
            "end": "",
            "totalResults": len(content) if isinstance(content, list) else 1,
            "offset": None,
            "limit": None,
            "fields": "",
            "arguments": {key: f"[{', '.join(values)}]" for key, values in (arguments or {}).items()},
        },
    }


def service(kind: AppointmentTypeEntry, language: str) -> Document:
    """Return an appointment type as a service. Durations are in minutes."""
    return {
        "publicId": kind["id"],
        "name": pick(kind["name"], language),
        "duration": kind["duration"],
        "additionalCustomerDuration": kind["per_extra_person"],
        "custom": None,
        "active": True,
        "publicEnabled": True,
        "created": 0,
        "updated": 0,
    }


def grouped(kinds: Sequence[AppointmentTypeEntry], language: str) -> Document:
    """Return types that can be combined, as a service group."""
    hidden = ("active", "publicEnabled", "created", "updated")
    return {
        "services": [
            {name: value for name, value in service(kind, language).items() if name not in hidden} for kind in kinds
        ]
    }


def branch(location: LocationEntry, catalogue: Catalogue, language: str) -> Document:
    """Return a location as a branch. Clients ignore one without addressZip, such as the telephone."""
    address = location["address"]
    return {
        "publicId": location["id"],
        "name": pick(location["name"], language),
        "phone": catalogue["municipality"]["phone"],
        "email": catalogue["municipality"]["email"],
        "branchPrefix": None,
        "addressLine1": address["street"] if address else None,
        "addressLine2": None,
        "addressZip": address["postcode"] if address else None,
        "addressCity": address["city"] if address else None,
        "addressState": None,
        "addressCountry": country_name(catalogue["municipality"]["country"], language) if address else None,
        "latitude": None,
        "longitude": None,
        "timeZone": location["time_zone"],
        "fullTimeZone": location["time_zone"],
        "custom": None,
        "created": 0,
        "updated": 0,
    }


def appointment(
    found: PortalAppointment,
    kinds: Sequence[AppointmentTypeEntry],
    place: LocationEntry,
    catalogue: Catalogue,
    language: str,
) -> Document:
    """Return an appointment with its customer. Times are in UTC."""
    person = customer(found)
    return {
        "publicId": found["id"],
        "title": ", ".join(pick(kind["name"], language) for kind in kinds),
        "start": _moment(found["start"]),
        "end": _moment(found["end"]),
        "created": _milliseconds(found["created_at"]),
        "updated": _milliseconds(found["created_at"]),
        "status": 20,
        "allDay": False,
        "blocking": False,
        "notes": found["notes"],
        "custom": None,
        "resource": {"name": ", ".join(found["with"])},
        "numberOfCustomers": found["persons"],
        "customers": [person] * found["persons"],
        "services": [service(kind, language) for kind in kinds],
        "branch": branch(place, catalogue, language),
    }


def customer(found: PortalAppointment) -> Document:
    contact = found["contact"]
    return {
        "publicId": f"{found['id']}-customer",
        "name": contact.get("name"),
        "firstName": None,
        "lastName": contact.get("name"),
        "email": contact.get("email"),
        "phone": contact.get("phone"),
        "dateOfBirth": None,
        "externalId": None,
        "identificationNumber": None,
        "custom": None,
    }


def _moment(text: str) -> str:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.000+00:00")


def _milliseconds(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).timestamp() * 1000)
