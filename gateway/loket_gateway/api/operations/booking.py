"""Searching, holding and booking."""

from __future__ import annotations

from loket_contracts.rpc.booking.book import BookAppointmentSchema
from loket_contracts.rpc.booking.slots import HoldSlotSchema

from ... import schemas
from .operation import BASE, BODY, SEARCH, SLOT, TEXT, UNBOOKABLE, Operation

OPERATIONS = (
    Operation(
        id="findSlots", cached=True, method="get", path=f"{BASE}/slots", query=schemas.SlotQuery,
        summary="Free starts", status=200, answer=schemas.Slots, refusals=SEARCH,
    ),
    Operation(
        id="countSlots", cached=True, method="get", path=f"{BASE}/slots/days",
        query=schemas.SlotQuery, summary="How many starts each day has", status=200,
        answer=schemas.DayCounts, refusals=SEARCH,
    ),
    Operation(
        id="findFirstSlots", cached=True, method="get", path=f"{BASE}/slots/first",
        query=schemas.SlotQuery, summary="The first free start at each location", status=200,
        answer=schemas.FirstAvailable, refusals=SEARCH,
    ),
    Operation(
        id="explainSlots", cached=True, method="get", path=f"{BASE}/slots/explanation",
        query=schemas.SlotQuery, summary="Why nothing is free, and what is nearest", status=200,
        answer=schemas.Explanation, refusals=SEARCH,
    ),
    Operation(
        id="getInvitation", method="get", path=f"{BASE}/invitations/{{invitation}}",
        summary="What may be booked with an invitation", status=200, answer=schemas.Invitation,
        refusals=("unknown-municipality", "invitation-not-valid"),
    ),
    Operation(
        id="getFeed", method="get", path=f"{BASE}/feeds/{{token}}.ics",
        summary="A specialist's agenda to subscribe to (RFC 5545); it names no resident", status=200,
        answer=TEXT, media_type="text/calendar", refusals=("unknown-municipality", "not-found"),
    ),
    Operation(
        id="holdSlot", method="post", path=f"{BASE}/holds", body=HoldSlotSchema,
        repeatable=True, summary="Reserve a slot for the minutes that a form takes", status=201,
        answer=schemas.Hold,
        refusals=("unknown-municipality", *BODY, *UNBOOKABLE, *SLOT, "invitation-not-valid", "too-many-holds",
                  "idempotency-key-reused", "work-needed"),
    ),
    Operation(
        id="bookAppointment", method="post", path=f"{BASE}/appointments",
        body=BookAppointmentSchema, repeatable=True, summary="Book, from a hold or straight from a start",
        status=201, answer=schemas.BookedAppointment,
        refusals=("unknown-municipality", *BODY, *UNBOOKABLE, *SLOT, "hold-not-found", "idempotency-key-reused",
                     "invitation-not-valid", "too-many-appointments", "too-many-bookings", "work-needed"),
    ),
)  # fmt: skip
