"""The agenda of a resource as a calendar feed (iCalendar, RFC 5545), behind a secret address."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from loket_contracts.calendar_entry import CalendarEntry, write_calendar
from loket_contracts.errors import Refusal
from loket_contracts.languages import pick

from ..commands.ports import Clock
from ..domain import booked
from ..domain.appointment import Appointment
from ..domain.catalogue import Municipality
from ..domain.grid import local_date
from ..store.cards import Cards
from ..store.configurations import Configurations
from ..store.day_view import DayView
from ..store.link_generations import LinkGenerations, feed_id
from ..store.links import Links

#: how much of the past a feed has
PAST = dt.timedelta(days=14)


@dataclass(frozen=True)
class CalendarFeedQueries:
    cards: Cards
    configurations: Configurations
    days: DayView
    links: Links
    link_generations: LinkGenerations
    clock: Clock

    def feed_token(self, municipality: str, resource: str) -> str:
        """The token in the address of a resource's feed. Raises Refusal: unknown-resource."""
        known = self.configurations.calendar(municipality).municipality
        known.require_resource(resource)
        generation = self.link_generations.of(feed_id(municipality, resource))
        return self.links.feed(municipality, resource, generation)

    def feed(self, municipality: str, token: str) -> str:
        """The feed with this token. It has no personal data. Raises Refusal: not-found."""
        known = self.configurations.calendar(municipality).municipality
        generations = self.link_generations.of_all(feed_id(municipality, each) for each in known.resources)
        for resource in known.resources.values():
            generation = generations.get(feed_id(municipality, resource.id), 0)
            if self.links.is_feed(municipality, resource.id, token, generation):
                break
        else:
            raise Refusal("not-found")
        since = local_date(self.clock() - PAST, known.time_zone)
        mine = [each for each in self.days.appointments(municipality, since) if resource.id in each.resources]
        cards = self.cards.get_all(each.id for each in mine)
        including_removed = self.configurations.including_removed(municipality)
        entries = [
            _entry(
                including_removed, each, self.links.entry(each.id), cards[each.id].reference if each.id in cards else ""
            )
            for each in mine
        ]
        return write_calendar("PUBLISH", entries, self.clock(), name=resource.name).decode()


def _entry(known: Municipality, appointment: Appointment, identifier: str, reference: str) -> CalendarEntry:
    """`identifier`: not the appointment's id, from which its link is derived."""
    language = known.languages[0]
    topics = ", ".join(pick(kind.name, language) for kind in booked.types_of(known, appointment))
    return CalendarEntry(
        appointment=identifier, sequence=appointment.sequence, start=appointment.start, end=appointment.end,
        summary=f"{topics} {reference}".strip(),
        cancelled=appointment.state == "cancelled", organizer=pick(known.name, language),
        organizer_email=known.email, place=pick(booked.location_of(known, appointment).name, language),
    )  # fmt: skip
