"""The waiting list."""

from __future__ import annotations

from loket_contracts.rpc.booking.changes import JoinWaitingListSchema, OfferPreferencesSchema

from ... import schemas
from .operation import BASE, BODY, MINE, REMOVED, TIMED, Operation

OPERATIONS = (
    Operation(
        id="joinWaitingList", method="post", path=f"{BASE}/waiting-list",
        link=True, body=JoinWaitingListSchema, summary="Join the waiting list for an earlier slot",
        status=201, answer=schemas.WaitingPlace,
        refusals=(*MINE, *BODY, *TIMED, *REMOVED, "already-on-waiting-list"),
    ),
    Operation(
        id="changeOfferPreferences", method="put", path=f"{BASE}/waiting-list/{{identifier}}", link=True,
        body=OfferPreferencesSchema, summary="Change which earlier slots may be offered", status=200,
        answer=schemas.WaitingPlace, refusals=(*MINE, *BODY, "not-on-waiting-list", "changed-meanwhile"),
    ),
    Operation(
        id="leaveWaitingList", method="delete",
        path=f"{BASE}/waiting-list/{{identifier}}", link=True, summary="Leave the waiting list", status=204,
        refusals=(*MINE, "not-on-waiting-list", "changed-meanwhile"),
    ),
    Operation(
        id="acceptOffer", method="post",
        path=f"{BASE}/waiting-list/{{identifier}}/accept", link=True, summary="Accept the offered slot",
        status=200, answer=schemas.Appointment,
        refusals=(*MINE, "not-on-waiting-list", "no-offer", "slot-taken", "changed-meanwhile", *REMOVED),
    ),
    Operation(
        id="declineOffer", method="post",
        path=f"{BASE}/waiting-list/{{identifier}}/decline", link=True,
        summary="Decline the offered slot", status=200, answer=schemas.WaitingPlace,
        refusals=(*MINE, "not-on-waiting-list", "no-offer", "changed-meanwhile"),
    ),
)  # fmt: skip
