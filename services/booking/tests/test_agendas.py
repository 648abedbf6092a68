"""On a real mongod, an agenda never contains two overlapping live claims, in whatever order callers write."""

import datetime as dt
import os
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from builders import a_municipality, utc
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from loket_booking.domain import appointment as life
from loket_booking.domain.appointment_spec import spec_for
from loket_booking.domain.grid import span
from loket_booking.domain.lifecycle import Actor
from loket_booking.domain.resource_day import EMPTY, AgendaKey, Placement
from loket_booking.store.agenda_cache import SEARCH_MAX_AGE, AgendaCache
from loket_booking.store.agendas import EXPIRED_HOLD_RETENTION, Agendas, AlreadyClaimed, Taken
from loket_booking.store.bitmap import cells_in

NOW = utc(2026, 11, 24, 8)
RESIDENT, STAFF = Actor("resident"), Actor("staff")
LONG = bool(os.environ.get("LOKET_LONG"))
DATE = dt.date(2026, 11, 30)
MUNICIPALITY = a_municipality()
SPEC = spec_for(MUNICIPALITY, ["advies"], 1, None)


def at(start, end, resource="ro-1"):
    return Placement(AgendaKey("rumst", resource, DATE), start, end)


def draft(placements, identifier=None):
    return life.hold(identifier or uuid.uuid4().hex, "rumst", SPEC, placements, utc(2026, 11, 30, 9), NOW, "resident")


def hold(agendas, *placements, until=NOW + dt.timedelta(minutes=10), now=NOW):
    held = draft(placements)
    agendas.hold(placements, held, until, now)
    return held.id


def book(agendas, *placements, now=NOW, hold=None):
    booked, event = life.book(MUNICIPALITY, draft(placements), now=now, by=RESIDENT, language="nl")
    agendas.book(placements, booked, event, now, hold)
    return booked


def cancel(agendas, booked, *placements):
    cancelled, event = life.cancel(MUNICIPALITY, booked, now=NOW, by=RESIDENT, reason="x")
    return agendas.cancel(placements, cancelled, event)


def move(agendas, booked, old, new, now=NOW, also=lambda session: None):
    moved, event = life.reschedule(MUNICIPALITY, booked, SPEC, new, utc(2026, 11, 30, 12), now=now, by=RESIDENT)
    return moved if agendas.move(old, new, moved, event, now, also) else None


@pytest.fixture
def agendas(database):
    store = Agendas(database)
    store.create_indexes()
    return store


def test_booked_time_cannot_be_booked_again(agendas):
    book(agendas, at(100, 112))
    for overlap in (at(100, 112), at(111, 120), at(90, 101), at(105, 106), at(90, 200)):
        with pytest.raises(Taken):
            book(agendas, overlap)
    book(agendas, at(112, 120))
    book(agendas, at(90, 100))


def test_a_claim_across_a_bitmap_word_boundary_is_one_claim(agendas):
    book(agendas, at(50, 130))
    for cell in (50, 59, 60, 119, 120, 129):
        with pytest.raises(Taken):
            book(agendas, at(cell, cell + 1))


def test_the_last_cell_of_a_25_hour_day_can_be_booked(agendas):
    book(agendas, at(299, 300))
    assert agendas.read([at(0, 1).agenda])[at(0, 1).agenda].booked == 1 << 299


def test_a_live_hold_blocks_others_and_an_expired_hold_does_not(agendas):
    hold(agendas, at(100, 112), until=NOW + dt.timedelta(seconds=1))
    with pytest.raises(Taken):
        book(agendas, at(104, 106))
    with pytest.raises(Taken):
        hold(agendas, at(104, 106))
    book(agendas, at(104, 106), now=NOW + dt.timedelta(seconds=1))


def test_booking_a_hold_replaces_it(agendas):
    held = hold(agendas, at(100, 112))
    book(agendas, at(100, 112), hold=held)
    assert agendas.find_hold(held) is None


def test_an_expired_hold_can_still_be_booked_while_its_time_is_free(agendas):
    held = hold(agendas, at(100, 112))
    book(agendas, at(100, 112), hold=held, now=NOW + dt.timedelta(hours=1))


def test_booking_stores_the_event_in_the_document_of_the_claim(agendas):
    booked = book(agendas, at(100, 112))
    document = agendas.collection.find_one({"_id": "rumst/ro-1/2026-11-30"})
    assert [event["_id"] for event in document["outbox"]] == [f"{booked.id}.1"]
    assert agendas.find_claim(document["_id"], booked.id) == (booked, [at(100, 112)])


def test_a_refused_booking_stores_nothing(agendas):
    book(agendas, at(100, 112))
    before = agendas.collection.find_one({})
    with pytest.raises(Taken):
        book(agendas, at(100, 112))
    assert agendas.collection.find_one({}) == before


def test_cancelling_frees_the_time_and_publishes_its_event_once(agendas):
    booked = book(agendas, at(100, 112))
    assert cancel(agendas, booked, at(100, 112))
    assert not cancel(agendas, booked, at(100, 112))
    book(agendas, at(100, 112))
    outbox = agendas.collection.find_one({})["outbox"]
    assert [event["type"] for event in outbox] == [
        "appointment.booked.v1", "appointment.cancelled.v1", "appointment.booked.v1",
    ]  # fmt: skip


def test_several_resources_are_claimed_together_or_not_at_all(agendas):
    book(agendas, at(100, 112, "zaal"))
    with pytest.raises(Taken):
        book(agendas, at(100, 112), at(100, 112, "zaal"))
    assert agendas.read([at(0, 1).agenda])[at(0, 1).agenda].booked == 0
    booked = book(agendas, at(112, 120), at(112, 118, "zaal"))
    assert cancel(agendas, booked, at(112, 120), at(112, 118, "zaal"))
    assert agendas.read([at(0, 1, "zaal").agenda])[at(0, 1, "zaal").agenda].booked == span(100, 112)


def taken(agendas, resource="ro-1"):
    key = at(0, 1, resource).agenda
    return agendas.read([key]).get(key, EMPTY).booked


def test_a_move_claims_the_new_time_and_releases_the_old_one(agendas):
    booked = book(agendas, at(100, 112))
    moved = move(agendas, booked, [at(100, 112)], [at(106, 118)])
    assert taken(agendas) == span(106, 118)
    assert agendas.find_claim("rumst/ro-1/2026-11-30", booked.id) == (moved, [at(106, 118)])


def test_a_move_to_another_person_and_room_is_all_or_nothing(agendas):
    booked = book(agendas, at(100, 112))
    book(agendas, at(100, 112, "zaal"))
    with pytest.raises(Taken):
        move(agendas, booked, [at(100, 112)], [at(100, 112, "ro-2"), at(100, 112, "zaal")])
    assert (taken(agendas), taken(agendas, "ro-2")) == (span(100, 112), 0)
    assert move(agendas, booked, [at(100, 112)], [at(112, 124, "ro-2"), at(112, 124, "zaal")])
    assert (taken(agendas), taken(agendas, "ro-2")) == (0, span(112, 124))


def test_a_move_of_an_appointment_that_changed_meanwhile_does_nothing(agendas):
    booked = book(agendas, at(100, 112))
    assert move(agendas, booked, [at(100, 112)], [at(120, 132)])
    assert move(agendas, booked, [at(120, 132)], [at(140, 152)]) is None
    assert taken(agendas) == span(120, 132)


def test_a_failed_move_rolls_back_the_write_beside_it(agendas, database):
    booked = book(agendas, at(100, 112))

    def fail(session):
        database.other.insert_one({}, session=session)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        move(agendas, booked, [at(100, 112)], [at(120, 132)], also=fail)
    assert taken(agendas) == span(100, 112)
    assert database.other.count_documents({}) == 0


def test_a_transition_is_stored_once_with_its_event(agendas):
    booked = book(agendas, at(100, 112))
    here, event = life.apply_command(MUNICIPALITY, booked, "ask", now=NOW, by=STAFF)
    assert agendas.save_transition([at(100, 112)], here, event)
    assert not agendas.save_transition([at(100, 112)], here, event)
    assert agendas.find_claim("rumst/ro-1/2026-11-30", booked.id)[0] == here
    assert taken(agendas) == span(100, 112)


def test_exactly_one_of_many_concurrent_moves_to_one_time_wins(agendas):
    all_booked = [book(agendas, at(n * 10, n * 10 + 10)) for n in range(8)]
    barrier = threading.Barrier(8)

    def attempt(number):
        barrier.wait()
        try:
            moved = move(agendas, all_booked[number], [at(number * 10, number * 10 + 10)], [at(200, 210)])
        except Taken:
            return 0
        return int(moved is not None)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1
    assert taken(agendas).bit_count() == 80


def test_exactly_one_of_many_concurrent_bookings_of_one_time_wins(agendas):
    barrier = threading.Barrier(16)

    def attempt(round_):
        barrier.wait()
        try:
            book(agendas, at(round_ * 6, round_ * 6 + 6))
        except Taken:
            return 0
        return 1

    with ThreadPoolExecutor(16) as pool:
        for round_ in range(20):
            assert sum(pool.map(attempt, [round_] * 16)) == 1


def test_concurrent_bookings_of_different_times_on_a_new_day_all_succeed(agendas):
    barrier = threading.Barrier(12)

    def attempt(number):
        barrier.wait()
        book(agendas, at(number * 10, number * 10 + 10))

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(attempt, range(12)))
    assert agendas.read([at(0, 1).agenda])[at(0, 1).agenda].booked == span(0, 120)


def test_a_search_sees_writes_of_this_process_at_once_and_of_others_soon(agendas, database):
    key = at(0, 1).agenda
    assert agendas.cache.read([key])[key].booked == 0
    book(agendas, at(100, 112))
    assert agendas.cache.read([key])[key].booked == span(100, 112)
    book(Agendas(database), at(112, 120))
    assert agendas.cache.read([key])[key].booked == span(100, 112)
    assert agendas.read([key])[key].booked == span(100, 120), "who decides reads what is"
    time.sleep(SEARCH_MAX_AGE)
    assert agendas.cache.read([key])[key].booked == span(100, 120)


def test_a_write_during_a_search_invalidates_the_cache_that_the_search_fills(database):
    agendas = Agendas(database)
    key = at(0, 1).agenda

    def slow_read(keys):
        found = agendas.read(keys)
        book(agendas, at(100, 112))
        return found

    agendas.cache = AgendaCache(slow_read)
    assert agendas.cache.read([key])[key].booked == 0
    agendas.cache._read = agendas.read
    assert agendas.cache.read([key])[key].booked == span(100, 112)


def test_an_appointment_is_claimed_once_however_often_its_request_runs(agendas):
    first = book(agendas, at(100, 112))
    again, event = life.book(MUNICIPALITY, draft([at(200, 212, "ro-2")], first.id), now=NOW, by=RESIDENT, language="nl")
    with pytest.raises(AlreadyClaimed):
        agendas.book([at(200, 212, "ro-2")], again, event, NOW, None)
    with pytest.raises(AlreadyClaimed):
        agendas.book([at(200, 212, "ro-2"), at(200, 212, "zaal")], again, event, NOW, None)
    assert taken(agendas, "ro-2") == taken(agendas, "zaal") == 0
    moved = move(agendas, first, [at(100, 112)], [at(200, 212, "ro-2")])
    assert agendas.find_claim("rumst/ro-1/2026-11-30", first.id)[0] == moved, "found where it is, not where it was"
    query = {"owners": first.id, "owners.0": {"$exists": True}, "claims.id": first.id}
    assert "'indexName': 'owners'" in str(agendas.collection.find(query).explain()["queryPlanner"]["winningPlan"])


def test_the_outbox_query_uses_its_index(servers, database):
    database.agendas.create_index(
        [("outbox.time", 1)], name="outbox", partialFilterExpression={"outbox.0": {"$exists": True}}
    )
    book(Agendas(database), at(100, 112))
    plan_ = database.agendas.find({"outbox.0": {"$exists": True}, "outbox.time": {"$lte": NOW}}).explain()
    assert "IXSCAN" in str(plan_["queryPlanner"]["winningPlan"])


def claimed_cells(document):
    """The cells that the live claims of a document take: what its words must equal."""
    cells = 0
    for claim in document.get("claims", ()):
        if claim.get("appointment", {}).get("state", "booked") != "cancelled":
            cells |= span(claim["s"], claim["e"])
    return cells


class OneAgenda(RuleBasedStateMachine):
    """Any sequence of commands, against a model that keeps plain sets of cells."""

    agendas: Agendas

    def __init__(self):
        super().__init__()
        self.agendas.collection.delete_many({})
        self.now = NOW
        self.booked = {}
        self.held = {}

    def free(self, start, end, own=None):
        wanted = set(range(start, end))
        claims = [cells for _, cells in self.booked.values()]
        claims += [cells for name, (cells, until) in self.held.items() if until > self.now and name != own]
        return not any(wanted & cells for cells in claims)

    stretches = st.tuples(st.integers(0, 299), st.integers(1, 70)).map(lambda pair: (pair[0], min(300, sum(pair))))

    @rule(stretch=stretches)
    def book(self, stretch):
        try:
            booked = book(self.agendas, at(*stretch), now=self.now)
        except Taken:
            assert not self.free(*stretch)
            return
        assert self.free(*stretch)
        self.booked[booked.id] = booked, set(range(*stretch))

    @rule(stretch=stretches, minutes=st.integers(1, 20))
    def hold(self, stretch, minutes):
        until = self.now + dt.timedelta(minutes=minutes)
        try:
            identifier = hold(self.agendas, at(*stretch), until=until, now=self.now)
        except Taken:
            assert not self.free(*stretch)
            return
        assert self.free(*stretch)
        self.held[identifier] = set(range(*stretch)), until

    # draws a number and not an identifier: the draw cannot know which writer won an earlier race
    picks = st.integers(0, 99)

    @rule(pick=picks)
    def book_a_hold(self, pick):
        if not self.held:
            return
        identifier = list(self.held)[pick % len(self.held)]
        cells, _ = self.held[identifier]
        stretch = min(cells), max(cells) + 1
        try:
            booked = book(self.agendas, at(*stretch), now=self.now, hold=identifier)
        except Taken:
            assert not self.free(*stretch, own=identifier)
            return
        assert self.free(*stretch, own=identifier)
        del self.held[identifier]
        self.booked[booked.id] = booked, cells

    @rule(pick=picks, minutes=st.integers(1, 40))
    def prolong_a_hold(self, pick, minutes):
        """Also one that expired; a booking deletes it an hour later."""
        if not self.held:
            return
        identifier = list(self.held)[pick % len(self.held)]
        cells, until = self.held[identifier]
        placements, prolonged = [at(min(cells), max(cells) + 1)], self.now + dt.timedelta(minutes=minutes)
        free = self.free(min(cells), max(cells) + 1, own=identifier)
        try:
            self.agendas.prolong_hold(placements, draft(placements, identifier), prolonged, self.now)
        except Taken:
            assert not free or until <= self.now - EXPIRED_HOLD_RETENTION
            return
        assert free
        self.held[identifier] = cells, prolonged

    @rule(several=st.lists(stretches, min_size=2, max_size=4))
    def race(self, several):
        """Several writers at the same moment: who wins does not overlap, and who loses would have."""

        def attempt(stretch):
            try:
                return book(self.agendas, at(*stretch), now=self.now), stretch
            except Taken:
                return None, stretch

        with ThreadPoolExecutor(len(several)) as pool:
            results = list(pool.map(attempt, several))
        for booked, stretch in results:
            if booked is not None:
                assert self.free(*stretch)
                self.booked[booked.id] = booked, set(range(*stretch))
        assert not any(self.free(*stretch) for booked, stretch in results if booked is None)

    @rule(pick=picks)
    def cancel(self, pick):
        if not self.booked:
            return
        identifier = list(self.booked)[pick % len(self.booked)]
        booked, cells = self.booked.pop(identifier)
        assert cancel(self.agendas, booked, at(min(cells), max(cells) + 1))

    @rule(pick=picks, stretch=stretches)
    def move(self, pick, stretch):
        if not self.booked:
            return
        identifier = list(self.booked)[pick % len(self.booked)]
        booked, cells = self.booked.pop(identifier)
        free = self.free(*stretch)
        try:
            moved = move(self.agendas, booked, [at(min(cells), max(cells) + 1)], [at(*stretch)], now=self.now)
        except Taken:
            assert not free
            self.booked[identifier] = booked, cells
            return
        assert free
        assert moved
        self.booked[identifier] = moved, set(range(*stretch))

    @rule(minutes=st.integers(1, 15))
    def time_passes(self, minutes):
        self.now += dt.timedelta(minutes=minutes)

    @invariant()
    def the_words_are_the_claims(self):
        document = self.agendas.collection.find_one({}) or {}
        assert (
            cells_in(document)
            == claimed_cells(document)
            == sum(1 << c for _, cells in self.booked.values() for c in cells)
        )


def test_no_sequence_of_commands_makes_claims_overlap(agendas):
    class Machine(OneAgenda):
        pass

    Machine.agendas = agendas
    run_state_machine_as_test(
        Machine, settings=settings(max_examples=300 if LONG else 25, stateful_step_count=30, deadline=None)
    )
