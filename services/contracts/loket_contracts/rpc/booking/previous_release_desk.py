"""As `previous_release`, for the methods of the desk, the queue and kiosks."""

from __future__ import annotations

from typing import Any

from ..caller import Caller
from ..message import to_json
from ..method import Call
from .book import BookFollowUp
from .previous_release import name_and_teams
from .steps import AskResident, CallNext, TakeStep


def agenda(municipality: str, date: str, caller: Caller, team: str | None = None, resource: str | None = None) -> Call:
    about = {"municipality": municipality, "date": date, "team": team, "resource": resource}
    return "agenda", {**about, **name_and_teams(caller)}


def resources(municipality: str, caller: Caller) -> Call:
    return "resources", {"municipality": municipality, "teams": caller.teams}


def find_visits(municipality: str, text: str, caller: Caller) -> Call:
    return "find_visits", {"municipality": municipality, "text": text, **name_and_teams(caller)}


def dossier(municipality: str, identifier: str, caller: Caller) -> Call:
    return "dossier", {"municipality": municipality, "identifier": identifier, **name_and_teams(caller)}


def book_follow_up(
    municipality: str, identifier: str, command: BookFollowUp, caller: Caller, idempotency_key: str | None = None
) -> Call:
    return "book_follow_up", _about(municipality, identifier, command, caller, idempotency_key)


def step(
    municipality: str, identifier: str, step: str, command: TakeStep, caller: Caller,
    idempotency_key: str | None = None,
) -> Call:  # fmt: skip
    return "step", {**_about(municipality, identifier, command, caller, idempotency_key), "command": step}


def ask(
    municipality: str, identifier: str, command: AskResident, caller: Caller, idempotency_key: str | None = None
) -> Call:
    return "ask", _about(municipality, identifier, command, caller, idempotency_key)


def note_address_lifted(municipality: str, identifier: str, channel: str, caller: Caller) -> Call:
    about = {"municipality": municipality, "identifier": identifier, "channel": channel}
    return "note_address_lifted", {**about, **name_and_teams(caller)}


def call_next(municipality: str, command: CallNext, caller: Caller, idempotency_key: str | None = None) -> Call:
    about = {"municipality": municipality, "body": to_json(command), "idempotency_key": idempotency_key}
    return "call_next", {**about, **name_and_teams(caller)}


def ticket_step(
    municipality: str, identifier: str, step: str, command: TakeStep, caller: Caller,
    idempotency_key: str | None = None,
) -> Call:  # fmt: skip
    return "ticket_step", {**_about(municipality, identifier, command, caller, idempotency_key), "command": step}


def transfer(
    municipality: str, identifier: str, command: TakeStep, caller: Caller, idempotency_key: str | None = None
) -> Call:
    return "transfer", _about(municipality, identifier, command, caller, idempotency_key)


def arrive(municipality: str, location: str, appointment: str, text: str, caller: Caller) -> Call:
    about = {"municipality": municipality, "location": location, "appointment": appointment, "text": text}
    return "arrive", {**about, "who": caller.name}


def _about(
    municipality: str, identifier: str, command: object, caller: Caller, idempotency_key: str | None
) -> dict[str, Any]:
    about = {"municipality": municipality, "identifier": identifier, "body": to_json(command)}
    return {**about, "idempotency_key": idempotency_key, **name_and_teams(caller)}
