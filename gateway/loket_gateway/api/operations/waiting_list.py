"""The waiting list."""

from __future__ import annotations

from loket_contracts.rpc.booking.changes import JoinWaitingListSchema

from ... import schemas
from .operation import BASE, BODY, MINE, REMOVED, TIMED, Operation

OPERATIONS = (
    Operation(
        id="joinWaitingList", method="post", path=f"{BASE}/waiting-list",
        link=True, body=JoinWaitingListSchema, summary="Be offered an earlier moment when one comes free",
        status=201, answer=schemas.WaitingPlace,
        refusals=(*MINE, *BODY, *TIMED, *REMOVED, "already-on-waiting-list"),
    ),
    Operation(
        id="leaveWaitingList", method="delete",
        path=f"{BASE}/waiting-list/{{identifier}}", link=True, summary="Give the place up", status=204,
        refusals=(*MINE, "not-on-waiting-list", "changed-meanwhile"),
    ),
    Operation(
        id="acceptOffer", method="post",
        path=f"{BASE}/waiting-list/{{identifier}}/accept", link=True, summary="Take the moment offered",
        status=200, answer=schemas.Appointment,
        refusals=(*MINE, "not-on-waiting-list", "no-offer", "slot-taken", "changed-meanwhile", *REMOVED),
    ),
    Operation(
        id="declineOffer", method="post",
        path=f"{BASE}/waiting-list/{{identifier}}/decline", link=True,
        summary="Leave the moment offered to the next", status=200, answer=schemas.WaitingPlace,
        refusals=(*MINE, "not-on-waiting-list", "no-offer", "changed-meanwhile"),
    ),
)  # fmt: skip
