"""Lists and bookings need a fixed number of database queries."""

import pytest
from booking_harness import CONTACT, STAFF, BookingHarness
from municipality_yaml import a_configuration, specialist
from pymongo import MongoClient, monitoring

from loket_booking.commands.request import Request
from loket_contracts.rpc.booking.book import BookAppointment
from loket_contracts.rpc.message import from_json

STARTS = [f"2026-11-30T{clock}:00+01:00" for clock in ("09:00", "09:30", "10:00", "10:30", "11:00")]


class QueryCounter(monitoring.CommandListener):
    def __init__(self):
        self.reads = 0

    def started(self, event):
        self.reads += event.command_name in ("find", "aggregate", "distinct")

    def succeeded(self, event):
        pass

    def failed(self, event):
        pass


@pytest.fixture
def counter():
    return QueryCounter()


@pytest.fixture
def booking(servers, database, counter):
    with MongoClient(servers.mongo_uri, tz_aware=True, event_listeners=[counter]) as client:
        booking = BookingHarness(
            client[database.name], a_configuration(resources={"ro-1": specialist()}, online={"confirm": "none"})
        )
        booking.stores.configurations.MAX_AGE = float("inf")  # no refresh while queries are counted
        yield booking


def reads(counter, call, *arguments):
    """The number of queries of the call."""
    before = counter.reads
    call(*arguments)
    return counter.reads - before


def check_in_all(booking):
    booking.later(days=6)
    for card in booking.cards:
        booking.apply(card, "check_in")


def search(booking):
    assert len(booking.use_cases.search.find_visits("rumst", "lieve", STAFF)) == len(booking.cards)


def dossier(booking):
    seen = booking.use_cases.dossiers.dossier(booking.cards[0], booking.appointment(booking.cards[0]), STAFF)
    assert len(seen["earlier"]) == len(booking.cards) - 1


def proposals(booking):
    assert len(booking.use_cases.conflicts.proposals("rumst", [card.id for card in booking.cards], None)) == len(
        booking.cards
    )


def queue(booking):
    assert len(booking.use_cases.waiting_room.queue("rumst", "hal")["waiting"]) == len(booking.cards)


@pytest.mark.parametrize(
    ("call", "prepare"), [(search, None), (dossier, None), (proposals, None), (queue, check_in_all)]
)
def test_the_number_of_queries_does_not_grow_with_the_list(booking, counter, call, prepare):
    booking.cards = [booking.book(start=STARTS[0])[1], booking.book(start=STARTS[1])[1]]
    if prepare:
        prepare(booking)
    few = reads(counter, call, booking)
    more = [booking.book(start=start)[1] for start in STARTS[2:]]
    if prepare:
        for card in more:
            booking.apply(card, "check_in")
    booking.cards += more
    assert reads(counter, call, booking) == few


def test_a_hold_is_read_once_when_it_is_booked(booking, counter):
    command = from_json(BookAppointment, {"hold": booking.hold(start=STARTS[0]).appointment.id, "contact": CONTACT})
    assert reads(counter, booking.use_cases.provisional.request, "rumst", command, Request(), ()) == 1


def test_a_card_is_looked_up_without_a_query_for_provisional_bookings(booking, counter):
    card = booking.book(start=STARTS[0])[1]
    of_card, of_claim, of_waiting_list = 1, 1, 1
    looked_up = reads(counter, booking.use_cases.contact_cards.contact_cards, [("rumst", card.id)])
    assert looked_up == of_card + of_claim + of_waiting_list
