"""Links that add an appointment to the calendar of Google or Microsoft.

They name the time and the place, and not the page of the appointment: its address is a secret.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose"


def calendar_links(shown: Mapping[str, Any], municipality: str) -> list[tuple[str, str]]:
    """Return the name and the address of each. `shown`: an appointment in one language."""
    start, end = (dt.datetime.fromisoformat(shown[name]).astimezone(dt.UTC) for name in ("start", "end"))
    title = ", ".join(str(kind["name"]) for kind in shown["appointment_types"]) + f" ({municipality})"
    place = _place(shown["location"])
    google = {
        "action": "TEMPLATE", "text": title, "dates": f"{start:%Y%m%dT%H%M%SZ}/{end:%Y%m%dT%H%M%SZ}",
        "location": place,
    }  # fmt: skip
    outlook = {
        "path": "/calendar/action/compose", "rru": "addevent", "subject": title,
        "startdt": f"{start:%Y-%m-%dT%H:%M:%SZ}", "enddt": f"{end:%Y-%m-%dT%H:%M:%SZ}", "location": place,
    }  # fmt: skip
    return [("Google", f"{GOOGLE}?{urlencode(google)}"), ("Outlook", f"{OUTLOOK}?{urlencode(outlook)}")]


def _place(location: Mapping[str, Any] | None) -> str:
    if not location:
        return ""
    address = location["address"]
    parts = (location["name"], f"{address['street']}, {address['postcode']} {address['city']}" if address else "")
    return ", ".join(part for part in parts if part)
