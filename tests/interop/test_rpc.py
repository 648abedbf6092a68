"""A program in another language calls booking over RabbitMQ, and callers of the last release are still served."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from nameko.exceptions import deserialize_to_instance
from nameko.standalone.rpc import ServiceRpcProxy

from loket_contracts.errors import Refusal

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


@pytest.mark.parametrize("kind", ["kiosk", "machine"])
def test_a_machine_cancels_no_appointment(booking, portal, kind):
    booked = portal.booked()
    with pytest.raises(Refusal, match="appointment-not-found"):
        getattr(booking, "cancel@2")("rumst", booked["id"], {}, {"kind": kind, "name": "hall"})
