"""Simulate a year: every action goes through the use cases, at its simulated time.

The events stay in the outbox until the running booking service publishes them.
"""

from __future__ import annotations

import contextvars
import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import eventlet
from pymongo.database import Database

from loket_chassis.storage.connection import Document
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.book import BookAppointment, Contact
from loket_contracts.rpc.booking.changes import GiveFeedback, RescheduleAppointment
from loket_contracts.rpc.booking.commands import CancelAppointment
from loket_contracts.rpc.booking.slots import FindSlots
from loket_contracts.rpc.booking.steps import TakeStep
from loket_contracts.rpc.booking.tickets import IssueTicket

from ..bootstrap import Repositories, build_use_cases
from ..commands.request import Request
from ..domain.appointment import Appointment, StepChanges
from ..store.cards import Card
from ..store.links import Links
from . import municipality, people
from .people import AppointmentRequest, WalkIn

#: the number of concurrent actions; each has its own clock
CONCURRENCY = 8
DAY = dt.timedelta(days=1)
#: how far a resident searches from the preferred day
SEARCH_DAYS = 10
STAFF = Request(by="staff", who="balie", teams=None)
_now: contextvars.ContextVar[dt.datetime] = contextvars.ContextVar("now")
Act = Callable[[], None]


@dataclass
class Year:
    """A year until `today`, and later bookings. `progress`: called after each day."""

    database: Database[Document]
    secret: str
    a_year: int
    today: dt.date
    days: int = 365
    seed: int = 1
    progress: Callable[[dt.date, Counter[str]], object] = lambda _, __: None
    #: the number of actions, by kind
    done: Counter[str] = field(default_factory=Counter)
    _people: int = 0
    _plan: dict[dt.date, list[tuple[dt.datetime, Act]]] = field(default_factory=lambda: defaultdict(list))

    def play(self) -> Counter[str]:
        """Run the simulation. Returns the number of actions by kind."""
        self.repositories = Repositories.on(self.database)
        self.use_cases = build_use_cases(self.repositories, Links(self.secret), _now.get, _ignore_events)
        self.rng = random.Random(self.seed)
        first = self.today - self.days * DAY
        _now.set(_midnight(first))
        text = municipality.configuration(self.a_year)
        self.repositories.configurations.store(text, "demonstration", _midnight(first))
        for number in range(self.days):
            self._day(first + number * DAY, number)
            self.progress(first + number * DAY, self.done)
        return self.done

    def _day(self, day: dt.date, number: int) -> None:
        _now.set(_midnight(day) + dt.timedelta(hours=4))
        if number % 7 == 0:
            self._count("capacities published", self.use_cases.housekeeping.capacity_publishing.publish_capacity())
            sampling = self.use_cases.housekeeping.availability_sampling
            self._count("availability sampled", sampling.sample_availability())
        for wanted in people.appointment_requests(day, self.a_year, self.rng):
            self._at(wanted.at, partial(self._book, wanted, random.Random(self.rng.random())))
        for walk_in in people.walk_ins(day, self.a_year, self.rng):
            self._at(walk_in.at, partial(self._walk_in, walk_in))
        pool = eventlet.GreenPool(CONCURRENCY)
        while acts := self._plan.pop(day, []):  # an action may plan more for the same day
            for thread in [pool.spawn(self._act, *each) for each in sorted(acts, key=lambda each: each[0])]:
                thread.wait()  # raises the exception of the action

    def _at(self, moment: dt.datetime, act: Act) -> None:
        self._plan[moment.date()].append((moment, act))

    def _act(self, moment: dt.datetime, act: Act) -> None:
        _now.set(moment.replace(microsecond=0))
        try:
            act()
        except Refusal as refusal:  # the simulation goes on
            self._count(f"refused: {refusal.code}")

    def _count(self, what: str, number: int = 1) -> None:
        self.done[what] += number

    def _book(self, wanted: AppointmentRequest, rng: random.Random) -> None:
        about = FindSlots(
            appointment_types=(wanted.topic.id,), location=wanted.location, persons=wanted.persons
        )  # fmt: skip
        start = self._free(about, wanted.at.date() + wanted.lead_days * DAY, rng)
        if start is None:
            self._count("found nothing")
            return
        number = self._people = self._people + 1
        contact = Contact(
            name=f"Bewoner {number}", email=f"bewoner.{number}@voorbeeld.example", phone="+32470123456"
        )  # fmt: skip
        command = BookAppointment(
            contact=contact, appointment_types=about.appointment_types, start=start, persons=wanted.persons,
            location=wanted.location,
        )  # fmt: skip
        request = Request(by=wanted.by, who="balie" if wanted.by == "staff" else None, teams=None)
        try:
            booked, card = self.use_cases.booking.book(municipality.ID, command, request)
        except Refusal as refusal:
            if refusal.code != "slot-taken":
                raise
            self._count("lost the slot to another")
            start = self._free(about, wanted.at.date() + (wanted.lead_days + 1) * DAY, rng)
            if start is None:
                self._count("found nothing")
                return
            booked, card = self.use_cases.booking.book(municipality.ID, replace(command, start=start), request)
        self._count("booked")
        ahead = booked.start - wanted.at
        if wanted.moves is not None and wanted.moves < (1 if wanted.cancels is None else wanted.cancels):
            self._at(wanted.at + ahead * wanted.moves, partial(self._move, wanted, about, card, rng))
        if wanted.cancels is not None:
            self._at(wanted.at + ahead * wanted.cancels, partial(self._cancel, card, rng))
        self._at(booked.start, partial(self._receive, wanted, card))

    def _free(self, about: FindSlots, day: dt.date, rng: random.Random) -> dt.datetime | None:
        criteria = replace(about, first=day, last=day + SEARCH_DAYS * DAY)
        found = self.use_cases.slots.free_slots(municipality.ID, criteria)["slots"]
        if not found:
            return None
        near = [each["start"] for each in found if each["start"][:10] == found[0]["start"][:10]]
        return dt.datetime.fromisoformat(rng.choice(near)).astimezone(dt.UTC)

    def _move(self, wanted: AppointmentRequest, about: FindSlots, card: Card, rng: random.Random) -> None:
        later = _now.get().date() + (2 + wanted.lead_days // 2) * DAY
        start = self._free(about, later, rng)
        if start is None:
            return
        command = RescheduleAppointment(start=start)
        moved = self.use_cases.lifecycle.reschedule(self._card(card), command, Request())
        self._count("moved")
        self._at(moved.start, partial(self._receive, wanted, card))

    def _cancel(self, card: Card, rng: random.Random) -> None:
        reason = rng.choice(people.CANCEL_REASONS)
        request = STAFF if rng.random() < 0.15 else Request()
        self.use_cases.lifecycle.cancel(self._card(card), CancelAppointment(reason=reason), request)
        self._count("cancelled")

    def _receive(self, wanted: AppointmentRequest, card: Card) -> None:
        """The visit, at its start. Skips an appointment that was moved: it has its own action."""
        found = self._card(card)
        appointment = self.use_cases.appointments.appointment(found)
        if appointment.state != "booked" or appointment.start != _now.get():
            return
        if not wanted.comes:
            self._in(30, partial(self._give_command, found, "no_show"))
            self._count("did not come")
            return
        for minute, command, changes in _commands(wanted, appointment):
            _now.set(appointment.start + dt.timedelta(minutes=minute))
            self._give_command(found, command, changes)
        self._count("helped")
        if wanted.score is not None:
            self._in(60 * 26, partial(self._give_feedback, found, wanted.score))

    def _give_feedback(self, card: Card, score: int) -> None:
        self.use_cases.feedback.give_feedback(card, GiveFeedback(score=score), Request())
        self._count("scores")

    def _walk_in(self, walk_in: WalkIn) -> None:
        command = IssueTicket(appointment_types=(walk_in.topic.id,), location="stadhuis", language="nl")
        issued = self.use_cases.queue.issue_ticket(municipality.ID, command, STAFF)
        self._count("walk-ins")
        details = TakeStep(outcome="answered")
        give = partial(self.use_cases.queue.apply_ticket_command, municipality.ID, issued.id)
        _now.set(_now.get() + dt.timedelta(minutes=round(walk_in.waits)))
        if not walk_in.stays:
            give("leave", details, STAFF)
            return
        give("call", details, STAFF)
        _now.set(_now.get() + dt.timedelta(minutes=max(1, round(walk_in.service_minutes))))
        give("complete", details, STAFF)

    def _give_command(self, card: Card, command: str, changes: StepChanges | None = None) -> None:
        self.use_cases.lifecycle.apply_command(card, command, STAFF, None, changes)

    def _in(self, minutes: int, act: Act) -> None:
        self._at(_now.get() + dt.timedelta(minutes=minutes), act)

    def _card(self, card: Card) -> Card:
        """The current card, which changes when the appointment is moved."""
        found = self.repositories.cards.get(card.id)
        if found is None:
            raise Refusal("appointment-not-found")
        return found


def _commands(wanted: AppointmentRequest, appointment: Appointment) -> Iterator[tuple[int, str, StepChanges]]:
    """The commands of an appointment: the minute from the planned start, the command, and its changes."""
    planned = (appointment.end - appointment.start) / dt.timedelta(minutes=1)
    begins = round(wanted.begins)
    yield min(begins, round(wanted.arrives)), "check_in", {}
    yield begins, "start", {"desk": "1"}
    yield begins + max(2, round(planned * wanted.service_factor)), "complete", {"outcome": wanted.outcome}


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _ignore_events(collection: str, document: object, events: object) -> None:
    """The running service finds the events in the outbox."""
