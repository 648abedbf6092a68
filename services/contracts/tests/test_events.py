"""The published events match their schemas and examples."""

import datetime as dt
from dataclasses import replace

import pytest
import yaml

from loket_contracts import asyncapi, events
from loket_contracts.envelope import Event, MalformedEvent

PERSONAL = {"name", "email", "phone", "answers", "contact", "address", "token", "reference"}


@pytest.mark.parametrize("event", events.EVENTS.values(), ids=lambda event: event.type)
def test_the_example_of_an_event_is_valid_against_its_schema(event):
    assert event.schema().validate(dict(event.example)) == {}


@pytest.mark.parametrize("event", events.EVENTS.values(), ids=lambda event: event.type)
def test_no_event_has_a_field_for_personal_data(event):
    assert PERSONAL.isdisjoint(event.schema().fields)


def an_event(**changes):
    values = {
        "municipality": "rumst",
        "subject": "abc",
        "sequence": 3,
        "time": dt.datetime(2026, 11, 24, 10, 15, tzinfo=dt.UTC),
        "data": {"appointment": "abc"},
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    }
    return events.make("appointment.booked", **{**values, **changes})


def test_an_event_survives_serialisation_to_the_bus():
    event = an_event()
    assert Event.from_json(event.to_json()) == event


@pytest.mark.parametrize("name", events.EVENTS)
def test_an_event_of_a_log_is_read_as_from_the_bus(name):
    written = replace(an_event(data=events.EVENTS[name].example), type=f"{name}.v1").to_json()
    assert Event.from_log(written.decode()) == Event.from_json(written)


def _with_persons_as_visitors(data):
    """As if version 2 had renamed a field."""
    return {**{name: value for name, value in data.items() if name != "persons"}, "visitors": data["persons"]}


SECOND_VERSION = {
    "appointment.booked": replace(
        events.EVENTS["appointment.booked"], version=2, upcasts={1: _with_persons_as_visitors}
    )
}


def test_a_consumer_of_the_second_version_reads_an_event_of_the_first_through_its_upcast():
    event = an_event(data={"appointment": "abc", "persons": 2})
    read = events.upcast(event, SECOND_VERSION)
    assert (read.type, read.data) == ("appointment.booked.v2", {"appointment": "abc", "visitors": 2})
    assert (read.id, read.sequence, read.time) == (event.id, event.sequence, event.time)


def test_an_event_of_the_current_version_is_read_as_it_is():
    event = an_event()
    assert events.upcast(event) is event


def test_an_event_of_a_newer_version_than_the_consumer_waits_with_the_dead_letters():
    newer = replace(an_event(), type="appointment.booked.v2")
    with pytest.raises(MalformedEvent, match="upgrade the consumer"):
        events.upcast(newer)


def test_a_consumer_is_bound_to_every_version_that_it_reads(monkeypatch):
    monkeypatch.setitem(events.EVENTS, "appointment.booked", SECOND_VERSION["appointment.booked"])
    assert events.readable_types(["appointment.booked"]) == ["appointment.booked.v1", "appointment.booked.v2"]


@pytest.mark.parametrize("event", events.EVENTS.values(), ids=lambda event: event.type)
def test_every_earlier_version_has_an_upcast(event):
    assert sorted(event.upcasts) == list(range(1, event.readable))


@pytest.mark.parametrize("event", events.EVENTS.values(), ids=lambda event: event.type)
def test_consumers_read_the_published_version_or_the_next(event):
    assert event.readable in (event.version, event.version + 1)


def test_a_consumer_reads_the_next_version_before_it_is_published(monkeypatch):
    next_version = replace(SECOND_VERSION["appointment.booked"], version=1, read_as=2)
    monkeypatch.setitem(events.EVENTS, "appointment.booked", next_version)
    published = an_event(data={"appointment": "abc", "persons": 2})
    assert published.type == "appointment.booked.v1"
    assert events.readable_types(["appointment.booked"]) == ["appointment.booked.v1", "appointment.booked.v2"]
    assert events.upcast(published).data == {"appointment": "abc", "visitors": 2}
    newer = replace(published, type="appointment.booked.v2", data={"appointment": "abc", "visitors": 2})
    assert events.upcast(newer) is newer


def test_an_event_has_a_versioned_type_and_a_subject_with_a_sequence():
    event = an_event()
    assert (event.type, event.name, event.id) == ("appointment.booked.v1", "appointment.booked", "abc.3")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"nonsense", b'{"specversion":"1.0","id":"1","source":"x","type":"y","data":{}}']
)
def test_an_unknown_message_is_malformed(body):
    with pytest.raises(MalformedEvent):
        Event.from_json(body)
    with pytest.raises(MalformedEvent):
        Event.from_log(body.decode())


def test_the_asyncapi_document_has_a_channel_and_a_payload_for_every_event():
    document = yaml.safe_load(yaml.safe_dump(asyncapi.document()))
    assert set(document["channels"]) == {event.type for event in events.EVENTS.values()}
    for channel in document["channels"].values():
        for message in channel["messages"].values():
            name = message["payload"]["$ref"].rpartition("/")[2]
            assert document["components"]["schemas"][name]["properties"]
