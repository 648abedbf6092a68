"""Documents of every version are read as they were meant, and written as the newest golden document says."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import importlib
import re
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loket_booking.domain.resource_day import AgendaKey
from loket_chassis.storage.codec import Codec
from loket_chassis.storage.converter import UNKNOWN_FIELDS
from loket_gateway.access.roles import Grant
from tests.storage.collections import STORED, Stored
from tests.storage.expected import EXPECTED
from tests.storage.golden_files import all_names, read, versions

ROOT = Path(__file__).parents[2]
DEFINED = re.compile(r"^(\w+) = Codec\(", re.MULTILINE)
NAMES = [pytest.param(stored, name, id=f"{stored.service}/{name}") for stored, name in all_names()]
FILES = [
    pytest.param(stored, name, version, id=f"{stored.service}/{name}.{version}")
    for stored, name in all_names()
    for version in versions(stored, name)
]
CODECS = [pytest.param(stored.codec, id=f"{stored.service}/{stored.golden[0]}") for stored in STORED]


def unknown_in(value: Any) -> list[str]:
    """The names of the fields that were not known, at every level."""
    found: list[str] = []
    if dataclasses.is_dataclass(value):
        found += getattr(value, UNKNOWN_FIELDS, None) or {}
        for field in dataclasses.fields(value):
            found += unknown_in(getattr(value, field.name)) if field.name != UNKNOWN_FIELDS else []
    elif isinstance(value, (tuple, list)):
        found += [name for each in value for name in unknown_in(each)]
    return found


@pytest.mark.parametrize(("stored", "name"), NAMES)
def test_every_version_has_a_golden_document(stored: Stored, name: str):
    assert versions(stored, name) == list(range(stored.codec.version + 1))


@pytest.mark.parametrize(("stored", "name", "version"), FILES)
def test_a_golden_document_gives_the_expected_dataclass(stored: Stored, name: str, version: int):
    assert stored.codec.decode(read(stored, name, version)) == EXPECTED[f"{stored.service}/{name}"]


@pytest.mark.parametrize(("stored", "name", "version"), FILES)
def test_a_field_that_was_stored_is_not_removed_or_renamed_without_an_upcast(stored: Stored, name: str, version: int):
    assert unknown_in(stored.codec.decode(read(stored, name, version))) == []


@pytest.mark.parametrize(("stored", "name"), NAMES)
def test_a_dataclass_is_written_as_the_newest_golden_document(stored: Stored, name: str):
    golden = read(stored, name, stored.codec.version)
    beside = stored.codec.layout.beside - {"schema_version"}
    fields = {key: value for key, value in golden.items() if key not in beside or key in stored_names(stored.codec)}
    assert stored.codec.encode(EXPECTED[f"{stored.service}/{name}"]) == fields


def stored_names(codec: Codec[Any]) -> set[str]:
    return set(codec.layout.stored_names(codec.entity).values())


@pytest.mark.parametrize(("stored", "name"), NAMES)
def test_a_field_with_a_default_may_be_missing(stored: Stored, name: str):
    """As in a document that was stored before the field existed."""
    document, names = read(stored, name, stored.codec.version), stored.codec.layout.stored_names(stored.codec.entity)
    for field in dataclasses.fields(stored.codec.entity):
        default = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
        # what is not in the document itself is inside another field
        if default is not dataclasses.MISSING and names.get(field.name) in document:
            older = {key: value for key, value in document.items() if key != names[field.name]}
            assert getattr(stored.codec.decode(older), field.name) == default, field.name


@pytest.mark.parametrize(("stored", "name"), NAMES)
def test_an_unknown_field_is_written_back(stored: Stored, name: str):
    newer = with_unknown(read(stored, name, stored.codec.version), stored.codec.entity)
    written = stored.codec.encode(stored.codec.decode(newer))
    assert {key: value for key, value in newer.items() if key in written} == written
    assert written["from_the_future"] == {"a": 1}


def with_unknown(document: dict[str, Any], entity: Any) -> dict[str, Any]:
    """The document as a newer version would store it, with one more field in it and in each dataclass inside it."""
    found = dict(document)
    for name, hint in get_type_hints(entity).items():
        part = next((each for each in (hint, *get_args(hint)) if hasattr(each, UNKNOWN_FIELDS)), None)
        if part is not None and isinstance(found.get(name), dict):
            found[name] = with_unknown(found[name], part)
        elif part is not None and isinstance(found.get(name), list):
            found[name] = [with_unknown(each, part) for each in found[name]]
    return {**found, "from_the_future": {"a": 1}}


@functools.cache
def values(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type as MongoDB can store them."""
    plain: dict[Any, st.SearchStrategy[Any]] = {
        str: st.text(max_size=20), int: st.integers(-(2**53), 2**53), bool: st.booleans(), float: st.floats(0, 1e6),
        dt.datetime: st.datetimes(timezones=st.just(dt.UTC)), dt.date: st.dates(), dt.time: st.times(),
        types.NoneType: st.none(), Any: st.none() | st.integers(0, 9) | st.text(max_size=3),
        Grant: st.sampled_from([Grant("admin"), Grant("lead"), Grant("agent", "milieu")]),
        AgendaKey: st.builds(AgendaKey, st.just("rumst"), st.sampled_from(["ro-1", "zaal"]), st.dates()),
    }  # fmt: skip
    if hint in plain:
        return plain[hint]
    if dataclasses.is_dataclass(hint):
        hints = get_type_hints(hint)
        return st.builds(hint, **{name: values(each) for name, each in hints.items() if name != UNKNOWN_FIELDS})
    if is_typeddict(hint):
        return st.fixed_dictionaries({name: values(each) for name, each in get_type_hints(hint).items()})
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return st.one_of([values(each) for each in args])
    if origin is tuple and args[-1] is not Ellipsis:
        return st.tuples(*map(values, args))
    if origin is tuple:
        return st.lists(values(args[0]), max_size=2).map(tuple)
    if origin is list:
        return st.lists(values(args[0]), max_size=2)
    if origin is frozenset:
        return st.frozensets(values(args[0]), max_size=3)
    assert origin in (dict, Mapping), hint
    return st.dictionaries(st.text(max_size=5), values(args[1]), max_size=2)


@pytest.mark.parametrize("codec", CODECS)
@settings(max_examples=settings().max_examples // 3)
@given(data=st.data())
def test_every_value_survives_being_stored(codec: Codec[Any], data: st.DataObject):
    entity = data.draw(values(codec.entity))
    assert codec.decode(codec.encode(entity)) == entity


def test_every_codec_is_in_the_table_of_collections():
    """Reads the sources: importing all modules would start what only a service may start."""
    listed = {id(stored.codec) for stored in STORED}
    missing = []
    for file in sorted((*ROOT.glob("services/*/loket_*/**/*.py"), *ROOT.glob("gateway/loket_gateway/**/*.py"))):
        if "= Codec(" in (text := file.read_text(encoding="utf-8")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            module = importlib.import_module(
                ".".join(parts[parts.index(next(p for p in parts if p[:6] == "loket_")) :])
            )
            missing += [name for name in DEFINED.findall(text) if id(getattr(module, name)) not in listed]
    assert missing == ["LISTED_CLAIM"], "it reads what CLAIM writes"
