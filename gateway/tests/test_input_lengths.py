"""Input of any length is validated in linear time (ReDoS, CWE-1333)."""

import inspect
from contextlib import suppress

import pytest
from marshmallow import Schema, ValidationError, fields

from loket_contracts.rpc import (
    description,  # noqa: F401 - imports the messages of every service
    message,
)
from loket_gateway import schemas

LONG = 200_000
#: texts that begin as what is asked for, and are something else in the end
SHAPES = (
    "{}\n", "{}!", "x@{}.be", "https://{}", "https://x.be/{}", "+32{}", "2026-11-30T09:00:00.{}", "2026-11-30{}",
    "09:{}",
)  # fmt: skip
PARTS = ("a", " ", "a.", "a-", "-", "0", ":", "@", '"', "/", "é", "ﷺ", "\u0300")


def leaves(field):
    """The fields that take a text, however deep."""
    match field:
        case fields.Nested():
            inner = list(field.schema.fields.values())
        case fields.List():
            inner = [field.inner]
        case fields.Dict():
            inner = [each for each in (field.key_field, field.value_field) if each is not None]
        case _:
            return [field]
    return [leaf for each in inner for leaf in leaves(each)]


def kinds():
    """Every field of every schema that reads what a caller sends; one of each kind, by class and checks."""
    found = {}
    own = inspect.getmembers(schemas, lambda each: inspect.isclass(each) and issubclass(each, Schema))
    messages = sorted(message.known(), key=lambda kind: kind.__name__)
    for schema in (*(kind() for _, kind in own), *map(message.schema_of, messages)):
        for field in schema.fields.values():
            for leaf in leaves(field):
                found.setdefault((type(leaf).__name__, repr(leaf.validators)), leaf)
    return found


@pytest.mark.timeout(60)
@pytest.mark.parametrize("field", kinds().values(), ids=lambda field: type(field).__name__)
def test_text_validation_takes_linear_time(field):
    for shape in SHAPES:
        for part in PARTS:
            with suppress(ValidationError):
                field.deserialize(shape.format(part * (LONG // len(part))))
