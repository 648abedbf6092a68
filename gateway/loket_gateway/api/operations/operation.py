"""The description of one operation of the API, and the parts that several share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

JSON = "application/json"
YAML = "application/yaml"
BASE = "/api/v1/{municipality}"
ONE = f"{BASE}/appointments/{{identifier}}"
BYTES = {"type": "string", "format": "binary"}
TEXT = {"type": "string"}
#: what residents can send, and so what they and staff get back
FILES = ("application/pdf", "image/jpeg", "image/png", "image/webp", "image/heic", "image/tiff")

BODY = ("malformed-json", "unsupported-media-type", "body-too-large", "body-too-slow", "invalid-request")
#: why these types cannot be booked together, there, or with that specialist
UNBOOKABLE = (
    "unknown-appointment-type",
    "unknown-location",
    "unknown-resource",
    "location-needed",
    "types-not-combinable",
)
REMOVED = ("appointment-type-removed", "location-removed")
SLOT = ("slot-in-the-past", "slot-not-offered", "slot-taken")
MINE = ("unknown-municipality", "token-needed", "appointment-not-found")
SEARCH = ("unknown-municipality", "invalid-request", *UNBOOKABLE)
#: refusals of every operation
ALWAYS = ("address-too-long", "too-many-requests", "internal-error", "service-unavailable")
#: refusals of operations for staff
STAFF = ("login-needed", "forbidden", "csrf", "password-change-needed", "second-factor-needed", "unknown-municipality")
#: when the state of an appointment, or the moment, does not allow it
TIMED = ("not-allowed-in-state", "too-early", "appointment-begun", "appointment-over")
#: refusals of operations that change an appointment
CHANGED = ("appointment-not-found", *TIMED, "changed-meanwhile")


@dataclass(frozen=True)
class Operation:
    """`answer` and `body` are marshmallow schemas, or JSON Schema; `query` is a marshmallow schema.

    `link`: for the holder of the appointment's token; `permission`: for accounts and keys that have it. `cached`: the
    answer carries an ETag. `repeatable`: it takes an Idempotency-Key. `also`: further media types of the answer.
    `deprecated`: as its route is. `accepted`: the schema of the answer 202, if there is one.
    """

    id: str
    method: str
    path: str
    summary: str
    status: int
    refusals: tuple[str, ...] = ()
    answer: Any = None
    accepted: Any = None
    accepted_summary: str = ""
    media_type: str = JSON
    query: Any = None
    body: Any = None
    body_type: str = JSON
    body_required: bool = True
    link: bool = False
    permission: str | None = None
    repeatable: bool = False
    cached: bool = False
    also: tuple[str, ...] = ()
    deprecated: bool = False

    @property
    def all_refusals(self) -> tuple[str, ...]:
        more = STAFF if self.permission else ()
        unanswered = () if self.method.upper() == "GET" else ("outcome-unknown",)
        return tuple(dict.fromkeys((*self.refusals, *more, *ALWAYS, *unanswered)))
