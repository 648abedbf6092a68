"""Booking without its entrypoints: the use cases on a real mongod, with a clock that the test sets."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from builders import utc

from loket_booking.bootstrap import Repositories, build_use_cases
from loket_booking.commands.request import Request
from loket_booking.store.links import Links
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.book import BookAppointment
from loket_contracts.rpc.booking.changes import RescheduleAppointment
from loket_contracts.rpc.booking.commands import CancelAppointment
from loket_contracts.rpc.booking.slots import FindSlots, HoldSlot
from loket_contracts.rpc.message import from_json

RUMST = (Path(__file__).parents[3] / "deploy/municipalities/rumst.yaml").read_text()
START = "2026-11-30T10:00:00+01:00"
LATER = "2026-12-01T10:00:00+01:00"
CONTACT = {"name": "Lieve Demo", "email": "lieve@example.org"}
STAFF = Request(by="staff", who="ro-1", teams=None)


#: by configuration and days, what a full municipality has stored and announced
_full: dict[tuple[str, str, str], tuple[dict[str, list[Any]], list[str]]] = {}


class BookingHarness:
    """One municipality, and what its use cases announced."""

    def __init__(self, database, text=RUMST):
        self.time = utc(2026, 11, 24, 8)
        self.announced = []
        self.usual = {"appointment_types": ["bouwadvies"], "location": "gemeentehuis"}
        self.answers = {"perceel": "x", "werken": "slopen"}
        if text is not RUMST:
            self.usual, self.answers = {"appointment_types": ["advies"]}, {}
        self.stores = Repositories.on(database)
        self.stores.configurations.store(text, "test", self.time)

    @classmethod
    def full(cls, database, text, first, last):
        """One whose people are all busy on these days: filled by booking once, and then copied from memory."""
        if (text, first, last) not in _full:
            booking = cls(database, text)
            booking.fill(first, last)
            stored = {name: list(database[name].find()) for name in database.list_collection_names()}
            _full[text, first, last] = {name: found for name, found in stored.items() if found}, list(booking.announced)
            return booking
        stored, announced = _full[text, first, last]
        for name, documents in stored.items():
            database[name].insert_many(documents)
        booking = cls(database, text)
        booking.announced = list(announced)
        return booking

    @property
    def stores(self):
        return self._stores

    @stores.setter
    def stores(self, repositories):
        self._stores = repositories
        self.use_cases = build_use_cases(repositories, Links("key"), lambda: self.time, self.announce)

    def hold(self, key=None, client=None, **changes):
        command = from_json(HoldSlot, {**self.usual, "start": START, **changes})
        return self.use_cases.booking.hold("rumst", command, Request(idempotency_key=key, client=client))

    def book(self, key=None, request=None, client=None, **changes):
        body = {"contact": CONTACT, "answers": self.answers, **changes}
        if "hold" not in body:
            body = {**self.usual, "start": START, **body}
        request = request or Request(idempotency_key=key, client=client)
        return self.use_cases.booking.book("rumst", from_json(BookAppointment, body), request)

    def cancel(self, card, reason="ill", **changes):
        request = changes.pop("request", Request())
        return self.use_cases.lifecycle.cancel(card, CancelAppointment(reason=reason, **changes), request)

    def reschedule(self, card, start, request=Request(), **changes):  # noqa: B008 - a request is immutable
        command = from_json(RescheduleAppointment, {"start": start, **changes})
        return self.use_cases.lifecycle.reschedule(card, command, request)

    def apply(self, card, command, request=STAFF, reason=None, **changes):
        return self.use_cases.lifecycle.apply_command(card, command, request, reason, changes)

    def appointment(self, card):
        return self.use_cases.appointments.appointment(self.card(card.id))

    def card(self, identifier):
        return self.stores.cards.get(identifier)

    def announce(self, collection, document, events):
        self.announced += [event.type for event in events]

    def take_events(self):
        """The names of the events announced since the last call."""
        names = [name.removesuffix(".v1") for name in self.announced]
        self.announced.clear()
        return names

    def slots(self, first="2026-11-30", last=None, **criteria):
        return self.use_cases.slots.free_slots("rumst", self.criteria(first, last, **criteria))["slots"]

    def criteria(self, first="2026-11-30", last=None, **criteria):
        return from_json(FindSlots, {**self.usual, "from": first, "to": last or first, **criteria})

    def starts(self, *args, **criteria):
        """The clock times of the free slots."""
        return [slot["start"][11:16] for slot in self.slots(*args, **criteria)]

    def capacity(self):
        return next((slot["capacity"] for slot in self.slots() if slot["start"] == START), 0)

    def fill(self, first, last=None, **criteria):
        """Book every free slot of these days."""
        for slot in self.slots(first, last, **criteria):
            for _ in range(slot["capacity"]):
                try:
                    self.book(start=slot["start"], request=STAFF, **criteria)
                except Refusal:  # a slot that overlaps was filled before
                    break

    def begin(self, card):
        """Move the clock to the start of the visit."""
        self.time = self.appointment(card).start

    def later(self, **spans):
        self.time += dt.timedelta(**spans)


def refused(call, *args, **changes):
    with pytest.raises(Refusal) as refusal:
        call(*args, **changes)
    return refusal.value.code
