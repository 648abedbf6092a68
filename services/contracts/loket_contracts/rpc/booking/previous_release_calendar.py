"""As `previous_release`, for the methods of the calendar."""

from __future__ import annotations

from ..caller import Caller
from ..message import to_json
from ..method import Call
from .closures import CloseTime, MoveThese
from .invitations import Invite
from .previous_release import name_and_teams


def close_time(municipality: str, command: CloseTime, caller: Caller, idempotency_key: str | None = None) -> Call:
    about = {"municipality": municipality, "body": to_json(command), "idempotency_key": idempotency_key}
    return "close_time", {**about, **name_and_teams(caller)}


def open_time(municipality: str, closure: str, caller: Caller, idempotency_key: str | None = None) -> Call:
    about = {"municipality": municipality, "closure": closure, "idempotency_key": idempotency_key}
    return "open_time", {**about, **name_and_teams(caller)}


def closures(municipality: str, caller: Caller) -> Call:
    return "closures", {"municipality": municipality}


def import_busy(municipality: str, resource: str, source: str, text: str, caller: Caller) -> Call:
    about = {"municipality": municipality, "resource": resource, "source": source, "text": text}
    return "import_busy", {**about, "teams": caller.teams}


def feed_token(municipality: str, resource: str, caller: Caller) -> Call:
    return "feed_token", {"municipality": municipality, "resource": resource}


def clashes(municipality: str, caller: Caller) -> Call:
    return "clashes", {"municipality": municipality}


def proposals(municipality: str, appointment_ids: list[str], caller: Caller) -> Call:
    return "proposals", {"municipality": municipality, "appointment_ids": appointment_ids}


def move_these(municipality: str, command: MoveThese, caller: Caller) -> Call:
    return "move_these", {"municipality": municipality, "body": to_json(command), **name_and_teams(caller)}


def invite(municipality: str, command: Invite, caller: Caller) -> Call:
    return "invite", {"municipality": municipality, "body": to_json(command), **name_and_teams(caller)}


def revoke_invitation(municipality: str, identifier: str, caller: Caller) -> Call:
    return "revoke_invitation", {"municipality": municipality, "identifier": identifier}


def invitations(municipality: str, caller: Caller) -> Call:
    return "invitations", {"municipality": municipality}
