"""As `previous_release`, for the methods of administrators."""

from __future__ import annotations

from typing import Any

from ..amend_part import AmendPart
from ..caller import Caller
from ..message import to_json
from ..method import Call


def configure(text: str, caller: Caller, follows: int | None = None, **options: Any) -> Call:
    """`follows` is left out: the last release does not check it."""
    return "configure", {"text": text, "by": caller.name, **options}


def part(municipality: str, section: str, name: str, caller: Caller) -> Call:
    return "part", {"municipality": municipality, "section": section, "name": name, "teams": caller.teams}


def propose_part(municipality: str, command: AmendPart, caller: Caller) -> Call:
    return "propose_part", {"municipality": municipality, "body": to_json(command), "teams": caller.teams}


def amend_part(municipality: str, command: AmendPart, caller: Caller, idempotency_key: str | None = None) -> Call:
    about = {"municipality": municipality, "body": to_json(command), "idempotency_key": idempotency_key}
    return "amend_part", {**about, "who": caller.name, "teams": caller.teams}


def export_resident(municipality: str, person: str, caller: Caller) -> Call:
    return "export_resident", {"municipality": municipality, "person": person, "who": caller.name}


def erase_resident(municipality: str, person: str, caller: Caller) -> Call:
    return "erase_resident", {"municipality": municipality, "person": person, "who": caller.name}
