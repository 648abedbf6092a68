"""Webhooks: allowed targets, signatures, retries and failure."""

import datetime as dt
import socket
from dataclasses import replace

import eventlet
import pytest

from loket_contracts.errors import Refusal
from loket_contracts.rpc.notification.commands import Subscribe
from loket_notification.webhooks import signing, subscriptions, targets
from loket_notification.webhooks.store import DELAYS, DISABLE_AFTER, Webhooks
from loket_notification.webhooks.targets import NotAllowed, check_target

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
PUBLIC = "93.184.215.14"


@pytest.fixture
def webhooks(database):
    made = Webhooks(database)
    made.create_indexes()
    return made


@pytest.fixture
def subscription(webhooks):
    return webhooks.add("rumst", "portal", "https://portal.example/hook", ["appointment.booked.v1"], "whsec_eA==", NOW)


@pytest.fixture
def named(monkeypatch):
    """A name that leads to these addresses."""

    def leads_to(*addresses):
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
        monkeypatch.setattr(targets.socket, "getaddrinfo", lambda *_, **__: found)

    return leads_to


def test_the_signature_equals_the_published_example():
    # from the reference implementations of Standard Webhooks
    signed = signing.headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
        b'{"test": 2432232314}',
    )  # fmt: skip
    assert signed["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_public_address_is_allowed_and_the_checked_address_is_the_one_connected_to(named):
    named(PUBLIC)
    target = check_target("https://portal.example/hook?x=1", allow_private=False)
    assert (target.ip, target.host, target.port, target.path) == (PUBLIC, "portal.example", 443, "/hook?x=1")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "240.0.0.1", "2002:a00:1::", "64:ff9b::a00:1", "fec0::1"],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused_even_beside_a_public_one(named, address):
    named(PUBLIC, address)
    with pytest.raises(NotAllowed, match="public"):
        check_target("https://portal.example/hook", allow_private=False)


@pytest.mark.parametrize(
    "url", ["http://portal.example/", "ftp://portal.example/", "https:///x", "https://u:p@portal.example/",
            "https://portal.example/#x", "https://portal.example:99999/", "https://[/", "file:///etc/passwd"],
)  # fmt: skip
def test_a_target_without_https_is_refused(named, url):
    named(PUBLIC)
    with pytest.raises(NotAllowed):
        check_target(url, allow_private=False)


def test_an_unresponsive_name_server_blocks_nothing_else(monkeypatch):
    monkeypatch.setattr(targets.socket, "getaddrinfo", lambda *_, **__: eventlet.sleep(60))
    monkeypatch.setattr(targets, "LOOKUP_SECONDS", 0.05)
    with pytest.raises(NotAllowed, match="in time"):
        check_target("https://portal.example/hook", allow_private=False)


def test_an_event_is_delivered_once_to_each_subscription(webhooks, subscription):
    for _ in range(3):
        webhooks.plan(subscription, "event-1", "appointment.booked.v1", "{}", NOW)
    assert webhooks.waiting() == 1
    assert webhooks.wanted() == {("rumst", "appointment.booked.v1")}


def test_a_claimed_delivery_belongs_to_one_worker_until_the_claim_expires(webhooks, subscription):
    webhooks.plan(subscription, "event-1", "appointment.booked.v1", "{}", NOW)
    assert webhooks.claim(NOW) is not None
    assert webhooks.claim(NOW) is None
    assert webhooks.claim(NOW + dt.timedelta(minutes=2)) is not None


def test_a_failing_delivery_is_retried_with_growing_delays_and_given_up(webhooks, subscription):
    webhooks.plan(subscription, "event-1", "appointment.booked.v1", "{}", NOW)
    now = NOW
    for delay in DELAYS:
        delivery = webhooks.claim(now)
        webhooks.note_failed(delivery, subscription, 500, None, now)
        assert webhooks.claim(now + delay - dt.timedelta(seconds=1)) is None
        now += delay
    webhooks.note_failed(webhooks.claim(now), subscription, None, "no answer", now)
    assert webhooks.waiting() == 0
    (result,) = webhooks.page(subscription.id, None, 10)[0]
    assert (result["state"], result["next_try"], len(result["tries"])) == ("failed", None, len(DELAYS) + 1)


def test_a_subscription_that_fails_for_days_is_disabled_and_can_be_enabled_again(webhooks, subscription):
    webhooks.plan(subscription, "event-1", "appointment.booked.v1", "{}", NOW)
    for now in (NOW, NOW + DISABLE_AFTER + dt.timedelta(hours=1)):
        current = webhooks.one("rumst", "portal", subscription.id)
        webhooks.note_failed(webhooks.claim(now), current, 500, None, now)
    (result,) = subscriptions.listed(webhooks, "rumst", "portal")
    assert (result["active"], result["failing_since"]) == (False, NOW.isoformat())
    assert webhooks.wanting("rumst", "appointment.booked.v1") == []
    assert subscriptions.switch_on(webhooks, "rumst", "portal", result["id"])["active"] is True


@pytest.mark.parametrize("active", [True, False])
def test_a_failed_delivery_does_not_undo_a_change_to_the_subscription_meanwhile(
    webhooks, subscription, database, active
):
    webhooks.plan(subscription, "event-1", "appointment.booked.v1", "{}", NOW)
    delivery, read_before = webhooks.claim(NOW), replace(subscription, active=not active)
    database.webhooks.update_one({"_id": subscription.id}, {"$set": {"active": active}})
    webhooks.note_failed(delivery, read_before, 500, None, NOW)
    assert webhooks.one("rumst", "portal", subscription.id).active is active


def test_a_successful_delivery_ends_the_failing_state(webhooks, subscription):
    webhooks.plan(subscription, "event-1", "appointment.booked.v1", "{}", NOW)
    webhooks.note_failed(webhooks.claim(NOW), subscription, 500, None, NOW)
    later = NOW + dt.timedelta(minutes=1)
    webhooks.note_delivered(webhooks.claim(later), 204, later)
    (result,) = subscriptions.listed(webhooks, "rumst", "portal")
    assert result["failing_since"] is None


def test_a_subscription_is_visible_to_its_owner_only(webhooks, subscription):
    for municipality, owner in (("rumst", "other"), ("kontich", "portal")):
        assert subscriptions.listed(webhooks, municipality, owner) == []
        for ask in (subscriptions.remove, subscriptions.switch_on):
            with pytest.raises(Refusal, match="webhook-not-found"):
                ask(webhooks, municipality, owner, subscription.id)


def test_the_number_of_subscriptions_per_owner_is_limited(webhooks, named):
    named(PUBLIC)
    command = Subscribe(url="https://portal.example/", types=["appointment.booked.v1"])
    for _ in range(subscriptions.MAX_PER_OWNER):
        subscriptions.subscribe(webhooks, "rumst", "portal", command, False, NOW)
    with pytest.raises(Refusal, match="too-many-webhooks"):
        subscriptions.subscribe(webhooks, "rumst", "portal", command, False, NOW)


def test_an_unknown_event_type_is_refused(webhooks):
    with pytest.raises(Refusal, match="invalid-request"):
        subscriptions.subscribe(
            webhooks, "rumst", "portal", Subscribe(url="https://x.example/", types=["x"]), False, NOW
        )
