"""The logs of the whole system: one trace in all services, and one line for an outage and one for its end.

The tests of an outage also show that requests are refused at once and that nothing is lost.
"""

import json
import time

import requests

from tests.client import a_visitor, eventually

from .servers import kill_broker, start_broker, start_database
from .test_broker_outage import NUISANCE, wait_until_whole

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SLOTS = {"appointment_type": "bouwadvies", "location": "gemeentehuis"}
NOT_CACHED = {"Cache-Control": "no-cache"}
HEADERS = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}


class Logs:
    """What the services log from now on."""

    def __init__(self, stack):
        self._files = {name: component.log for name, component in stack.components.items()}
        self._begin = {name: file.stat().st_size for name, file in self._files.items()}

    def of(self, name):
        """Raises ValueError for a line that is not JSON."""
        text = self._files[name].read_bytes()[self._begin[name] :].decode()
        return [json.loads(line) for line in text.splitlines()]

    def about(self, name, event):
        return [line for line in self.of(name) if line["event"] == event]

    def troubles(self, name):
        """What is said about outages, and at level warning or above."""
        return [
            (line["level"], line["event"])
            for line in self.of(name)
            if line["level"] in ("warning", "error", "critical") or "available" in line["event"]
        ]

    def tracebacks(self, name):
        return [line for line in self.of(name) if "exception" in line]


def an_outage_of(server):
    return [("warning", f"the {server} is unavailable"), ("info", f"the {server} is available again")]


def test_the_trace_of_a_request_is_in_its_access_line_and_in_the_consumers_of_its_events(own_stack, portal):
    logs = Logs(own_stack)
    start = portal.slots("hinder-melden")[-1]["start"]
    body = {**NUISANCE, "location": "gemeentehuis", "start": start, "contact": a_visitor()}
    assert portal.post("appointments", body, headers=HEADERS).status_code == 201
    (access,) = [line for line in logs.about("gateway", "request") if line["method"] == "POST"]
    assert access["trace"] == TRACE
    settled = eventually(lambda: logs.about("notification", "message settled"))
    assert {line["trace"] for line in settled} == {TRACE}


def test_each_access_line_of_one_connection_has_its_own_trace(own_stack):
    logs = Logs(own_stack)
    with requests.Session() as session:
        for _ in range(3):  # the later responses come from the cache
            assert session.get(f"{own_stack.url}/api/v1/rumst/appointment-types", timeout=10).ok
        session.get(f"{own_stack.url}/api/v1/rumst/appointment-types", headers=HEADERS, timeout=10)
    traces = [line["trace"] for line in eventually(lambda: logs.about("gateway", "request")[3:] and logs.of("gateway"))]
    assert len(set(traces)) == 4
    assert traces[-1] == TRACE


def test_an_outage_of_the_broker_is_two_lines_in_each_log_whatever_is_asked_meanwhile(own_stack, portal):
    logs = Logs(own_stack)
    kill_broker(own_stack)
    try:
        for _ in range(3):
            began = time.monotonic()
            refused = portal.get("slots", params=SLOTS, headers=NOT_CACHED)
            assert refused.status_code == 503
            assert time.monotonic() - began < 4
        time.sleep(2)
    finally:
        start_broker(own_stack)
    wait_until_whole(own_stack)
    visitor = a_visitor()
    portal.booked(contact=visitor)
    eventually(lambda: portal.mails_to(visitor["email"]))
    assert {name: logs.troubles(name) for name in own_stack.components} == {
        name: an_outage_of("broker") for name in own_stack.components
    }
    assert [line for name in own_stack.components for line in logs.tracebacks(name)] == []


def test_an_outage_of_the_database_is_two_lines_in_each_log_whatever_is_asked_meanwhile(own_stack, portal):
    kept = portal.booked()
    logs = Logs(own_stack)
    own_stack.servers.database.process.kill()
    try:
        for _ in range(3):
            assert portal.book("2031-05-05T09:00:00+02:00", contact=a_visitor(), **NUISANCE).status_code == 503
    finally:
        start_database(own_stack)
    wait_until_whole(own_stack)
    for name in own_stack.components:
        eventually(lambda name=name: ("info", "the database is available again") in logs.troubles(name))
    eventually(lambda: portal.get("slots", params=SLOTS, headers=NOT_CACHED).ok)
    assert portal.get(f"appointments/{kept['id']}", token=kept["link_token"]).json()["state"] == "booked"
    portal.booked()
    assert {name: logs.troubles(name) for name in own_stack.components} == {
        name: an_outage_of("database") for name in own_stack.components
    }
    assert [line for name in own_stack.components for line in logs.tracebacks(name)] == []
