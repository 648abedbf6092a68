"""A change of a contract comes in a new version, or leaves every existing program as it is."""

import pickle

import pytest

from .__main__ import ROOT, accepted, contracts_of, extract_sources, last_release
from .contracts_diff import breaking_changes
from .schema_diff import SchemaDiff

BOOK = "/api/v1/{municipality}/appointments"


@pytest.fixture(scope="module")
def present():
    return contracts_of(ROOT)


def test_no_contract_of_the_last_release_is_broken(present, tmp_path):
    if (release := last_release()) is None:
        pytest.skip("this clone has neither tags nor the commit of a release: git fetch --unshallow --tags")
    found = breaking_changes(contracts_of(extract_sources(release, tmp_path)), present)
    assert {*found} == {*accepted()}, "a change that breaks needs a new version, or a reason in accepted.yaml"


def copy_of(snapshot):
    return pickle.loads(pickle.dumps(snapshot))


def schemas(snapshot, part):
    return snapshot[part]["components"]["schemas"]


def without(name, part, schema):
    def change(snapshot):
        del schemas(snapshot, part)[schema]["properties"][name]

    return change


def requiring(name, part, schema):
    def change(snapshot):
        schemas(snapshot, part)[schema].setdefault("required", []).append(name)

    return change


def optional(name, part, schema):
    def change(snapshot):
        schemas(snapshot, part)[schema]["required"].remove(name)

    return change


def gone(*path):
    def change(snapshot):
        *way, last = path
        for step in way:
            snapshot = snapshot[step]
        del snapshot[last]

    return change


def given(value, *path):
    def change(snapshot):
        *way, last = path
        for step in way:
            snapshot = snapshot[step]
        snapshot[last] = value

    return change


BREAKING = {
    "an operation": (gone("http", "paths", BOOK, "post"), f"HTTP POST {BOOK} is gone"),
    "a status": (gone("http", "paths", BOOK, "post", "responses", "201"), f"HTTP POST {BOOK} no longer answers 201"),
    "a field of a request": (without("answers", "http", "BookAppointment"), f"HTTP POST {BOOK} body.answers is gone"),
    "a field that is required": (
        requiring("location", "http", "BookAppointment"), f"HTTP POST {BOOK} body.location is required now",
    ),
    "the type of a field": (
        given("string", "http", "components", "schemas", "BookAppointment", "properties", "persons", "type"),
        f"HTTP POST {BOOK} body.persons was integer and is string",
    ),
    "a field of an event": (
        without("team", "events", "AppointmentData"), "event appointment.booked.v1.team is gone",
    ),
    "a field of an event that may be missing": (
        optional("team", "events", "AppointmentData"), "event appointment.booked.v1.team may be missing now",
    ),
    "an event that the last release cannot read": (
        given({"messages": {}}, "events", "channels", "ticket.issued.v2"),
        "event ticket.issued.v2 cannot be read by the last release: publish it one release later",
    ),
    "an event": (gone("events", "channels", "ticket.issued.v1"), "event ticket.issued.v1 is gone"),
    "a method": (
        gone("rpc", "components", "messages", "booking.catalogue.request"), "RPC booking.catalogue.request is gone",
    ),
    "a setting": (gone("settings", "booking", "MAX_WORKERS"), "setting MAX_WORKERS of booking is gone"),
    "a default": (
        given("warning", "settings", "booking", "LOG_LEVEL", "default"),
        "setting LOG_LEVEL of booking: default was 'INFO' and is 'warning'",
    ),
    "a problem": (gone("problems", "slot-taken"), "problem slot-taken was 409 and is gone"),
    "a key of the municipality file": (
        without("queue", "municipality", "Root"), "municipality file .queue is gone",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "sentence"), BREAKING.values(), ids=BREAKING)
def test_a_breaking_change_is_found(present, change, sentence):
    changed = copy_of(present)
    change(changed)
    assert sentence in breaking_changes(present, changed)


def test_equal_contracts_break_nothing(present):
    assert breaking_changes(present, copy_of(present)) == []


@pytest.mark.parametrize(
    ("old", "new", "direction"),
    [
        ({"properties": {}}, {"properties": {"a": {}}}, "request"),
        ({"properties": {}}, {"properties": {"a": {}}, "required": ["a"]}, "answer"),
        ({"type": "string"}, {"type": ["string", "null"]}, "request"),
        ({"type": ["string", "null"]}, {"type": "string"}, "answer"),
        ({"enum": ["a"]}, {"enum": ["a", "b"]}, "request"),
        ({"maxLength": 5}, {"maxLength": 9}, "request"),
        ({"minimum": 5}, {"minimum": 0}, "request"),
        ({"type": "integer"}, {"type": "number"}, "request"),
    ],
)
def test_a_change_that_allows_more_or_returns_more_breaks_nothing(old, new, direction):
    diff = SchemaDiff({}, {})
    assert diff.breaking(old, new, direction, "") == []
    assert diff.breaking(new, old, direction, "") != []


def test_a_schema_that_contains_itself_is_compared_once():
    tree = {"tree": {"properties": {"below": {"$ref": "#/tree"}, "name": {"type": "string"}}}}
    smaller = {"tree": {"properties": {"below": {"$ref": "#/tree"}}}}
    assert SchemaDiff(tree, smaller).breaking({"$ref": "#/tree"}, {"$ref": "#/tree"}, "request", "") == [
        ".name is gone"
    ]
