"""The queue of a location: numbers, without personal data."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from loket_contracts.rpc.booking.queue_answers import PersonEntry, Queue, WaitRange, WalkInTopics
from loket_contracts.visits import (
    CALLED_STATES,
    CALLED_TICKET_STATES,
    SERVING_STATES,
    WAITING_STATES,
    WAITING_TICKET_STATES,
)

from ..commands.ports import Clock
from ..commands.queue import QueueCommands, waiting_of
from ..domain import queue, walk_in
from ..domain.appointment import Appointment
from ..domain.catalogue import Municipality
from ..domain.grid import local_date, zone
from ..domain.opening_hours import Calendar
from ..domain.ticket import Ticket
from ..store.arrival_numbers import ArrivalNumbers
from ..store.cards import Cards
from ..store.configurations import Configurations

#: before the number of an appointment, so that it differs from that of a ticket
LETTER = "A"


@dataclass(frozen=True)
class WaitingRoomQueries:
    cards: Cards
    arrival_numbers: ArrivalNumbers
    configurations: Configurations
    queue_commands: QueueCommands
    clock: Clock

    def queue(self, municipality: str, location: str) -> Queue:
        """Who waits, in the order of calling, and who was called to which counter.

        Raises Refusal: unknown-location.
        """
        calendar = self.configurations.calendar(municipality)
        known = calendar.municipality
        known.require_location(location)
        present = self.queue_commands.people_at(
            known, location, (*WAITING_STATES, *CALLED_STATES), (*WAITING_TICKET_STATES, *CALLED_TICKET_STATES)
        )
        everyone = [person for group in present for person in group]
        people = {each.id: each for each in everyone if not _is_called(each)}
        called = [each for each in everyone if _is_called(each)]
        ordered = queue.waiting_line([waiting_of(each) for each in people.values()], known.queue, self.clock())
        including_removed = self.configurations.including_removed(municipality)
        waits = queue.expected_waits(
            [_minutes(including_removed, people[each.id]) for each in ordered], len(_serving(called))
        )
        shown = self._shown([*people.values(), *called])
        return {
            "location": location,
            "order": known.queue.order,
            "waiting": [
                {**_describe(people[each.id], shown), "expected_minutes": minutes, **own}
                for each, minutes, own in zip(
                    ordered,
                    waits,
                    self._ranges(calendar, location, [people[each.id] for each in ordered], called),
                    strict=True,
                )
            ],
            "called": [_describe(each, shown) for each in called],
        }

    def _ranges(
        self, calendar: Calendar, location: str, line: list[Appointment | Ticket], called: list[Appointment | Ticket]
    ) -> list[WaitRange]:
        """The expected wait of each person in the line, from what their own team has to do."""
        now, known = self.clock(), calendar.municipality
        place, all_known = known.locations[location], self.configurations.including_removed(known.id)
        closes = walk_in.closes_at(calendar, place, local_date(now, place.time_zone))
        until_closing = max(0, round((closes - now).total_seconds() / 60)) if closes else None
        before: Counter[str] = Counter()
        found: list[WaitRange] = []

        @cache
        def people_now(team: str, types: tuple[str, ...]) -> set[str]:
            return walk_in.people_now(calendar, place, team, types, now)

        for each in line:
            running = [other for other in called if other.team == each.team and other.state in SERVING_STATES]
            people = people_now(each.team, each.appointment_types) | _serving(running)
            left = sum(_minutes_left(all_known, other, now) for other in running)
            wait = queue.expected_wait(before[each.team], left, len(people), until_closing)
            found.append(
                {
                    "wait_from": wait.shortest if wait else None,
                    "wait_to": wait.longest if wait else None,
                    "is_after_closing": wait.is_after_closing if wait else False,
                }
            )
            before[each.team] += _minutes(all_known, each)
        return found

    def walk_in_topics(self, municipality: str, location: str) -> WalkInTopics:
        """For which topics numbers are given now. Raises Refusal: unknown-location."""
        calendar, now = self.configurations.calendar(municipality), self.clock()
        calendar.municipality.require_location(location)
        place = calendar.municipality.locations[location]
        opens = walk_in.opens_at(calendar, place, now)
        return {
            "appointment_types": walk_in.topics_now(calendar, place, now),
            "opens_at": opens.astimezone(zone(place.time_zone)).isoformat() if opens else None,
        }

    def is_late(self, appointment: Appointment) -> bool:
        """Whether the resident arrived too late to keep their precedence in the queue."""
        policy = self.configurations.calendar(appointment.municipality).municipality.queue
        latest = appointment.start + dt.timedelta(minutes=policy.late_minutes)
        return waiting_of(appointment).arrived_at > latest

    def describe_person(self, person: Appointment | Ticket) -> PersonEntry:
        """One person in the queue."""
        return _describe(person, self._shown([person]))

    def _shown(self, people: Sequence[Appointment | Ticket]) -> dict[str, str]:
        """What a display shows for each: the number of a ticket, or that of an appointment with its letter.

        An appointment that release 0.1 checked in has no number, and shows its reference.
        """
        shown = {each.id: str(each.number) for each in people if isinstance(each, Ticket)}
        appointments = [each.id for each in people if isinstance(each, Appointment)]
        numbers = self.arrival_numbers.of(appointments) if appointments else {}
        shown |= {name: f"{LETTER}{number}" for name, number in numbers.items()}
        if without := [name for name in appointments if name not in numbers]:
            shown |= {name: card.reference for name, card in self.cards.get_all(without).items()}
        return shown


def _is_called(person: Appointment | Ticket) -> bool:
    return person.state in (CALLED_TICKET_STATES if isinstance(person, Ticket) else CALLED_STATES)


def _describe(person: Appointment | Ticket, shown: Mapping[str, str]) -> PersonEntry:
    return {
        "kind": "ticket" if isinstance(person, Ticket) else "appointment",
        "id": person.id,
        "shown": shown.get(person.id, "?"),
        "state": person.state,
        "sequence": person.sequence,
        "team": person.team,
        "appointment_types": list(person.appointment_types),
        "arrived_at": waiting_of(person).arrived_at.isoformat(),
        "start": None if isinstance(person, Ticket) else person.local(person.start),
        "desk": person.desk,
        "called_at": called_at.isoformat() if (called_at := _called_at(person)) else None,
    }


def _called_at(person: Appointment | Ticket) -> dt.datetime | None:
    """When the person was called last; None for one who is not called."""
    if not _is_called(person):
        return None
    return next((each.at for each in reversed(person.history) if each.command in ("call", "start", "recall")), None)


def _minutes(known: Municipality, person: Appointment | Ticket) -> int:
    kinds = (known.appointment_types.get(name) for name in person.appointment_types)
    return sum(kind.duration for kind in kinds if kind is not None)


def _minutes_left(known: Municipality, person: Appointment | Ticket, now: dt.datetime) -> int:
    """What is left of a visit that began with the last call; 0 when it takes longer than planned."""
    since = _called_at(person) or now
    return max(0, _minutes(known, person) - round((now - since).total_seconds() / 60))


def _serving(called: list[Appointment | Ticket]) -> set[str]:
    """The resources that serve a person now, and will call the next."""
    return {
        name
        for each in called
        if each.state in SERVING_STATES
        for name in (each.resources[:1] if isinstance(each, Appointment) else (each.resource,))
        if name is not None
    }
