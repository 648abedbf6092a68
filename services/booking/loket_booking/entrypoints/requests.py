"""What all RPC classes share: their dependencies, and the `Request` of a caller."""

from __future__ import annotations

from typing import Protocol

from loket_chassis.storage.idempotency import IdempotencyKeys
from loket_contracts.rpc.caller import Caller, CallerKind

from ..commands.request import Request
from ..use_cases import UseCases


class RpcDependencies(Protocol):
    """What the service class provides."""

    use_cases: UseCases
    idempotency: IdempotencyKeys
    traceparent: str


#: the role that the history and the events of an appointment name. A kiosk acts for the staff
ROLES: dict[CallerKind, str] = {"resident": "resident", "portal": "portal", "staff": "staff", "kiosk": "staff"}


def scope_of(method: str, municipality: str, caller: Caller, *about: str) -> tuple[str, ...]:
    """What an idempotency key of this caller is unique in."""
    return (method, municipality, caller.name or "", *about)


def request_of(rpc: RpcDependencies, caller: Caller, idempotency_key: str | None = None) -> Request:
    """The request of a caller. The key of a portal is made unique to it, because ids are derived from it."""
    key = f"{caller.name} {idempotency_key}" if idempotency_key and caller.kind == "portal" else idempotency_key
    return Request(
        ROLES[caller.kind], key, rpc.traceparent or None, caller.name, caller.client,
        teams=caller.teams if caller.kind == "staff" else None,
    )  # fmt: skip
