"""Reading what came over the bus."""

from __future__ import annotations

from typing import Protocol

from loket_chassis.storage.idempotency import IdempotencyKeys

from ..commands.request import Request
from ..context import Announce, Stores


class Desk(Protocol):
    """What every group of entrypoints has at hand."""

    stores: Stores
    announce: Announce
    idempotency: IdempotencyKeys
    traceparent: str


def by_resident(desk: Desk, idempotency_key: str | None = None, client: str | None = None) -> Request:
    return Request("resident", idempotency_key, desk.traceparent or None, client=client)


def by_staff(desk: Desk, who: str, idempotency_key: str | None = None) -> Request:
    return Request("staff", idempotency_key, desk.traceparent or None, who)
