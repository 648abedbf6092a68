"""Lists need a fixed number of database queries, however long they are."""

import pytest
from desk import STAFF, Desk
from municipality_yaml import a_town, specialist
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
def desk(servers, database, counter):
    with MongoClient(servers.mongo_uri, tz_aware=True, event_listeners=[counter]) as client:
        desk = Desk(client[database.name], a_town(resources={"ro-1": specialist()}))
        desk.stores.configurations.MAX_AGE = float("inf")  # no refresh while queries are counted
        yield desk


def reads(counter, call, *arguments):
    """The number of queries of the call."""
    before = counter.reads
    call(*arguments)
    return counter.reads - before


def check_in_all(desk):
    desk.later(days=6)
    for card in desk.cards:
        desk.step(card, "check_in")


def search(desk):
    assert len(desk.use_cases.search.find_visits("rumst", "lieve", None, STAFF)) == len(desk.cards)


def dossier(desk):
    seen = desk.use_cases.dossiers.dossier(desk.cards[0], desk.appointment(desk.cards[0]), STAFF)
    assert len(seen["earlier"]) == len(desk.cards) - 1


def proposals(desk):
    assert len(desk.use_cases.conflicts.proposals("rumst", [card.id for card in desk.cards])) == len(desk.cards)


def queue(desk):
    assert len(desk.use_cases.waiting_room.queue("rumst", "hal")["waiting"]) == len(desk.cards)


@pytest.mark.parametrize(
    ("call", "prepare"), [(search, None), (dossier, None), (proposals, None), (queue, check_in_all)]
)
def test_the_number_of_queries_does_not_grow_with_the_list(desk, counter, call, prepare):
    desk.cards = [desk.book(start=STARTS[0])[1], desk.book(start=STARTS[1])[1]]
    if prepare:
        prepare(desk)
    few = reads(counter, call, desk)
    more = [desk.book(start=start)[1] for start in STARTS[2:]]
    if prepare:
        for card in more:
            desk.step(card, "check_in")
    desk.cards += more
    assert reads(counter, call, desk) == few
