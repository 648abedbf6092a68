"""The documents of this dialect. Fields without a value are left out, never null."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from loket_contracts.rpc.booking.answers import AppointmentTypeEntry, Catalogue, LocationEntry
from loket_contracts.rpc.booking.slot_answers import PortalAppointment

from ...i18n.language import country_name, pick
from ..free_starts import naive

Document = dict[str, Any]
#: kinds of customer fields; fields that are not listed are optional
HIDDEN, REQUIRED = 1, 2
_HOUSE_NUMBER = re.compile(r"(?P<street>.+?)\s+(?P<number>\d+)\s*(?P<suffix>\S*)")


def activity(kind: AppointmentTypeEntry, number: int, language: str, most: int) -> Document:
    """An appointment type. `appointmentDuration` in seconds."""
    return _filled({
        "id": kind["id"],
        "number": number,
        "description": pick(kind["name"], language),
        "necessities": "; ".join(pick(text, language) for text in kind["bring"]),
        "appointmentDuration": kind["duration"] * 60,
        "maxCountForEvent": most,
        "activityGroupId": kind["team"],
    })  # fmt: skip


def location(place: LocationEntry, number: int, catalogue: Catalogue, language: str) -> Document:
    found = _filled({
        "id": place["id"],
        "auditId": place["id"],
        "locationNumber": number,
        "isDefault": number == 1,
        "isActive": True,
        "description": pick(place["name"], language),
        "emailAddress": catalogue["municipality"]["email"],
        "address": _address(place, catalogue["municipality"]["country"], language),
    })  # fmt: skip
    if phone := catalogue["municipality"]["phone"]:
        identity = {"id": "phone", "auditId": "phone"}
        found["phoneNumberList"] = [
            {**identity, "phoneNumber": {**identity, "value": phone},
             "phoneNumberType": {**identity, "name": "WorkPhoneNumber"}}
        ]  # fmt: skip
    return found


def _address(place: LocationEntry, country: str, language: str) -> Document:
    identity = {"id": place["id"], "auditId": place["id"]}
    given = place["address"]
    if given is None:
        return {**identity, "country": {"id": country, "isoCode": country}}
    read = _HOUSE_NUMBER.fullmatch(given["street"])
    return _filled({
        **identity,
        "streetName": read["street"] if read else given["street"],
        "houseNumber": read["number"] if read else "",
        "houseNumberSuffix": read["suffix"] if read else "",
        "postalCode": given["postcode"],
        "city": given["city"],
        "country": {"id": country, "isoCode": country, "name": country_name(country, language)},
    })  # fmt: skip


def customer_fields(needs_phone: bool) -> Document:
    """Return the required customer fields: name, e-mail, and phone for phone appointments."""
    hidden = (
        "initials", "lastNamePrefix", "birthDate", "socialSecurityNumber", "nationality", "language", "streetName",
        "houseNumber", "houseNumberSuffix", "postalCode", "city", "country",
    )  # fmt: skip
    return {
        **dict.fromkeys(hidden, HIDDEN),
        "emailAddress": REQUIRED,
        "areFirstNameOrInitialsRequired": True,
        "isAnyPhoneNumberRequired": needs_phone,
    }


def appointment(
    found: PortalAppointment, kinds: Sequence[AppointmentTypeEntry], numbers: Sequence[int], language: str, most: int
) -> Document:
    zone, contact = found["time_zone"], found["contact"]
    person = _filled({
        "id": f"{found['id']}-customer",
        "isMainCustomer": True,
        "gender": 0,
        "lastName": contact.get("name"),
        "emailAddress": contact.get("email"),
        "phoneNumber": contact.get("phone"),
    })  # fmt: skip
    return _filled({
        "id": found["id"],
        "number": int(found["id"][:7], 16),
        "startDateTime": naive(found["start"], zone),
        "endDateTime": naive(found["end"], zone),
        "creationDateTime": naive(found["created_at"], zone),
        "activityList": [
            {"amount": found["persons"], "activity": activity(kind, number, language, most)}
            for kind, number in zip(kinds, numbers, strict=True)
        ],
        "customerList": [person],
        "location": {"id": found["location"]["id"], "description": pick(found["location"]["name"], language)},
        "message": found["notes"],
        "fieldList": [],
    })  # fmt: skip


def _filled(document: Document) -> Document:
    return {name: value for name, value in document.items() if value not in (None, "")}
