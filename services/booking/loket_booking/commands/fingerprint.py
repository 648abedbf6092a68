"""The fingerprint of a command, by which a repeat with the same idempotency key is recognised."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict

from loket_contracts.rpc.booking.book import BookAppointment, BookForResident
from loket_contracts.rpc.booking.slots import HoldSlot

AnyBooking = BookAppointment | BookForResident
#: the fields that are hashed even when they are None, as in stored fingerprints. Do not add a new field
HASHED_AS_NONE = frozenset({"location", "resource", "invitation", "hold", "name", "email", "phone", "language"})


def fingerprint(command: HoldSlot | AnyBooking) -> str:
    """The same for a command that is repeated, also after an upgrade that added a field with the default None."""
    return hashlib.sha256(canonical_json(command).encode()).hexdigest()


def canonical_json(command: HoldSlot | AnyBooking) -> str:
    """The same text for equal commands."""
    given = asdict(command)
    if "contact" in given:
        given["contact"] = _without_added_defaults(given["contact"])
    return json.dumps(_without_added_defaults(given), sort_keys=True, default=str)


def _without_added_defaults(given: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in given.items() if value is not None or name in HASHED_AS_NONE}
