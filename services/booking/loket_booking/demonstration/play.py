"""A year played: what people want goes through the use cases, at the moment that they want it.

The events wait in the outbox, from where the running booking service brings them to the bus.
"""

from __future__ import annotations

import contextvars
import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import eventlet
from pymongo.database import Database

from loket_chassis.storage.connection import Document
from loket_contracts.commands import BookAppointment, FindSlots, RescheduleAppointment
from loket_contracts.errors import Refusal

from ..commands import booking, feedback, lifecycle, queue
from ..commands.request import Request
from ..context import Stores
from ..domain.appointment import Appointment
from ..jobs import availability_sampling, housekeeping
from ..queries import slots
from ..store.cards import Card
from . import municipality, people
from .people import WalkIn, Wish

#: what is done side by side; each has its own moment
SIDE_BY_SIDE = 8
DAY = dt.timedelta(days=1)
#: somebody who finds nothing near the day that they want takes the next free moment within so many days
SEARCH_DAYS = 10
STAFF = Request(by="staff", who="balie")
_now: contextvars.ContextVar[dt.datetime] = contextvars.ContextVar("now")
Act = Callable[[], None]


@dataclass
class Year:
    """A year up to `today`, and what was booked for later. `told`: called after each day, with the day."""

    database: Database[Document]
    secret: str
    a_year: int
    today: dt.date
    days: int = 365
    seed: int = 1
    told: Callable[[dt.date, Counter[str]], Any] = lambda _, __: None
    #: how often each thing was done
    done: Counter[str] = field(default_factory=Counter)
    _people: int = 0
    _plan: dict[dt.date, list[tuple[dt.datetime, Act]]] = field(default_factory=lambda: defaultdict(list))

    def play(self) -> Counter[str]:
        """Raises Refusal: invalid-configuration when the town is not what booking takes."""
        self.stores = Stores.on(self.database, self.secret, _now.get)
        self.chance = random.Random(self.seed)
        first = self.today - self.days * DAY
        _now.set(_midnight(first))
        self.stores.configurations.store(municipality.text(self.a_year), "demonstration", _midnight(first))
        for number in range(self.days):
            self._day(first + number * DAY, number)
            self.told(first + number * DAY, self.done)
        return self.done

    def _day(self, day: dt.date, number: int) -> None:
        _now.set(_midnight(day) + dt.timedelta(hours=4))
        if number % 7 == 0:
            self._count("capacities told", housekeeping.tell_capacity(self.stores, _nobody))
            self._count("availability looked up", availability_sampling.sample(self.stores, _nobody))
        for wish in people.wishes(day, self.a_year, self.chance):
            self._at(wish.at, partial(self._book, wish, random.Random(self.chance.random())))
        for walk_in in people.walk_ins(day, self.a_year, self.chance):
            self._at(walk_in.at, partial(self._walk_in, walk_in))
        pool = eventlet.GreenPool(SIDE_BY_SIDE)
        while acts := self._plan.pop(day, []):  # what is done may plan more for the same day
            for thread in [pool.spawn(self._act, *each) for each in sorted(acts, key=lambda each: each[0])]:
                thread.wait()  # which raises what it raised

    def _at(self, moment: dt.datetime, act: Act) -> None:
        self._plan[moment.date()].append((moment, act))

    def _act(self, moment: dt.datetime, act: Act) -> None:
        _now.set(moment.replace(microsecond=0))
        try:
            act()
        except Refusal as refusal:  # life goes on: what cannot be done is not done
            self._count(f"refused: {refusal.code}")

    def _count(self, what: str, number: int = 1) -> None:
        self.done[what] += number

    def _book(self, wish: Wish, chance: random.Random) -> None:
        about = {"appointment_types": [wish.topic.id], "location": wish.location, "persons": wish.persons}
        start = self._free(about, wish.at.date() + wish.lead_days * DAY, chance)
        if start is None:
            self._count("found nothing")
            return
        number = self._people = self._people + 1
        contact = {"name": f"Bewoner {number}", "email": f"bewoner.{number}@voorbeeld.example", "phone": "+32470123456"}
        body = {**about, "start": start, "contact": contact, "answers": {}}
        request = Request(by=wish.by, who="balie" if wish.by == "staff" else None)
        try:
            booked, card = booking.book(self.stores, _nobody, municipality.ID, BookAppointment().load(body), request)
        except Refusal as refusal:
            if refusal.code != "slot-taken":
                raise
            self._count("was just too late")
            body["start"] = self._free(about, wish.at.date() + (wish.lead_days + 1) * DAY, chance)
            if body["start"] is None:
                self._count("found nothing")
                return
            booked, card = booking.book(self.stores, _nobody, municipality.ID, BookAppointment().load(body), request)
        self._count("booked")
        ahead = booked.start - wish.at
        if wish.moves is not None and wish.moves < (1 if wish.cancels is None else wish.cancels):
            self._at(wish.at + ahead * wish.moves, partial(self._move, wish, about, card, chance))
        if wish.cancels is not None:
            self._at(wish.at + ahead * wish.cancels, partial(self._cancel, card, chance))
        self._at(booked.start, partial(self._receive, wish, card))

    def _free(self, about: dict[str, Any], day: dt.date, chance: random.Random) -> str | None:
        wish = FindSlots().load({**about, "from": day.isoformat(), "to": (day + SEARCH_DAYS * DAY).isoformat()})
        found = slots.free_slots(self.stores, municipality.ID, wish)["slots"]
        if not found:
            return None
        near = [each["start"] for each in found if each["start"][:10] == found[0]["start"][:10]]
        return str(chance.choice(near))

    def _move(self, wish: Wish, about: dict[str, Any], card: Card, chance: random.Random) -> None:
        later = _now.get().date() + (2 + wish.lead_days // 2) * DAY
        start = self._free(about, later, chance)
        if start is None:
            return
        body = RescheduleAppointment().load({"start": start})
        moved = lifecycle.reschedule(self.stores, _nobody, self._card(card), body, Request())
        self._count("moved")
        self._at(moved.start, partial(self._receive, wish, card))

    def _cancel(self, card: Card, chance: random.Random) -> None:
        reason = chance.choice(people.CANCEL_REASONS)
        request = STAFF if chance.random() < 0.15 else Request()
        lifecycle.cancel(self.stores, _nobody, self._card(card), reason, request)
        self._count("cancelled")

    def _receive(self, wish: Wish, card: Card) -> None:
        """The visit, at its start. One that was moved away since is received at its new moment."""
        found = self._card(card)
        appointment, _ = lifecycle.claimed(self.stores, found)
        if appointment.state != "booked" or appointment.start != _now.get():
            return
        if not wish.comes:
            self._in(30, partial(self._step, found, "no_show"))
            self._count("did not come")
            return
        for minute, command, changes in _steps(wish, appointment):
            _now.set(appointment.start + dt.timedelta(minutes=minute))
            self._step(found, command, **changes)
        self._count("helped")
        if wish.score is not None:
            self._in(60 * 26, partial(self._value, found, wish.score))

    def _value(self, card: Card, score: int) -> None:
        feedback.give(self.stores, _nobody, card, score, "", Request())
        self._count("scores")

    def _walk_in(self, walk_in: WalkIn) -> None:
        asked = {"appointment_types": [walk_in.topic.id], "persons": 1, "location": "stadhuis", "language": "nl"}
        issued = queue.issue(self.stores, _nobody, municipality.ID, asked, STAFF)
        self._count("walk-ins")
        wish = {"reason": None, "outcome": "answered"}
        step = partial(queue.ticket_step, self.stores, _nobody, municipality.ID, issued.id)
        _now.set(_now.get() + dt.timedelta(minutes=round(walk_in.waits)))
        if not walk_in.stays:
            step("leave", wish, STAFF)
            return
        step("call", wish, STAFF)
        _now.set(_now.get() + dt.timedelta(minutes=max(1, round(walk_in.helped))))
        step("complete", wish, STAFF)

    def _step(self, card: Card, command: str, **changes: str) -> None:
        lifecycle.step(self.stores, _nobody, card, command, STAFF, None, changes)

    def _in(self, minutes: int, act: Act) -> None:
        self._at(_now.get() + dt.timedelta(minutes=minutes), act)

    def _card(self, card: Card) -> Card:
        """The card as it is now: an appointment that was moved stands on another day."""
        found = self.stores.cards.get(card.id)
        if found is None:
            raise Refusal("appointment-not-found")
        return found


def _steps(wish: Wish, appointment: Appointment) -> Iterator[tuple[int, str, dict[str, str]]]:
    """The steps of a visit: the minute from its planned start, the step, and what it changes."""
    planned = (appointment.end - appointment.start) / dt.timedelta(minutes=1)
    begins = round(wish.begins)
    yield min(begins, round(wish.arrives)), "check_in", {}
    yield begins, "start", {"desk": "1"}
    yield begins + max(2, round(planned * wish.helped)), "complete", {"outcome": wish.outcome}


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _nobody(collection: str, document: Any, events: Any) -> None:
    """The running service finds it in the outbox."""
