"""The waiting list: join it, offer slots that come free, accept or decline an offer."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import structlog

from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.changes import JoinWaitingList, OfferPreferences, RescheduleAppointment

from ..domain import appointment as appointment_lifecycle
from ..domain import booked, waiting_list
from ..domain.appointment import Appointment
from ..domain.appointment_spec import AppointmentSpec, candidates
from ..domain.availability import Availability, Preference, keys, preference_of
from ..domain.grid import local_date
from ..domain.opening_hours import Calendar
from ..domain.waiting_list import Entry, Offer
from ..store.agendas import Agendas, Taken, release_hold_id
from ..store.cards import Card, Cards
from ..store.configurations import Configurations
from ..store.waiting_lists import WaitingLists
from .lifecycle import LifecycleCommands
from .ports import Clock, Publish
from .request import ATTEMPTS, Request

#: the most entries that one run considers
MAX_ENTRIES = 200
log = structlog.get_logger()


@dataclass(frozen=True)
class WaitingListCommands:
    agendas: Agendas
    cards: Cards
    configurations: Configurations
    waiting_lists: WaitingLists
    lifecycle: LifecycleCommands
    clock: Clock
    publish: Publish

    def join(self, card: Card, command: JoinWaitingList, request: Request) -> Entry:
        """Put the appointment on the waiting list.

        Raises Refusal: as `check_command` for rescheduling; appointment-type-removed, location-removed,
        already-on-waiting-list.
        """
        appointment, _ = self.agendas.get_claim(card.agenda, card.id)
        now, before = self.clock(), self.waiting_lists.get(card.id)
        known = self.configurations.calendar(card.municipality).municipality
        appointment_lifecycle.check_command(known, appointment, "reschedule", request.by, now)
        booked.spec_to_move(known, appointment)
        entry, event = waiting_list.join(appointment, before, now, _preference(command), command.not_before)
        if not self._save(entry, request.traced(event)):
            raise Refusal("already-on-waiting-list")
        return entry

    def change_preferences(self, card: Card, command: OfferPreferences) -> Entry:
        """Change which slots may be offered. Raises Refusal: not-on-waiting-list, changed-meanwhile."""
        entry = waiting_list.change_preference(self.get_entry(card), _preference(command), command.not_before)
        if not self.waiting_lists.save_preference(entry):
            raise Refusal("changed-meanwhile")
        return entry

    def withdraw(self, card: Card, request: Request) -> Entry:
        """Leave the waiting list, and release an offered slot. Raises Refusal: not-on-waiting-list."""
        return self._end_offer(card, request, partial(waiting_list.leave, reason="withdrawn"))

    def decline(self, card: Card, request: Request) -> Entry:
        """Decline the offer and stay on the list. Raises Refusal: not-on-waiting-list, no-offer."""
        return self._end_offer(card, request, waiting_list.decline)

    def accept(self, card: Card, request: Request) -> Appointment:
        """Move the appointment to the offered slot. Raises Refusal: not-on-waiting-list, no-offer, slot-taken."""
        entry = self.get_entry(card)
        offer = entry.offer
        if offer is None or offer.expires <= self.clock():
            raise Refusal("no-offer")
        command = RescheduleAppointment(start=offer.start, reason="earlier")
        moved = self.lifecycle.reschedule(card, command, request, offer.hold)
        left, event = waiting_list.leave(replace(entry, start=moved.start), self.clock(), "accepted")
        self._save(left, request.traced(event))  # if it fails, the next run of `process_waiting_lists` does it
        return moved

    def get_entry(self, card: Card) -> Entry:
        """The entry of this appointment. Raises Refusal: not-on-waiting-list."""
        entry = self.waiting_lists.get(card.id)
        if entry is None or entry.state == "left":
            raise Refusal("not-on-waiting-list")
        return entry

    def remove(self, identifier: str) -> None:
        """Remove an appointment from the list, if it is on it."""
        entry = self.waiting_lists.get(identifier)
        if entry is not None and entry.state != "left":
            self._remove(entry, self.clock())

    def offer_freed(self, municipality: str, team: str, dates: Sequence[dt.date], freed_by: str | None) -> int:
        """Offer the time that came free on these days to matching entries, the oldest first. Returns the offers made.

        `freed_by`: the cancelled appointment, whose time may still be held until its release.
        """
        calendar = self.configurations.calendar(municipality)
        hold = freed_by and release_hold_id(freed_by)
        return sum(
            self._offer_to(calendar, entry, dates, hold)
            for entry in self.waiting_lists.waiting(municipality, team, MAX_ENTRIES)
        )

    def process_waiting_lists(self) -> int:
        """Expire unanswered offers and offer free slots, in all municipalities. Returns the offers made."""
        made = 0
        for calendar in self.configurations.all():
            name, now = calendar.municipality.id, self.clock()
            for entry in self.waiting_lists.offered(name):
                self._end_unusable_offer(calendar, entry, now)
            for entry in self.waiting_lists.waiting(name, None, MAX_ENTRIES):
                made += self._offer_to(calendar, entry, None, None)
        self.waiting_lists.delete_before(self.clock() - dt.timedelta(days=1))
        return made

    def _end_unusable_offer(self, calendar: Calendar, entry: Entry, now: dt.datetime) -> None:
        """End an offer whose time is over, or whose appointment cannot be moved any more."""
        is_over = entry.offer is not None and entry.offer.expires <= now
        appointment = self._coming_appointment(entry)
        if appointment is None or self._spec_to_move(calendar, appointment) is None:
            changed, event = waiting_list.leave(entry, now, "gone")
        elif is_over and entry.offer is not None and appointment.start == entry.offer.start:
            changed, event = waiting_list.leave(entry, now, "accepted")
        elif is_over:
            changed, event = waiting_list.expire(entry, now)
        else:
            return
        if self._save(changed, event):
            self._drop_offer_hold(entry)

    @staticmethod
    def _spec_to_move(calendar: Calendar, appointment: Appointment) -> AppointmentSpec | None:
        """None when its type or its location was removed."""
        try:
            return booked.spec_to_move(calendar.municipality, appointment)
        except Refusal as refusal:
            log.info("removed from the waiting list", appointment=appointment.id, code=refusal.code)
            return None

    def _offer_to(self, calendar: Calendar, entry: Entry, dates: Sequence[dt.date] | None, hold: str | None) -> int:
        """Offer the earliest slot that suits this entry, within the hours for offers. Returns the offers made: 0 or 1.

        `dates`: None for all.
        """
        now = self.clock()
        appointment = self._coming_appointment(entry)
        if appointment is None or appointment.start <= now:
            self._remove(entry, now)
            return 0
        entry = waiting_list.after_moves(entry, appointment)
        spec = self._spec_to_move(calendar, appointment)
        if spec is None:
            self._remove(entry, now)
            return 0
        if not calendar.municipality.offer_hours.include(now, entry.time_zone):
            return 0
        days = _days_to_search(entry, dates, now)
        for _ in range(ATTEMPTS):
            try:
                return self._offer_slot(calendar, spec, entry, days, hold, now)
            except Taken:
                continue
        return 0

    def _offer_slot(
        self, calendar: Calendar, spec: AppointmentSpec, entry: Entry, days: Sequence[dt.date], hold: str | None,
        now: dt.datetime,
    ) -> int:  # fmt: skip
        """Hold the earliest wanted slot and publish the offer. Raises Taken."""
        groups = candidates(calendar.municipality, spec)
        agendas = self.agendas.read(keys(calendar, spec, groups, days))
        availability = Availability(calendar, spec, groups, agendas, now, hold)
        slots = availability.slots(days, entry.preference)
        found = next((slot for slot in slots if entry.wants(slot.on, slot.cell)), None)
        if found is None:
            return 0
        start, end = found.on.moment(found.cell), found.on.moment(found.end)
        placements = availability.place(start)
        known = calendar.municipality
        expires = min(known.offer_hours.deadline(now, known.offer_minutes, entry.time_zone), start)
        offer = Offer(uuid.uuid4().hex, start, end, expires)
        held = appointment_lifecycle.hold(offer.hold, entry.municipality, spec, placements, start, now, "system")
        self.agendas.hold(placements, held, expires, now, replaces=hold)
        offered, event = waiting_list.offer(entry, offer, now)
        if not self._save(offered, event):
            self.agendas.drop_hold(offer.hold)
            return 0
        return 1

    def _coming_appointment(self, entry: Entry) -> Appointment | None:
        """The appointment of the entry, if it is still booked."""
        card = self.cards.get(entry.id)
        found = card and self.agendas.find_claim(card.agenda, card.id)
        return found[0] if found and found[0].state == "booked" else None

    def _end_offer(
        self, card: Card, request: Request, end: Callable[[Entry, dt.datetime], tuple[Entry, Event]]
    ) -> Entry:
        """End an offer with `end`, and release its slot."""
        entry = self.get_entry(card)
        changed, event = end(entry, self.clock())
        if not self._save(changed, request.traced(event)):
            raise Refusal("changed-meanwhile")
        self._drop_offer_hold(entry)
        return changed

    def _remove(self, entry: Entry, now: dt.datetime) -> None:
        left, event = waiting_list.leave(entry, now, "gone")
        self._save(left, event)

    def _save(self, entry: Entry, event: Event) -> bool:
        saved = self.waiting_lists.save(entry, event)
        if saved:
            self.publish(WaitingLists.NAME, entry.id, [event])
        return saved

    def _drop_offer_hold(self, entry: Entry) -> None:
        if entry.offer is not None:
            self.agendas.drop_hold(entry.offer.hold)


def _days_to_search(entry: Entry, dates: Sequence[dt.date] | None, now: dt.datetime) -> list[dt.date]:
    """The local days from today, or from the entry's `not_before`, until its appointment; only `dates` if given."""
    first = max(local_date(now, entry.time_zone), entry.not_before or dt.date.min)
    last = local_date(entry.start, entry.time_zone)
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    return days if dates is None else [date for date in days if date in dates]


def _preference(wanted: OfferPreferences) -> Preference:
    return replace(preference_of(wanted), parts_of_day=frozenset(wanted.parts_of_day))
