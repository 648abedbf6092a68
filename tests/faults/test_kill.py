"""Processes die at the worst moment; nothing that was accepted is lost, and nothing happens twice."""

import contextlib
import signal
import time

import pytest
import requests
from kombu import Connection
from pymongo import MongoClient

from tests.client import a_visitor, eventually, in_days
from tests.counted import wait_until_counted


def restart(component, **environment):
    component.environment.update(environment)
    component.start()
    component.wait_until("ready")


@pytest.fixture
def counted(own_stack):
    """What earlier tests did is in the figures already, and moves them no more."""
    wait_until_counted(own_stack.servers.mongo_uri, "rumst", ["appointments"])


@pytest.mark.parametrize("place", ["outbox.before-publish", "outbox.before-clear"])
def test_killing_booking_between_the_write_and_the_publish_publishes_the_event_once(own_stack, portal, place, counted):
    booking = own_stack.components["booking"]
    booking.stop()
    restart(booking, LOKET_FAULT=place)
    visitor = a_visitor()
    before = portal.figures()["booked"]
    with contextlib.suppress(requests.RequestException):
        portal.book(portal.slots()[-1]["start"], key=visitor["email"], contact=visitor)
    eventually(lambda: not booking.child.is_running())
    assert place.endswith("clear") or portal.mails_to(visitor["email"]) == []

    restart(booking, LOKET_FAULT="")
    eventually(lambda: portal.mails_to(visitor["email"]))
    eventually(lambda: portal.figures()["booked"] == before + 1)
    again = portal.book(portal.slots()[0]["start"], key=visitor["email"], contact=visitor)
    assert again.status_code == 422, "another start is another request under the same key"
    time.sleep(1.5)
    assert len(portal.mails_to(visitor["email"])) == 1
    assert portal.figures()["booked"] == before + 1
    database = MongoClient(own_stack.servers.mongo_uri).loket_booking
    assert database.agendas.count_documents({"outbox.0": {"$exists": True}}) == 0


@pytest.mark.parametrize("victim", ["notification", "reporting"])
def test_a_consumer_killed_during_bookings_catches_up(own_stack, portal, victim, counted):
    component = own_stack.components[victim]
    before = portal.figures()["booked"]
    visitors = [a_visitor() for _ in range(12)]
    booked = []
    for number, visitor in enumerate(visitors):
        answers = {"soort-hinder": "geluid"}
        body = {"appointment_types": ["hinder-melden"], "answers": answers, "contact": visitor}
        start = portal.slots("hinder-melden", to=in_days(25))[-1]["start"]
        booked.append(portal.booked(start=start, **body)["id"])
        if number == 5:
            component.child.kill()
    restart(component)
    eventually(lambda: portal.figures()["booked"] == before + 12)
    # a message that was claimed by the process that died is taken over when its lease ends
    eventually(lambda: all(portal.mails_to(visitor["email"]) for visitor in visitors), patience=60)
    # what was being sent when the process died may come twice, and is known as such; no other
    twice = sum(len(portal.mails_to(visitor["email"])) for visitor in visitors) - 12
    messages = MongoClient(own_stack.servers.mongo_uri).loket_notification.messages
    assert twice <= messages.count_documents({"appointment": {"$in": booked}, "uncertain": {"$gt": 0}})


def test_while_booking_is_down_requests_are_refused_within_seconds_and_pages_open(own_stack, portal):
    booking = own_stack.components["booking"]
    portal.slots()
    portal.get("appointment-types")
    booking.child.kill()
    began = time.monotonic()
    slot_request = {"appointment_type": "bouwadvies", "location": "gemeentehuis"}
    refused = portal.get("slots", params=slot_request, headers={"Cache-Control": "no-cache"})
    assert time.monotonic() - began < 3
    assert (refused.status_code, refused.json()["code"]) == (503, "service-unavailable")
    assert int(refused.headers["Retry-After"]) > 0
    assert portal.get("appointment-types").status_code == 200, "served from memory"
    assert requests.get(f"{own_stack.url}/health/ready", timeout=10).status_code == 503
    restart(booking)
    assert portal.slots()


def test_after_a_mail_server_outage_the_mail_arrives_once(own_stack, portal):
    own_stack.mail.kill()
    visitor = a_visitor()
    portal.booked(contact=visitor)
    time.sleep(0.5)
    own_stack.start_mail_catcher()
    eventually(lambda: portal.mails_to(visitor["email"]), patience=40)


def test_sigterm_lets_the_gateway_finish_the_running_request(own_stack, portal):
    gateway = own_stack.components["gateway"]
    gateway.child.process.send_signal(signal.SIGTERM)
    assert gateway.child.process.wait(20) == 0
    restart(gateway)
    with Connection(own_stack.servers.amqp_uri) as connection:
        connection.ensure_connection(max_retries=2)
    assert portal.slots()
