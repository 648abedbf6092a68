"""For callers who book: a resident, a portal for a resident, and staff at the counter or on the telephone."""

from __future__ import annotations

from dataclasses import replace

from loket_chassis.messaging.rpc import rpc
from loket_contracts.rpc.booking.book import BookAppointment, BookForResident
from loket_contracts.rpc.booking.slot_answers import BookedAppointment, Explanation, FreeSlots
from loket_contracts.rpc.booking.slots import FindSlots
from loket_contracts.rpc.caller import ANYONE, Caller, ResidentOrPortal, ResidentOrStaff, StaffCaller

from ..commands.fingerprint import canonical_json
from .requests import RpcDependencies, request_of


class BookingRpc(RpcDependencies):
    """Staff search and book without a lead time, also types that are not public."""

    @rpc(version=2)
    def free_slots(self, municipality: str, criteria: FindSlots, caller: ResidentOrStaff = ANYONE) -> FreeSlots:
        self.use_cases.access.require_shown_types(municipality, criteria.appointment_types, caller)
        return self.use_cases.slots.free_slots(municipality, criteria, for_staff=caller.kind == "staff")

    @rpc(version=2)
    def explain(self, municipality: str, criteria: FindSlots, caller: ResidentOrStaff = ANYONE) -> Explanation:
        self.use_cases.access.require_shown_types(municipality, criteria.appointment_types, caller)
        return self.use_cases.slots.explain(municipality, criteria, for_staff=caller.kind == "staff")

    @rpc(version=2)
    def book(
        self, municipality: str, command: BookAppointment, caller: ResidentOrPortal, idempotency_key: str | None = None,
        notes: str = "", answers_later: bool = False,
    ) -> BookedAppointment:  # fmt: skip
        if caller.kind == "portal":
            return self._book_for_portal(municipality, command, caller, idempotency_key, notes, answers_later)
        booked, card = self.use_cases.booking.book(municipality, command, request_of(self, caller, idempotency_key))
        return self.use_cases.appointments.describe_with_link(booked, card)

    def _book_for_portal(
        self, municipality: str, command: BookAppointment, caller: Caller, idempotency_key: str | None, notes: str,
        answers_later: bool,
    ) -> BookedAppointment:  # fmt: skip
        """Equal requests without a key book one appointment; after its cancellation they book a new one."""
        key = idempotency_key or self.use_cases.links.idempotency_key(municipality, canonical_json(command))
        while True:
            request = replace(request_of(self, caller, key), notes=notes[:2000], answers_later=answers_later)
            booked, card = self.use_cases.booking.book(municipality, command, request)
            if idempotency_key or booked.state != "cancelled":
                return self.use_cases.appointments.describe_with_link(booked, card)
            key = f"{key} after {booked.id}"

    @rpc
    def book_for_resident(
        self, municipality: str, command: BookForResident, caller: StaffCaller, idempotency_key: str | None = None
    ) -> BookedAppointment:
        self.use_cases.access.require_types(municipality, command.appointment_types or (), caller)
        booked, card = self.use_cases.booking.book(municipality, command, request_of(self, caller, idempotency_key))
        return self.use_cases.appointments.describe_with_link(booked, card)
