"""Closures, the appointments in conflict with them, and invitations."""

from __future__ import annotations

from loket_contracts.rpc.booking.closures import CloseTimeSchema, MoveTheseSchema
from loket_contracts.rpc.booking.invitations import InviteSchema

from ... import schemas
from .operation import BASE, BODY, BYTES, Operation

OPERATIONS = (
    Operation(
        id="listClosures", method="get", path=f"{BASE}/closures", permission="agenda.read",
        summary="List the coming closures", status=200, answer=schemas.Closures,
    ),
    Operation(
        id="closeTime", method="post", path=f"{BASE}/closures", body=CloseTimeSchema, permission="closures.change",
        repeatable=True, summary="Close a period in the calendar; returns the appointments in it", status=201,
        answer=schemas.LaidClosure,
        refusals=(*BODY, "unknown-resource", "unknown-location", "idempotency-key-reused"),
    ),
    Operation(
        id="openTime", method="delete", path=f"{BASE}/closures/{{closure}}", permission="closures.change",
        summary="Delete a closure", status=204, refusals=("closure-not-found",),
    ),
    Operation(
        id="importBusyTimes", method="put", path=f"{BASE}/resources/{{resource}}/busy-times", query=schemas.BusyQuery,
        body=BYTES, body_type="text/calendar", permission="closures.change",
        summary="Replace the busy times of a specialist's own calendar (RFC 5545)", status=200,
        answer=schemas.BusyTimes,
        refusals=("unsupported-media-type", "body-too-large", "invalid-request", "unknown-resource"),
    ),
    Operation(
        id="replaceFeed", method="post", path=f"{BASE}/resources/{{resource}}/replace-feed",
        permission="closures.change",
        summary="Replace the secret address of a specialist's calendar feed; the earlier one shows nothing", status=200,
        answer=schemas.FeedAddress, refusals=("unknown-resource",),
    ),
    Operation(
        id="listClashes", method="get", path=f"{BASE}/clashes", permission="agenda.read",
        summary="List the appointments that no longer fit the hours and closures", status=200, answer=schemas.Clashes,
    ),
    Operation(
        id="proposeMoves", method="get", path=f"{BASE}/clashes/proposals", permission="agenda.read",
        summary="Propose another slot for each of them", status=200, answer=schemas.Proposals,
    ),
    Operation(
        id="moveAppointments", method="post", path=f"{BASE}/moves", body=MoveTheseSchema, permission="closures.change",
        summary="Move many appointments, each independently", status=200, answer=schemas.MoveResults,
        refusals=(*BODY, "appointment-not-found"),
    ),
    Operation(
        id="listInvitations", method="get", path=f"{BASE}/invitations", permission="appointments.change",
        summary="List the latest invitations and their state", status=200, answer=schemas.Invitations,
    ),
    Operation(
        id="invite", method="post", path=f"{BASE}/invitations", body=InviteSchema, permission="appointments.change",
        summary="Create an invitation: a one-use link to an appointment type, for one case",
        status=201, answer=schemas.NewInvitation,
        refusals=(*BODY, "unknown-appointment-type", "unknown-resource", "unknown-location"),
    ),
    Operation(
        id="revokeInvitation", method="delete", path=f"{BASE}/invitations/{{invitation}}",
        permission="appointments.change", summary="Revoke an invitation", status=204,
        refusals=("invitation-not-valid",),
    ),
)  # fmt: skip
