"""From a booking to the portal's own server: signed, retried after a refusal, and repeated on request."""

import pytest

from tests.client import Portal, eventually
from tests.providers.webhook_receiver import Receiver, is_signed

BOOKED = "appointment.booked.v1"


@pytest.fixture
def receiver():
    listening = Receiver()
    yield listening
    listening.close()


@pytest.fixture
def client(stack):
    return Portal.on(stack, key=stack.machine_key("rumst", "portal"))


@pytest.fixture
def webhook(client, receiver):
    made = client.post("webhooks", {"url": receiver.url, "types": [BOOKED]})
    assert made.status_code == 201, made.text
    yield made.json()
    client.send("DELETE", f"webhooks/{made.json()['id']}")


def event_of(receiver, booked):
    return next((each for each in receiver.events() if each["subject"] == booked["id"]), None)


def test_a_booking_is_delivered_signed_and_without_personal_data(portal, receiver, webhook):
    booked = portal.booked()
    event = eventually(lambda: event_of(receiver, booked))
    assert (event["type"], event["specversion"]) == (BOOKED, "1.0")
    headers, body = next(each for each in receiver.got if booked["id"].encode() in each[1])
    assert is_signed(webhook["secret"], headers, body)
    assert not is_signed("whsec_eHh4", headers, body)
    assert headers["webhook-id"] == event["id"]
    assert b"lieve" not in body.lower()


def test_a_refused_delivery_is_retried_and_both_attempts_are_logged(portal, client, receiver, webhook):
    receiver.answers += [503]
    booked = portal.booked()
    eventually(lambda: len(receiver.got) >= 2)
    event = event_of(receiver, booked)

    def delivered():
        found = client.get(f"webhooks/{webhook['id']}/deliveries").json()["deliveries"]
        return next((each for each in found if each["event"] == event["id"] and each["state"] == "delivered"), None)

    result = eventually(delivered)
    assert [each["status"] for each in result["tries"]] == [503, 204]


def test_a_delivery_can_be_repeated_on_request(portal, client, receiver, webhook):
    booked = portal.booked()
    event = eventually(lambda: event_of(receiver, booked))
    before = len(receiver.got)
    assert client.post(f"webhooks/{webhook['id']}/deliveries/{event['id']}/redeliver").status_code == 204
    eventually(lambda: len(receiver.got) > before)
    assert receiver.events()[-1]["id"] == event["id"]


def test_a_subscription_is_invisible_to_another_key(stack, webhook):
    other = Portal.on(stack, key=stack.machine_key("rumst"))
    assert other.get("webhooks").json()["webhooks"] == []
    assert other.get(f"webhooks/{webhook['id']}/deliveries").json()["code"] == "webhook-not-found"
