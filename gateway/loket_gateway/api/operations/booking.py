"""Searching, holding and booking."""

from __future__ import annotations

from loket_contracts.rpc.booking.book import BookAppointmentSchema, ConfirmBookingSchema
from loket_contracts.rpc.booking.slots import HoldSlotSchema

from ... import schemas
from .operation import BASE, BODY, SEARCH, SLOT, TEXT, UNBOOKABLE, Operation

OPERATIONS = (
    Operation(
        id="findSlots", cached=True, method="get", path=f"{BASE}/slots", query=schemas.SlotQuery,
        summary="List free slots", status=200, answer=schemas.Slots, refusals=SEARCH,
    ),
    Operation(
        id="countSlots", cached=True, method="get", path=f"{BASE}/slots/days",
        query=schemas.SlotQuery, summary="Count the free slots of each day", status=200,
        answer=schemas.DayCounts, refusals=SEARCH,
    ),
    Operation(
        id="findFirstSlots", cached=True, method="get", path=f"{BASE}/slots/first",
        query=schemas.SlotQuery, summary="Find the first free slot at each location", status=200,
        answer=schemas.FirstAvailable, refusals=SEARCH,
    ),
    Operation(
        id="explainSlots", cached=True, method="get", path=f"{BASE}/slots/explanation",
        query=schemas.SlotQuery, summary="Explain why nothing is free, and propose the nearest slots", status=200,
        answer=schemas.Explanation, refusals=SEARCH,
    ),
    Operation(
        id="getInvitation", method="get", path=f"{BASE}/invitations/{{invitation}}",
        summary="Get what an invitation allows to book", status=200, answer=schemas.Invitation,
        refusals=("unknown-municipality", "invitation-not-valid"),
    ),
    Operation(
        id="getFeed", method="get", path=f"{BASE}/feeds/{{token}}.ics",
        summary="Get a specialist's agenda as a calendar feed (RFC 5545), without names of residents", status=200,
        answer=TEXT, media_type="text/calendar", refusals=("unknown-municipality", "not-found"),
    ),
    Operation(
        id="holdSlot", method="post", path=f"{BASE}/holds", body=HoldSlotSchema,
        repeatable=True, summary="Hold a slot while a form is filled in", status=201,
        answer=schemas.Hold,
        refusals=("unknown-municipality", *BODY, *UNBOOKABLE, *SLOT, "invitation-not-valid", "too-many-holds",
                  "idempotency-key-reused", "work-needed"),
    ),
    Operation(
        id="bookAppointment", method="post", path=f"{BASE}/appointments",
        body=BookAppointmentSchema, repeatable=True, summary="Book an appointment, from a hold or from a slot",
        status=201, answer=schemas.BookedAppointment, accepted=schemas.ProvisionalBooking,
        accepted_summary="Not booked yet: without a key, the resident confirms the address or number first. A code was "
        "sent; confirmBooking takes it until `expires_at`",
        refusals=("unknown-municipality", *BODY, *UNBOOKABLE, *SLOT, "hold-not-found", "idempotency-key-reused",
                     "invitation-not-valid", "too-many-appointments", "too-many-bookings", "too-many-codes",
                     "work-needed"),
    ),
    Operation(
        id="confirmBooking", method="post", path=f"{BASE}/appointments/{{identifier}}/confirm",
        body=ConfirmBookingSchema, summary="Confirm a provisional booking with the code that its resident got",
        status=201, answer=schemas.BookedAppointment,
        refusals=("unknown-municipality", *BODY, *SLOT, "confirmation-over", "wrong-code", "code-used-up",
                  "too-many-appointments"),
    ),
)  # fmt: skip
