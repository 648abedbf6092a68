"""A program in another language calls booking over RabbitMQ, and callers of the last release are still served."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema_rs import Draft202012Validator
from nameko.exceptions import deserialize_to_instance
from nameko.standalone.rpc import ServiceRpcProxy

from loket_contracts.errors import Refusal
from loket_contracts.rpc.description import published_methods
from loket_contracts.rpc.json_schema import Schemas
from tests.client import eventually, in_days

NODE = Path(__file__).parents[1] / "node"
deserialize_to_instance(Refusal)


@pytest.fixture(scope="module")
def answers(stack, servers, node_modules):
    """What the program in JavaScript was answered."""
    command = [
        Path(sys.executable).parent / "node",
        NODE / "book_over_rpc.js",
        servers.amqp_uri.replace("pyamqp", "amqp"),
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={"PATH": os.environ["PATH"]}
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def booking(stack, servers):
    """Booking, called as nameko's own client calls it."""
    with ServiceRpcProxy("booking", {"AMQP_URI": servers.amqp_uri}, timeout=10) as proxy:
        yield proxy


def test_a_javascript_program_searches_books_and_cancels(answers):
    assert answers["slots"] > 0
    assert answers["booked"]["state"] == "booked"
    assert answers["cancelled"] == answers["cancelled"] | {"id": answers["booked"]["id"], "state": "cancelled"}


def test_a_caller_with_another_token_does_not_find_the_appointment(answers):
    assert answers["stranger"] == "appointment-not-found"


def test_a_command_with_an_unknown_field_is_refused_with_a_pointer_to_it(answers):
    assert answers["malformed"] == {
        "code": "invalid-request",
        "errors": [{"pointer": "/reasn", "detail": "Unknown field."}],
    }


def strict(schema):
    """The schema, of which an object has no field that is not described."""
    if isinstance(schema, dict):
        closed = {"additionalProperties": False} if "properties" in schema else {}
        return {**closed, **{key: strict(each) for key, each in schema.items()}}
    return [strict(each) for each in schema] if isinstance(schema, list) else schema


@pytest.fixture(scope="module")
def ask(stack, servers):
    """Call a method and compare its answer with the published JSON Schema."""
    schemas, methods = Schemas("#/$defs/"), {}
    for key, each in published_methods():
        methods[key.partition(".")[0], each.name] = each, schemas.of(each.answer)
    definitions = strict(schemas.named())

    def ask(service, name, *args):
        method, schema = methods[service, name]
        with ServiceRpcProxy(service, {"AMQP_URI": servers.amqp_uri}, timeout=10) as proxy:
            answer = getattr(proxy, method.routing_name)(*args)
        Draft202012Validator({"$defs": definitions, **schema}).validate(answer)
        return answer

    return ask


def test_booking_answers_in_the_published_shape(ask, portal):
    booked = portal.booked()
    link = booked["link_token"]
    assert ask("booking", "municipalities")
    assert ask("booking", "catalogue", "rumst")["appointment_types"]
    assert ask("booking", "appointment_by_link", "rumst", link)["state"] == "booked"
    assert "card" in ask("booking", "contact_cards", [["rumst", booked["id"]]])[0]
    assert ask("booking", "contact_cards", [["rumst", "unknown"]]) == [{"refused": "appointment-not-found"}]
    assert ask("booking", "team_contact", "rumst", booked["team"]["id"])["team"]
    assert ask(
        "booking", "join_waiting_list", "rumst", {"appointment": booked["id"]}, {"kind": "resident", "token": link}
    )["state"]
    assert ask("booking", "appointment_by_link", "rumst", link)["waiting_list"]
    assert ask("booking", "cancel", "rumst", booked["id"], {}, {"kind": "resident", "token": link})["allowed"] == []
    assert ask("booking", "logged_events", "", 10)["events"]


def test_notification_answers_in_the_published_shape(ask, portal):
    booked = portal.booked()
    eventually(lambda: [each for each in ask("notification", "messages", "rumst", booked["id"]) if each["tries"]])
    assert ask("notification", "barred", "rumst", booked["id"]) == []
    assert ask("notification", "preview", "rumst", "reminder")["subject"]
    assert ask("notification", "words", "rumst", "reminder", "nl")["parts"]
    assert ask("notification", "propose_words", "rumst", a_wording())["text"]
    body = {"url": portal.url, "types": ["appointment.booked.v1"]}
    made = ask("notification", "subscribe", "rumst", "a-portal", body)
    assert ask("notification", "switch_on", "rumst", "a-portal", made["id"])["active"]
    portal.booked()
    eventually(lambda: ask("notification", "deliveries", "rumst", "a-portal", made["id"])["deliveries"])
    assert ask("notification", "subscriptions", "rumst", "a-portal")
    assert ask("notification", "end_subscription", "rumst", "a-portal", made["id"]) is None
    for listed in ("failures", "unwanted", "dead_letters"):  # other tests on this stack add to them
        ask("notification", listed, "rumst")
    assert ask("notification", "logged_events", "", 10)["after"]


def a_wording():
    return {"section": "nl", "name": "reminder", "version": 1, "values": {"subject": "Tot {{ day }}"}}


def test_reporting_answers_in_the_published_shape(ask, portal):
    portal.booked()
    last = in_days(300)
    assert eventually(lambda: ask("reporting", "overview", "rumst", "2026-01-01", last)["figures"]["appointments"])
    assert ask("reporting", "table", "rumst", "2026-01-01", last, "month", "team")["rows"]
    assert ask("reporting", "open_data", "rumst") is not None
    assert ask("reporting", "rebuilding")["state"]
    ask("reporting", "dead_letters", "rumst")


def test_the_first_version_of_cancel_still_serves_residents(booking, portal):
    booked = portal.booked()
    cancelled = booking.cancel("rumst", booked["id"], booked["link_token"], {})
    assert (cancelled["state"], cancelled["sequence"]) == ("cancelled", booked["sequence"] + 1)


def test_the_first_version_of_cancel_still_serves_staff_of_the_team_alone(booking, portal):
    booked = portal.booked()
    with pytest.raises(Refusal, match="appointment-not-found"):
        booking.staff_cancel("rumst", "ro-1", booked["id"], {}, teams=["milieu"])
    cancelled = booking.staff_cancel("rumst", "ro-1", booked["reference"], {}, teams=[booked["team"]["id"]])
    assert cancelled["state"] == "cancelled"


def test_a_portal_cancels_only_what_it_booked_in_every_version(booking, portal):
    booked = portal.booked()
    with pytest.raises(Refusal, match="appointment-not-found"):
        booking.portal_cancel("rumst", "another-portal", booked["id"], {})
    with pytest.raises(Refusal, match="appointment-not-found"):
        getattr(booking, "cancel@2")("rumst", booked["id"], {}, {"kind": "portal", "name": "another-portal"})


def test_a_kiosk_cancels_no_appointment(booking, portal):
    booked = portal.booked()
    with pytest.raises(Refusal, match="forbidden"):
        getattr(booking, "cancel@2")("rumst", booked["id"], {}, {"kind": "kiosk", "name": "hall"})
