"""Events that arrive together are handled together; one that fails holds up no other."""

import datetime as dt

import pytest
from amqp.exceptions import NotFound
from kombu import Connection

from loket_contracts import events
from tests.client import eventually


def publish(sample, moods):
    # without confirms the broker may drop the last messages when the connection is closed
    with Connection(sample.environment["AMQP_URI"], transport_options={"confirm_publish": True}) as connection:
        for number, mood in enumerate(moods):
            event = events.make(
                "appointment.cancelled", municipality="rumst", subject=f"b{number}", sequence=1,
                time=dt.datetime.now(dt.UTC), data={"mood": mood},
            )  # fmt: skip
            connection.Producer().publish(
                event.to_json(), exchange="booking.events", routing_key="appointment.cancelled.v1",
                content_type="application/cloudevents+json", content_encoding="utf-8",
            )  # fmt: skip


def batches(sample_database):
    return [each["events"] for each in sample_database.batches.find({}).sort("_id", 1)]


def count(sample, queue):
    with Connection(sample.environment["AMQP_URI"]) as connection:
        try:
            return connection.default_channel.queue_declare(queue=queue, passive=True).message_count
        except NotFound:
            return 0


def test_events_that_arrive_meanwhile_are_handled_together_in_their_order(sample, sample_database):
    publish(sample, ["fine"] * 150)
    expected = [f"b{number}.1" for number in range(150)]
    eventually(lambda: sum(map(len, batches(sample_database))) >= 150)
    assert [each for batch in batches(sample_database) for each in batch] == expected
    assert len(batches(sample_database)) < 20
    assert max(map(len, batches(sample_database))) <= 40


def test_handled_events_are_acknowledged(sample, sample_database):
    publish(sample, ["fine"] * 30)
    eventually(lambda: sum(map(len, batches(sample_database))) >= 30)
    eventually(lambda: sample.answer_to("greet@2", [], {}) is not None)
    sample.stop()
    assert count(sample, "sample.batches") == 0


def test_an_event_that_fails_holds_up_no_other_and_is_handled_again(sample, sample_database):
    publish(sample, ["fine", "fine", "shy", "fine", "fine"])
    eventually(lambda: ["b2.1"] in batches(sample_database))
    eventually(lambda: batches(sample_database)[-1] == ["b2.1"] and sample_database.batches.count_documents(
        {"events": ["b2.1"]}) == 2)  # fmt: skip
    for number in (0, 1, 3, 4):
        assert any(f"b{number}.1" in each for each in batches(sample_database) if "b2.1" not in each)


@pytest.mark.usefixtures("leaves_work")
@pytest.mark.parametrize("moods", [["hopeless"], ["fine", "hopeless", "fine"]])
def test_an_event_that_fails_waits_for_its_retry(sample, sample_database, moods):
    publish(sample, moods)
    eventually(lambda: count(sample, "sample.batches.delay.5s") == 1)
    assert count(sample, "sample.batches") == 0
