"""As `previous_release`, for the methods of residents who have the token of an appointment, and of portals."""

from __future__ import annotations

from typing import Any

from ..caller import Caller
from ..message import to_json
from ..method import Call
from .changes import GiveFeedback, JoinWaitingList
from .slots import HoldSlot


def hold(municipality: str, command: HoldSlot, caller: Caller, idempotency_key: str | None = None) -> Call:
    about = {"municipality": municipality, "body": to_json(command), "client": caller.client}
    return "hold", {**about, "idempotency_key": idempotency_key}


def hold_instead(municipality: str, before: str, command: HoldSlot, caller: Caller) -> Call:
    about = {"municipality": municipality, "before": before, "body": to_json(command)}
    return "hold_instead", {**about, "client": caller.client}


def book_filled_in(municipality: str, hold: str, caller: Caller, invitation: str | None = None) -> Call:
    about = {"municipality": municipality, "hold": hold, "invitation": invitation}
    return "book_filled_in", {**about, "client": caller.client}


def appointment_calendar(municipality: str, identifier: str, caller: Caller, url: str = "") -> Call:
    return "appointment_calendar", {**_about(municipality, identifier, caller), "url": url}


def check_in(municipality: str, identifier: str, caller: Caller) -> Call:
    return "check_in", _about(municipality, identifier, caller)


def add_file(municipality: str, identifier: str, question: str | None, name: str, content: str, caller: Caller) -> Call:
    file = {"question": question, "name": name, "content": content}
    return "add_file", {**_about(municipality, identifier, caller), **file}


def drop_file(municipality: str, identifier: str, file: str, caller: Caller) -> Call:
    return "drop_file", {**_about(municipality, identifier, caller), "file": file}


def join_waiting_list(municipality: str, command: JoinWaitingList, caller: Caller) -> Call:
    return "join_waiting_list", {"municipality": municipality, "token": caller.token, "body": to_json(command)}


def leave_waiting_list(municipality: str, identifier: str, caller: Caller) -> Call:
    return "leave_waiting_list", _about(municipality, identifier, caller)


def accept_offer(municipality: str, identifier: str, caller: Caller) -> Call:
    return "accept_offer", _about(municipality, identifier, caller)


def decline_offer(municipality: str, identifier: str, caller: Caller) -> Call:
    return "decline_offer", _about(municipality, identifier, caller)


def give_feedback(municipality: str, identifier: str, command: GiveFeedback, caller: Caller) -> Call:
    return "give_feedback", {**_about(municipality, identifier, caller), "body": to_json(command)}


def portal_appointment(municipality: str, identifier: str, caller: Caller) -> Call:
    return "portal_appointment", {"municipality": municipality, "who": caller.name, "identifier": identifier}


def _about(municipality: str, identifier: str, caller: Caller) -> dict[str, Any]:
    return {"municipality": municipality, "identifier": identifier, "token": caller.token}
