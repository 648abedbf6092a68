"""Lists need a fixed number of database queries, however long they are."""

import pytest
from booking_harness import STAFF, BookingHarness
from municipality_yaml import a_configuration, specialist
from pymongo import MongoClient, monitoring

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
        booking = BookingHarness(client[database.name], a_configuration(resources={"ro-1": specialist()}))
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
