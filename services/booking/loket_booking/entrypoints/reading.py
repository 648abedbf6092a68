"""Reading what came over the bus."""

from __future__ import annotations

from typing import Any, Protocol

from marshmallow import Schema, ValidationError

from loket_contracts.errors import Refusal, pointers

from ..bootstrap import Announce, Stores
from ..commands.request import Request


class Desk(Protocol):
    """What every group of entrypoints has at hand."""

    stores: Stores
    announce: Announce
    traceparent: str


def load(schema: Schema, body: dict[str, Any]) -> dict[str, Any]:
    """The body as the schema reads it. Raises Refusal: invalid-request."""
    try:
        loaded: dict[str, Any] = schema.load(body)
    except ValidationError as error:
        messages: Any = error.messages
        raise Refusal("invalid-request", errors=pointers(messages)) from error
    return loaded


def by_resident(desk: Desk, idempotency_key: str | None = None, client: str | None = None) -> Request:
    return Request("resident", idempotency_key, desk.traceparent or None, client=client)


def by_staff(desk: Desk, who: str, idempotency_key: str | None = None) -> Request:
    return Request("staff", idempotency_key, desk.traceparent or None, who)
