"""The functions that are made for a schema do what the schema does, for whatever they are given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

import loket_contracts.rpc.booking
import loket_contracts.rpc.notification
import loket_contracts.rpc.reporting  # noqa: F401 - so that every message is known
from loket_contracts.rpc.message import known, schema_of

MESSAGES = sorted(known(), key=lambda message: message.__name__)
#: values that some field takes, and some that none does
PLAUSIBLE = [
    "bouwadvies", "2026-11-30", "2026-11-30T09:00:00+01:00", "09:00", "00:00", "lieve@example.org", "0470 12 34 56",
    "monday", "nl", "resident", "https://example.org/hook", "", "\u202e", "x" * 300, 1, 0, -1, 1.5, True, False, None,
    [], ["bouwadvies"], ["monday", 3], {}, {"vraag": "ja"}, {"name": "Lieve Demo", "email": "lieve@example.org"},
    {"name": "Lieve Demo", "email": "lieve@example.org", "phone": None, "language": "nl"}, {"name": 1},
    [{"appointment": "a1", "start": "2026-11-30T09:00:00Z"}],
]  # fmt: skip


def bodies_of(message):
    """Bodies with the keys of a message, most of them required ones, and at times one more."""
    fields = schema_of(message).fields.items()
    required = {field.data_key or name: st.sampled_from(PLAUSIBLE) for name, field in fields if field.required}
    others = {field.data_key or name: st.sampled_from(PLAUSIBLE) for name, field in fields if not field.required}
    some = st.fixed_dictionaries(required, optional={**others, "unknown": st.none()})
    return some | st.fixed_dictionaries({}, optional=required | others) | st.sampled_from(PLAUSIBLE)


def outcome_of(load, body):
    try:
        return load(body)
    except ValidationError as error:
        return error.messages


@given(st.data())
@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.__name__)
def test_a_body_is_loaded_dumped_and_refused_as_by_the_schema(message, data):
    schema = schema_of(message)
    body = data.draw(bodies_of(message))

    loaded = outcome_of(schema.loader, body)

    assert loaded == outcome_of(schema.load, body)
    if isinstance(loaded, message):
        assert schema.dumper(loaded) == schema.dump(loaded)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.__name__)
def test_every_message_has_functions_of_its_own(message):
    assert schema_of(message).loader != schema_of(message).load
    assert schema_of(message).dumper != schema_of(message).dump
