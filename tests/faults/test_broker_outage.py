"""A broker or database outage ends no process, and an expired call is not carried out."""

import contextlib
import signal
import threading
import time
from collections import Counter
from contextlib import contextmanager

import pytest
import requests
from pymongo import MongoClient

from conftest import LONG
from tests.client import Portal, a_visitor, eventually, in_days

from .servers import kill_broker, start_broker, start_database

ROUNDS = 3 if LONG else 2
CLIENTS = 4
#: seconds without the broker in each round
OUTAGE_SECONDS = 3.0
#: seconds from SIGTERM to the end of a process
STOPPED_WITHIN = 5.0
NUISANCE = {"appointment_types": ["hinder-melden"], "answers": {"soort-hinder": "geluid"}}


def at_once(*names):
    """The services that a test starts together: in the short form all of them, in the long form one after the other."""
    return [(name,) for name in names] if LONG else [names]


def process_ids(stack):
    assert all(component.child.is_running() for component in stack.components.values())
    return {name: component.child.pid for name, component in stack.components.items()}


def appointments_of(database, visitors):
    """The ids of the appointments and unfinished bookings of these residents."""
    addresses = [visitor["email"] for visitor in visitors]
    return {card["_id"] for card in database.cards.find({"contact.email": {"$in": addresses}}, {"_id": 1})}


def readiness(component):
    """The answer of the probe. While a service starts, its own server takes the address over from the first one."""

    def asked():
        with contextlib.suppress(requests.ConnectionError):
            return [requests.get(f"{component.health}/ready", timeout=10)]  # a response of 503 is false

    return eventually(asked)[0]


def metric(component, name):
    """The sum of a counter over its labels."""
    lines = requests.get(f"http://127.0.0.1:{component.port}/metrics", timeout=10).text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


@pytest.fixture
def whole(own_stack):
    """The stack, which is whole again afterwards."""
    yield own_stack
    for component in own_stack.components.values():
        if not component.child.is_running():
            component.start()
    wait_until_whole(own_stack)


def books(portal, **changes):
    """Whether a booking goes through, from the search for a moment on."""
    with contextlib.suppress(AssertionError):
        return portal.book(**changes).status_code == 201
    return False


def wait_until_whole(stack):
    for component in stack.components.values():
        component.wait_until("ready")


@contextmanager
def bookings_in_flight(stack, starts):
    """Several clients that book until the block ends. Gives a list of (status, answer), status 0 without an answer."""
    answers, lock, over = [], threading.Lock(), threading.Event()

    def work(number):
        portal = Portal.on(stack)
        while not over.is_set():
            with lock:
                start = starts.pop() if starts else None
            if start is None:
                return
            visitor = a_visitor()
            try:
                answer = portal.book(start, key=visitor["email"], contact=visitor, **NUISANCE)
                result = answer.status_code, {"visitor": visitor, **answer.json()}
            except requests.RequestException as error:
                result = 0, {"error": repr(error)}
            with lock:
                answers.append(result)
            over.wait(0.2)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        over.set()
        for thread in threads:
            thread.join()


def test_a_broker_restart_during_bookings_ends_no_process_and_loses_no_booking(whole, portal):
    pids = process_ids(whole)
    starts = [slot["start"] for slot in portal.slots("hinder-melden", to=in_days(40))]
    with bookings_in_flight(whole, starts) as answers:
        for round_number in range(ROUNDS):
            enough = len(answers) + 2 * CLIENTS
            eventually(lambda enough=enough: len(answers) > enough)
            kill_broker(whole)
            time.sleep(OUTAGE_SECONDS)
            assert process_ids(whole) == pids, f"in round {round_number}"
            start_broker(whole)
            came_back, so_far = time.monotonic(), len(answers)
            eventually(lambda so_far=so_far: any(status == 201 for status, _ in answers[so_far:]))
            assert time.monotonic() - came_back < 8
            assert process_ids(whole) == pids, f"in round {round_number}"
    seen = Counter(status for status, _ in answers)
    assert set(seen) <= {201, 503, 409}, [result for status, result in answers if status not in (201, 503, 409)][:3]
    assert seen[503], "the outage was seen"
    booked = [result["id"] for status, result in answers if status == 201]
    database = MongoClient(whole.servers.mongo_uri).loket_booking
    agendas = database.agendas
    visitors = [result["visitor"] for status, result in answers if status == 201]
    assert appointments_of(database, visitors) == {*booked}
    claims = Counter(
        claim["id"]
        for agenda in agendas.find({"claims.id": {"$in": booked}}, {"claims": 1})
        for claim in agenda["claims"]
        if "appointment" in claim  # not a room or a desk beside it
    )
    assert [claims[each] for each in booked] == [1] * len(booked)
    refused = [result for status, result in answers if status == 503]
    assert {result["code"] for result in refused} <= {"service-unavailable", "outcome-unknown"}
    unavailable = [result["visitor"] for result in refused if result["code"] == "service-unavailable"]
    nothing_done = appointments_of(database, unavailable)
    assert agendas.count_documents({"claims.id": {"$in": [*nothing_done]}}) == 0
    wait_until_whole(whole)


def stop_in_time(components):
    """SIGTERM ends each of them within seconds, whatever is away."""
    began = time.monotonic()
    for component in components:
        component.ask_to_stop()
    for component in components:
        left = STOPPED_WITHIN - (time.monotonic() - began)
        assert component.child.process.wait(max(left, 0.1)) == 0, component.name


def start_without(components):
    """Start them; each answers the probes, and says what it waits for after its first attempt has failed."""
    for component in components:
        component.start()
    for component in components:
        component.wait_until("live")
    for component in components:
        eventually(lambda component=component: is_waiting(readiness(component)))
    return [component.child.pid for component in components]


def is_waiting(response):
    assert response.status_code == 503
    return any(state.startswith(("waits", "cannot be reached")) for state in response.json().values())


def ready_without_restart(stack, components, started):
    for component in components:
        component.wait_until("ready")
    assert [component.child.pid for component in components] == started
    wait_until_whole(stack)


@pytest.mark.parametrize("names", at_once("gateway", "booking", "notification", "reporting"), ids=", ".join)
def test_a_service_without_its_broker_stops_in_time_and_at_a_start_waits_for_it(whole, portal, names):
    components = [whole.components[name] for name in names]
    kill_broker(whole)
    try:
        time.sleep(1)
        stop_in_time(components)
        start_without(components)
        stop_in_time(components)
        started = start_without(components)
        if "gateway" in names:
            refused = portal.get("slots", params={"appointment_type": "bouwadvies", "location": "gemeentehuis"})
            assert (refused.status_code, refused.json()["code"]) == (503, "service-unavailable")
    finally:
        start_broker(whole)
    ready_without_restart(whole, components, started)
    visitor = a_visitor()
    eventually(lambda: books(portal, contact=visitor))
    eventually(lambda: portal.mails_to(visitor["email"]))


@pytest.mark.parametrize("names", at_once("gateway", "booking"), ids=", ".join)
def test_a_service_without_its_database_waits_for_it(whole, portal, names):
    components = [whole.components[name] for name in names]
    for component in components:
        component.ask_to_stop()
    for component in components:
        component.stop()
    whole.servers.database.process.kill()
    try:
        started = start_without(components)
    finally:
        start_database(whole)
    ready_without_restart(whole, components, started)
    eventually(lambda: books(portal))


def test_a_call_that_was_answered_with_503_is_not_carried_out_later(whole, portal):
    booking = whole.components["booking"]
    portal.booked()  # the catalogue is in the gateway's memory
    visitor, start = a_visitor(), portal.slots()[-1]["start"]
    dropped = metric(booking, "loket_calls_expired_total")
    booking.child.process.send_signal(signal.SIGSTOP)
    try:
        refused = portal.book(start, contact=visitor)
    finally:
        booking.child.process.send_signal(signal.SIGCONT)
    assert (refused.status_code, refused.json()["code"]) == (503, "outcome-unknown")
    eventually(lambda: metric(booking, "loket_calls_expired_total") > dropped)
    assert start in [slot["start"] for slot in portal.slots()]
    time.sleep(2)
    assert portal.mails_to(visitor["email"]) == []
