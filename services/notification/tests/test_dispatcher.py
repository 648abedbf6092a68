"""The metrics and the log of the background dispatcher."""

import eventlet
import pytest
import structlog
from contact_cards import a_contact_card
from notification_harness import NOW, START
from prometheus_client import REGISTRY

from loket_notification.domain.kinds import CHANNELS
from loket_notification.domain.planning import PlannedMessage
from loket_notification.workers.dispatcher import Dispatcher

PLANNED = PlannedMessage("rumst", "a1", 1, "confirmation", "email", START, "Europe/Brussels", NOW, START)


def lag():
    return REGISTRY.get_sample_value("loket_messages_lag_seconds")


class Booking:
    """Returns the contact cards of the post office, and notes the lag at each call.

    `meanwhile`: what happens during the next call.
    """

    def __init__(self, cards):
        self.cards = cards
        self.lags = []
        self.meanwhile = None

    def outside_work(self, traceparent=None):
        return self

    def contact_cards(self, wanted):
        self.lags.append(lag())
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        return [{"card": self.cards[appointment]} for _, appointment in wanted]


@pytest.fixture
def booking(notification):
    return Booking(notification.cards)


@pytest.fixture
def senders():
    return 1


@pytest.fixture
def dispatcher(notification, booking, senders):
    made = Dispatcher(notification.context, booking, senders)
    made.start(lambda target, identifier: eventlet.spawn(target))
    yield made
    made.stop()


def until(condition):
    with eventlet.Timeout(30):
        while not condition():
            eventlet.sleep(0.01)


def test_the_lag_is_that_of_the_last_batch_and_zero_when_nothing_is_due(
    notification, booking, provider_server, dispatcher
):
    notification.receive()
    notification.later(seconds=400)
    dispatcher.wake()
    until(lambda: provider_server.taken)
    assert booking.lags == [400]
    until(lambda: lag() == 0)


def test_a_failure_to_record_an_outcome_is_logged_once_with_the_message(notification, dispatcher, monkeypatch):
    def fail(_):
        raise RuntimeError("the database is away")

    notification.receive()
    monkeypatch.setattr(notification.context.writes, "write", fail)
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        dispatcher.wake()
        until(lambda: any("worker" in line for line in lines))
    warnings = [line for line in lines if line["log_level"] == "warning"]
    assert [(line.get("message"), line.get("worker")) for line in warnings] == [
        ("a1:1:confirmation:email", "message sender")
    ]


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_counter_of_uncertain_messages_exists_before_the_first_one(channel):
    assert REGISTRY.get_sample_value("loket_messages_uncertain_total", {"channel": channel}) is not None


def test_a_message_that_is_due_when_planned_is_claimed_by_the_write_that_plans_it(
    notification, booking, provider_server, dispatcher, monkeypatch
):
    monkeypatch.setattr(notification.messages, "claim", lambda *_: [])  # nothing else looks for it
    notification.receive(dispatcher=dispatcher)
    until(lambda: provider_server.taken)
    until(lambda: notification.state()["state"] == "sent")
    assert notification.state()["attempts"] == 1


def test_an_event_that_is_repeated_while_its_message_is_sent_sends_no_second_one(
    notification, provider_server, dispatcher
):
    notification.receive(dispatcher=dispatcher)
    notification.receive(dispatcher=dispatcher)
    until(lambda: notification.state()["state"] == "sent")
    notification.receive(dispatcher=dispatcher)
    notification.receive(appointment="a2", dispatcher=dispatcher)
    until(lambda: notification.state(appointment="a2")["state"] == "sent")
    assert len(provider_server.taken) == 2


def test_of_an_event_that_arrives_twice_at_once_one_claims_the_message(notification):
    write = notification.messages.planned_and_claimed(PLANNED, notification.time, None, "me")[1]
    both = [eventlet.spawn(notification.context.writes.write, [write]) for _ in range(2)]
    assert sorted(len(each.wait().inserted) for each in both) == [0, 1]


def test_a_new_message_is_not_claimed_while_every_sender_is_busy(notification, booking):
    busy = Dispatcher(notification.context, booking, senders=1)
    notification.receive(dispatcher=busy)
    notification.receive(appointment="a2", dispatcher=busy)
    assert notification.state()["state"] == "sending"
    assert notification.state(appointment="a2")["state"] == "planned"


def test_a_message_that_was_claimed_when_planned_is_taken_over_once_its_lease_expires(notification):
    notification.receive(claim="a process that died")
    assert notification.work(claim="another") == []
    notification.later(seconds=21)
    assert notification.work(claim="another") == [("confirmation", "email", "sent")]
    assert notification.state()["attempts"] == 2


@pytest.mark.parametrize("senders", [2])
def test_a_message_that_another_thread_claimed_while_its_planning_was_unconfirmed_is_sent_once(
    notification, booking, provider_server, dispatcher
):
    """As after an election: the driver learns that the message was planned when the lease has expired already."""
    claimed, write = notification.messages.planned_and_claimed(
        PLANNED, notification.time, None, dispatcher.claim_if_free()
    )
    notification.context.writes.write([write])
    notification.cards["a1"] = a_contact_card(id="a1", start=START.isoformat(), sequence=1, state="booked")
    notification.later(minutes=1)
    booking.meanwhile = lambda: dispatcher.send_soon([claimed])
    dispatcher.wake()
    until(lambda: notification.state()["state"] == "sent")
    notification.receive(appointment="a2", dispatcher=dispatcher)
    until(lambda: notification.state(appointment="a2")["state"] == "sent")
    assert len(provider_server.taken) == 2
