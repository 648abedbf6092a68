"""Calls of new versions, written for booking of the previous release, while services are upgraded one by one.

Each function takes the arguments of a method and returns the earlier method with its arguments by name, as JSON. They
are removed with the next release, together with `entrypoints/deprecated.py` of booking.
"""

from __future__ import annotations

from typing import Any

from ..caller import Caller
from .commands import CancelAppointment


def cancel(
    municipality: str, identifier: str, command: CancelAppointment, caller: Caller
) -> tuple[str, dict[str, Any]]:
    body = {"reason": command.reason, "sequence": command.sequence}
    about = {"municipality": municipality, "identifier": identifier, "body": body}
    if caller.kind == "resident":
        return "cancel", {**about, "token": caller.token}
    if caller.kind == "portal":
        return "portal_cancel", {**about, "who": caller.name}
    return "staff_cancel", {**about, "who": caller.name, "teams": caller.teams}
