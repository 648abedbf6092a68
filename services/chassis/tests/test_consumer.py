"""A consumer receives every event, again when it fails, and finally as a dead letter."""

import re
from dataclasses import replace

import pytest
from click.testing import CliRunner
from kombu import Connection, Queue

from loket_chassis.cli.dead_letters import dead_letters
from loket_chassis.messaging.consumer import RETRY_DELAYS, retries_of
from tests.client import eventually

#: without confirms the broker may drop the last messages when the connection is closed
CONFIRM = {"confirm_publish": True}


def publish(sample, body, **options):
    with Connection(sample.environment["AMQP_URI"], transport_options=CONFIRM) as connection:
        connection.Producer().publish(
            body,
            exchange="booking.events",
            content_type="application/cloudevents+json",
            content_encoding="utf-8",
            **{"routing_key": "appointment.booked.v1", **options},
        )


def dead(sample):
    return CliRunner().invoke(dead_letters, ["list", "sample.events", "--amqp-uri", sample.environment["AMQP_URI"]])


def an_event(mood, subject="x", sequence=1):
    import datetime as dt

    from loket_contracts import events

    return events.make(
        "appointment.booked",
        municipality="rumst",
        subject=subject,
        sequence=sequence,
        time=dt.datetime.now(dt.UTC),
        data={"mood": mood},
    )


def test_a_failing_handler_receives_the_event_again_after_a_delay(sample, sample_database):
    sample.ask("note", "a", 1, mood="shy")
    eventually(lambda: sample_database.consumed.find_one({"_id": "a"}))
    assert sample_database.tries.find_one({"_id": "a.1"})["count"] == 2


def test_an_event_delivered_ten_times_has_its_effect_once(sample, sample_database):
    event = an_event("fine")
    for _ in range(10):
        publish(sample, event.to_json())
    eventually(lambda: (sample_database.tries.find_one({"_id": "x.1"}) or {}).get("count") == 10)
    eventually(lambda: sample_database.consumed.find_one({}))
    assert sample_database.consumed.count_documents({}) == 1


def test_an_older_event_that_arrives_late_changes_nothing(sample, sample_database):
    publish(sample, an_event("new", sequence=2).to_json())
    eventually(lambda: sample_database.consumed.find_one({"mood": "new"}))
    publish(sample, an_event("old", sequence=1).to_json())
    eventually(lambda: sample_database.tries.find_one({"_id": "x.1"}))
    assert sample_database.consumed.find_one({"_id": "x"})["mood"] == "new"


@pytest.mark.usefixtures("leaves_work")
def test_after_the_last_retry_an_event_is_a_dead_letter_that_can_be_listed_and_replayed(sample, sample_database):
    publish(sample, an_event("hopeless").to_json(), headers={"x-loket-attempt": len(RETRY_DELAYS)})
    eventually(lambda: re.search(r"x\.1 +appointment\.booked\.v1 +RuntimeError: hopeless", dead(sample).output))
    assert "x.1" in dead(sample).output, "listing takes nothing away"
    sample_database.tries.delete_many({})
    done = CliRunner().invoke(dead_letters, ["replay", "sample.events", "--amqp-uri", sample.environment["AMQP_URI"]])
    assert "1 event(s) put back" in done.output
    eventually(lambda: sample_database.tries.find_one({"_id": "x.1"}))


@pytest.mark.usefixtures("leaves_work")
def test_an_administrator_lists_and_retries_dead_letters_of_their_municipality_only(sample, sample_database):
    publish(sample, an_event("hopeless").to_json(), headers={"x-loket-attempt": len(RETRY_DELAYS)})
    (letter,) = eventually(lambda: sample.ask("dead_letters", "rumst"))
    assert (letter["event"], letter["error"]) == ("x.1", "RuntimeError: hopeless")
    assert sample.ask("dead_letters", "kontich") == []
    assert sample.ask("retry_dead_letters", "kontich") == 0
    sample_database.tries.delete_many({})
    assert sample.ask("retry_dead_letters", "rumst") == 1
    eventually(lambda: sample_database.tries.find_one({"_id": "x.1"}))


def test_a_malformed_message_goes_to_the_dead_letters_at_once(sample, sample_database):
    publish(sample, b"nonsense")
    eventually(lambda: "(not an event)" in dead(sample).output)
    sample.ask("note", "a", 1)
    eventually(lambda: sample_database.consumed.find_one({"_id": "a"}))


def test_a_second_version_of_an_event_is_published_one_release_after_it_can_be_read(sample, sample_database):
    def moods():
        return {each["_id"]: each["mood"] for each in sample_database.consumed.find()}

    sample.ask("note", "by release 1", 1)
    eventually(lambda: "by release 1" in moods())
    sample.stop()
    publish(sample, an_event("fine", subject="waiting").to_json(), delivery_mode=2)
    sample.start(SAMPLE_EVENT_VERSIONS="1,2")
    eventually(lambda: "waiting" in moods())
    sample.ask("note", "by release 2", 1)
    eventually(lambda: "by release 2" in moods())
    sample.stop()
    sample.start(SAMPLE_EVENT_VERSIONS="2,2")
    sample.ask("note", "by release 3", 1)
    eventually(lambda: "by release 3" in moods())
    sample.stop()
    of_release_3 = replace(
        an_event("fine", subject="rolled back"), type="appointment.booked.v2", data={"feeling": "fine"}
    )
    publish(sample, of_release_3.to_json(), routing_key=of_release_3.type, delivery_mode=2)
    sample.start(SAMPLE_EVENT_VERSIONS="1,2")
    eventually(lambda: "rolled back" in moods())
    assert set(moods().values()) == {"fine"}
    assert dead(sample).output.startswith("0 dead")


def test_a_missing_queue_is_reported_by_name(sample):
    done = CliRunner().invoke(dead_letters, ["list", "nobody", "--amqp-uri", sample.environment["AMQP_URI"]])
    assert done.exit_code == 1
    assert "There is no queue nobody.dead" in done.output


def test_a_restarted_consumer_receives_what_was_published_meanwhile(sample, sample_database):
    sample.stop()
    publish(sample, an_event("fine", subject="late").to_json(), delivery_mode=2)
    sample.start()
    eventually(lambda: sample_database.consumed.find_one({"_id": "late"}))


@pytest.mark.usefixtures("leaves_work")
def test_a_message_waits_for_its_retry_in_a_quorum_queue_that_loses_nothing(sample, sample_database):
    publish(sample, an_event("hopeless").to_json())
    eventually(lambda: sample_database.tries.find_one({"_id": "x.1", "count": 2}))
    with Connection(sample.environment["AMQP_URI"]) as connection:
        waiting = retries_of("sample.events", RETRY_DELAYS[1])(connection.default_channel)
        message = eventually(lambda: waiting.get(no_ack=False))
        message.requeue()
        assert message.headers["x-loket-attempt"] == 2
        declared = waiting.queue_arguments
    assert declared["x-queue-type"] == "quorum"
    assert (declared["x-dead-letter-strategy"], declared["x-overflow"]) == ("at-least-once", "reject-publish")


def test_an_event_is_retried_although_its_retry_queue_was_deleted(sample, sample_database):
    with Connection(sample.environment["AMQP_URI"]) as connection:
        connection.default_channel.queue_delete(retries_of("sample.events", RETRY_DELAYS[0]).name)
    publish(sample, an_event("shy").to_json())
    eventually(lambda: sample_database.consumed.find_one({"_id": "x"}))


def test_an_event_in_a_retry_queue_of_the_last_release_is_consumed(sample, sample_database):
    arguments = {"x-message-ttl": 500, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "sample.events"}
    with Connection(sample.environment["AMQP_URI"], transport_options=CONFIRM) as connection:
        earlier = Queue("sample.events.retry.1s", queue_arguments=arguments)(connection.default_channel)
        earlier.declare()
        connection.Producer().publish(
            an_event("fine").to_json(), routing_key=earlier.name, content_type="application/cloudevents+json",
            content_encoding="utf-8", delivery_mode=2,
        )  # fmt: skip
        eventually(lambda: sample_database.consumed.find_one({"_id": "x"}))
        assert earlier.delete(if_empty=True) == 0


def test_a_message_that_cannot_be_decoded_goes_to_the_dead_letters(sample, sample_database):
    with Connection(sample.environment["AMQP_URI"], transport_options=CONFIRM) as connection:
        connection.Producer().publish(
            b"\xff\xfe", exchange="booking.events", routing_key="appointment.booked.v1",
            content_type="application/unknown", content_encoding="utf-8",
        )  # fmt: skip
    eventually(lambda: "(not an event)" in dead(sample).output)
    (line,) = [line for line in sample.lines() if line["event"] == "a message cannot be decoded; rejected"]
    assert set(line) == {"event", "level", "timestamp", "service", "error"}, "nothing of its body"


@pytest.mark.usefixtures("leaves_work")
def test_after_an_error_in_an_acknowledgement_the_consumer_reads_on(sample, sample_database):
    """The broker closes the channel of an acknowledgement that it does not know."""
    pid = sample.child.pid
    sample.ask("acknowledge_twice")
    sample.ask("note", "a", 1)
    eventually(lambda: sample_database.consumed.find_one({"_id": "a"}))
    assert (sample.child.is_running(), sample.child.pid) == (True, pid)
