"""The JSON Schema of a municipality's file accepts what Loket accepts, and finds the usual mistakes."""

import copy
import json
from pathlib import Path

import pytest
from jsonschema_rs import Draft202012Validator, meta

from loket_booking.configuration.json_schema import json_schema
from loket_chassis.yaml import safe_load

RUMST = Path(__file__).parents[3] / "deploy" / "municipalities" / "rumst.yaml"
#: dates as the texts that JSON has
FILE = json.loads(json.dumps(safe_load.load(RUMST.read_text()), default=str))


@pytest.fixture(scope="module")
def schema():
    made = json_schema()
    meta.validate(made)
    return Draft202012Validator(made)


def test_a_complete_file_is_valid(schema):
    assert [error.instance_path for error in schema.iter_errors(FILE)] == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("colour", "red"),
        ("languages", ["nl", "tlh"]),
        ("retention_days", 0),
        ("teams", {"omgeving": {}}),
        ("closures", [{"first": "2027-01-04", "from": "9:00", "to": "12:00", "reason": "x"}]),
        ("name", {"tlh": "x"}),
    ],
)
def test_an_unknown_key_a_wrong_value_and_a_missing_key_are_found(schema, key, value):
    assert list(schema.iter_errors({**copy.deepcopy(FILE), key: value}))
