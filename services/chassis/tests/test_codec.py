"""A document of any version is read, and nothing in it is lost when it is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket_chassis.storage.codec import Codec, Layout, UnreadableDocument
from loket_contracts.unknown_fields import PreservesUnknownFields


@dataclass(frozen=True)
class Stop(PreservesUnknownFields):
    place: str
    at: dt.datetime


@dataclass(frozen=True)
class Colour:
    name: str

    @classmethod
    def read(cls, text: str) -> Colour:
        return cls(text.upper())

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Trip(PreservesUnknownFields):
    id: str
    colour: Colour
    day: dt.date | None = None
    leaves: dt.time | None = None
    stops: tuple[Stop, ...] = ()
    last: Stop | None = None
    days: frozenset[int] = frozenset()
    names: Mapping[str, str] | None = None
    seats: tuple[int, ...] = ()
    note: str = ""


LAYOUT = Layout({"id": "_id"}, omit_default={"note"})
CODEC = Codec(Trip, LAYOUT, text_types={Colour: Colour.read})
AT = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)
TRIP = Trip(
    "t1", Colour("RED"), dt.date(2026, 11, 30), dt.time(9), (Stop("Rumst", AT),), Stop("Boom", AT), frozenset({3, 1}),
    {"nl": "rit"}, (1, 2),
)  # fmt: skip
DOCUMENT = {
    "_id": "t1", "colour": "red", "day": "2026-11-30", "leaves": "09:00:00", "stops": [{"place": "Rumst", "at": AT}],
    "last": {"place": "Boom", "at": AT}, "days": [1, 3], "names": {"nl": "rit"}, "seats": [1, 2], "schema_version": 1,
}  # fmt: skip


def test_a_dataclass_becomes_a_document_with_its_version():
    assert CODEC.encode(TRIP) == DOCUMENT


def test_a_document_becomes_the_dataclass_again():
    assert CODEC.decode(DOCUMENT) == TRIP


def test_a_missing_field_has_its_default():
    assert CODEC.decode({"_id": "t1", "colour": "red"}) == Trip("t1", Colour("RED"))


def test_a_missing_field_without_a_default_is_named_with_its_document():
    with pytest.raises(UnreadableDocument, match="Trip 't1' has no 'colour'"):
        CODEC.decode({"_id": "t1"})


def test_unknown_fields_are_written_back_at_every_level():
    newer = {
        **DOCUMENT,
        "price": 3,
        "last": {**DOCUMENT["last"], "lift": True},
        "stops": [{**DOCUMENT["stops"][0], "x": 1}],
    }
    changed = replace(CODEC.decode(newer), note="late")
    assert CODEC.encode(changed) == {**newer, "note": "late"}


def test_fields_of_the_repository_are_not_taken_for_unknown_ones():
    assert CODEC.decode({**DOCUMENT, "outbox": []}).unknown_fields is None


def test_a_known_field_of_the_dataclass_wins_over_an_unknown_one_of_the_same_name():
    assert CODEC.encode(replace(TRIP, unknown_fields={"colour": "blue"}))["colour"] == "red"


def test_some_fields_are_written_by_their_stored_names():
    assert CODEC.encode_fields(id="t2", day=dt.date(2026, 12, 1)) == {"_id": "t2", "day": "2026-12-01"}


def test_a_version_that_the_previous_release_refuses_is_not_stored():
    codec = Codec(Trip, LAYOUT, text_types={Colour: Colour.read}, version=0)
    assert "schema_version" not in codec.encode(TRIP)


def _moved(document, old, new, change=lambda value: value):
    document[new] = change(document.pop(old))
    return document


class TestUpcasts:
    """As if version 2 had renamed `hue` to `colour`, and version 3 had moved `town` into `last`."""

    CODEC = Codec(
        Trip,
        LAYOUT,
        version=3,
        upcasts={
            1: lambda document: _moved(document, "hue", "colour"),
            2: lambda document: _moved(document, "town", "last", lambda place: {"place": place, "at": AT}),
        },
        text_types={Colour: Colour.read},
    )

    @pytest.mark.parametrize(
        "document",
        [
            {"_id": "t1", "hue": "red", "town": "Boom"},
            {"_id": "t1", "hue": "red", "town": "Boom", "schema_version": 1},
            {"_id": "t1", "colour": "red", "town": "Boom", "schema_version": 2},
            {"_id": "t1", "colour": "red", "last": {"place": "Boom", "at": AT}, "schema_version": 3},
        ],
        ids=["0", "1", "2", "3"],
    )
    def test_a_document_of_every_version_is_read_as_the_current_one(self, document):
        before = {**document}
        read = self.CODEC.decode(document)
        assert (read, read.unknown_fields) == (Trip("t1", Colour("RED"), last=Stop("Boom", AT)), None)
        assert document == before

    def test_a_document_that_an_older_instance_wrote_back_is_upcast_again(self):
        """It knows `hue`, changes it, and stores the unknown `colour` as it was."""
        written_back = {"_id": "t1", "hue": "blue", "colour": "red", "town": "Boom", "schema_version": 1}
        assert self.CODEC.decode(written_back).colour == Colour("BLUE")

    def test_an_upcast_document_is_stored_as_the_current_version(self):
        stored = self.CODEC.encode(self.CODEC.decode({"_id": "t1", "hue": "red", "town": "Boom"}))
        assert stored["schema_version"] == 3
        assert {"hue", "town"}.isdisjoint(stored)


@given(st.builds(Trip, colour=st.sampled_from([Colour("RED"), Colour("BLUE")]), unknown_fields=st.none()))
def test_every_value_survives_the_round_trip(trip):
    assert CODEC.decode(CODEC.encode(trip)) == trip
