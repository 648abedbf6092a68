"""Parsing of requests of this dialect."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Request

from loket_contracts.errors import Refusal
from loket_contracts.fields import parse_day_parameter

NEEDED = "Missing data for required field."
#: fields of a customer that are used
READ = ("firstName", "initials", "lastNamePrefix", "lastName", "emailAddress", "phoneNumber", "mobilePhoneNumber")


def one(values: list[str], name: str) -> list[str]:
    """Parse a number of at least one. Raises Refusal: invalid-request."""
    if not values:
        raise Refusal("invalid-request", errors=[{"parameter": name, "detail": NEEDED}])
    return list(dict.fromkeys(values))


def activities(request: Request, body: dict[str, Any] | None = None) -> tuple[list[str], int]:
    """Return the activities and the number of persons, the largest of all activities.

    From the query (`activityId` and `amount`, in pairs), or from a body's `activityList`. Raises Refusal:
    invalid-request.
    """
    if body is None:
        names, amounts = request.args.getlist("activityId"), request.args.getlist("amount")
        if len(names) != len(amounts) or not names:
            detail = "Give activityId and amount in pairs."
            raise Refusal("invalid-request", errors=[{"parameter": "activityId", "detail": detail}])
    else:
        listed = body.get("activityList")
        if not isinstance(listed, list) or not listed or not all(isinstance(each, dict) for each in listed):
            raise Refusal("invalid-request", errors=[{"pointer": "/activityList", "detail": NEEDED}])
        names = [str(each.get("activityId") or "") for each in listed]
        amounts = [str(each.get("amount", 1)) for each in listed]
    return list(dict.fromkeys(names)), max(_amount(each) for each in amounts)


def _amount(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text[:9]) < 1:
        raise Refusal(
            "invalid-request", errors=[{"parameter": "amount", "detail": "Must be greater than or equal to 1."}]
        )
    return int(text[:9])


def date_of(request: Request, name: str) -> dt.date:
    """Raises Refusal: invalid-request."""
    return parse_day_parameter(request.args.get(name, "")[:10], name)


def instant_of(body: dict[str, Any], name: str, time_zone: str) -> str:
    """Parse a time with offset, or a naive one in the zone of the location. Raises Refusal: invalid-request."""
    try:
        moment = dt.datetime.fromisoformat(str(body.get(name) or ""))
    except ValueError as error:
        detail = "Give a date and time (ISO 8601)."
        raise Refusal("invalid-request", errors=[{"pointer": f"/{name}", "detail": detail}]) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(time_zone))).isoformat()


def contact_of(body: dict[str, Any], lang: str) -> dict[str, Any]:
    """Return the main customer. Raises Refusal: invalid-request without first name and initials."""
    listed = body.get("customerList")
    people = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    person = next((each for each in people if each.get("isMainCustomer")), people[0] if people else None)
    if person is None:
        raise Refusal("invalid-request", errors=[{"pointer": "/customerList", "detail": NEEDED}])
    given = {name: str(person.get(name) or "").strip() for name in READ}
    if not given["firstName"] and not given["initials"]:
        detail = "A first name or initials are needed."
        raise Refusal("invalid-request", errors=[{"pointer": "/customerList/0/firstName", "detail": detail}])
    name = [given["firstName"] or given["initials"], given["lastNamePrefix"], given["lastName"]]
    phone = given["mobilePhoneNumber"] or given["phoneNumber"]
    contact = {"name": " ".join(filter(None, name)), "email": given["emailAddress"], "language": lang}
    return {**contact, "phone": phone} if phone else contact
