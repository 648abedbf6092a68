"""Services and their callers agree: a mistake in a call is an error of mypy, and every published method is served."""

import dataclasses
import inspect
import json
import re
from pathlib import Path
from typing import get_args, get_type_hints

import marshmallow
import pytest
from mypy import api

from loket_chassis.messaging.rpc import RpcEntrypoint, description_of
from loket_contracts.error_codes import ERRORS
from loket_contracts.refusal_codes import RefusalCode
from loket_contracts.rpc import message
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.description import PROTOCOLS, methods_by_name
from loket_contracts.rpc.json_schema import Schemas
from loket_contracts.rpc.notification import Notification
from loket_contracts.rpc.reporting import Reporting

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RELEASED = json.loads((HERE / "rpc-0.1.0.json").read_text())


def service_of(protocol):
    from loket_booking.service import BookingService
    from loket_notification.service import NotificationService
    from loket_reporting.service import ReportingService

    return {Booking: BookingService, Notification: NotificationService, Reporting: ReportingService}[protocol]


def served_by(service):
    """The methods of a service class by routing name."""
    served = {}
    for name, function in inspect.getmembers(service, inspect.isfunction):
        for entrypoint in getattr(function, "nameko_entrypoints", ()):
            if isinstance(entrypoint, RpcEntrypoint):
                entrypoint.method_name = name
                served[entrypoint.routing_name] = function
    return served


def published_in(protocol):
    """The methods of a Protocol by routing name."""
    return {each.routing_name: each for each in methods_by_name(protocol)}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_service_has_the_methods_of_its_protocol_with_the_same_parameters(protocol):
    served, published = served_by(service_of(protocol)), published_in(protocol)
    assert published.keys() <= served.keys()
    for name, described in published.items():
        own = description_of(served[name])
        assert (own.names, own.required) == (described.names, described.required), name
        assert own.conversions.keys() == described.conversions.keys(), name


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_method_outside_the_protocol_is_deprecated(protocol):
    served = served_by(service_of(protocol))
    modules = {served[name].__module__.rpartition(".")[2] for name in served.keys() - published_in(protocol).keys()}
    assert all(each.startswith("deprecated") for each in modules), modules


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_method_of_the_last_release_is_served_with_its_parameters(protocol):
    served = served_by(service_of(protocol))
    for name, released in RELEASED[protocol.__name__.lower()].items():
        own = description_of(served[name])
        names = [each.removesuffix("?") for each in released]
        assert own.names[: len(names)] == tuple(names), name
        assert own.required == {each for each in released if not each.endswith("?")}, name


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_method_has_a_summary_that_says_what_to_do(protocol):
    without = [each.name for each in methods_by_name(protocol) if not re.match("(?!Raises )[A-Z][a-z]+", each.summary)]
    assert without == []


@pytest.mark.parametrize(
    "kind", sorted(message.known(), key=lambda kind: kind.__name__), ids=lambda kind: kind.__name__
)
def test_a_message_has_the_fields_of_its_schema(kind):
    schema = message.schema_of(kind)
    own = {each.name: each for each in dataclasses.fields(kind)}
    assert own.keys() == schema.fields.keys()
    for name, field in schema.fields.items():
        has_default = (own[name].default, own[name].default_factory) != (dataclasses.MISSING, dataclasses.MISSING)
        assert field.required != has_default, name


def test_every_refusal_code_is_described():
    assert set(get_args(RefusalCode)) == set(ERRORS)


def json_types(described):
    """The JSON types that a schema allows; an object for a nested schema."""
    if "$ref" in described:
        return {"object"}
    if "anyOf" in described or "allOf" in described:
        return set().union(*map(json_types, described.get("anyOf") or described["allOf"]))
    types = described.get("type", [])
    return {types} if isinstance(types, str) else set(types)


@pytest.mark.parametrize("kind", sorted(message.known(), key=str), ids=lambda kind: kind.__name__)
def test_a_field_has_the_same_type_in_the_dataclass_and_in_the_schema(kind):
    schemas = Schemas()
    schemas.of(kind)
    described = schemas.named()[kind.__name__]["properties"]
    fields = message.schema_of(kind).fields
    for name, annotation in get_type_hints(kind).items():
        field = fields[name]
        own, loaded = json_types(schemas.of(annotation)), json_types(described[field.data_key or name])
        if not field.required and field.load_default is marshmallow.missing:  # None means that the field is absent
            loaded = loaded | {"null"}
        assert own == loaded, name


MISTAKES = """
from loket_chassis.messaging.rpc import rpc_client
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.commands import CancelAppointment
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.notification import Notification
from loket_contracts.rpc.reporting import Reporting

booking = rpc_client(Booking)
notification = rpc_client(Notification, deadline=1.0)
reporting = rpc_client(Reporting)

booking.cancel("rumst", "a1", CancelAppointment(reason="ill"), Caller.resident("token"))
print(reporting.overview("rumst", team="ro")["figures"]["appointments"])
print(Refusal("slot-taken"))
"""
#: a mistake for each part of a call, and the error code of mypy
PLANTED = {
    'booking.cancl("rumst", "a1", CancelAppointment(), Caller.resident("token"))': "attr-defined",
    'booking.cancel("rumst", "a1", CancelAppointment())': "call-arg",
    'booking.cancel("rumst", CancelAppointment(), "a1", Caller.resident("token"))': "arg-type",
    'booking.cancel("rumst", "a1", {"reason": "ill"}, Caller.resident("token"))': "arg-type",
    'booking.cancel("rumst", "a1", CancelAppointment(), caller="resident")': "arg-type",
    'booking.cancel("rumst", "a1", CancelAppointment(), Caller.resident("token"), teams=None)': "call-arg",
    'CancelAppointment(reasn="ill")': "call-arg",
    "CancelAppointment(sequence='2')": "arg-type",
    'CancelAppointment().reason = "ill"': "misc",
    'Caller(kind="stranger")': "arg-type",
    'Caller.staff("ro-1")': "call-arg",
    'Refusal("slot-takn")': "arg-type",
    'reporting.overview("rumst", tem="ro")': "call-arg",
    'reporting.overview("rumst")["figurs"]': "typeddict-item",
    'notification.preview("rumst", "reminder")["segments"].upper()': "attr-defined",
    'notification.messages("rumst", "a1")[0]["kinds"]': "typeddict-item",
}


@pytest.fixture(scope="module")
def errors(tmp_path_factory):
    """By planted line the error codes of mypy."""
    first = MISTAKES.count("\n") + 1
    file = tmp_path_factory.mktemp("mypy") / "planted.py"
    file.write_text(MISTAKES + "".join(f"def f{n}() -> None: {line}\n" for n, line in enumerate(PLANTED)))
    said, _, _ = api.run(["--config-file", str(ROOT / "pyproject.toml"), "--show-error-codes", str(file)])
    found = {}
    for line, code in re.findall(r"planted\.py:(\d+): error: .*\[([a-z-]+)\]$", said, re.MULTILINE):
        found.setdefault(int(line) - first, set()).add(code)
    return found


@pytest.mark.parametrize(("number", "code"), list(enumerate(PLANTED.values())), ids=PLANTED)
def test_a_mistake_in_a_call_is_an_error_of_mypy(errors, number, code):
    assert code in errors[number]


def test_a_correct_call_has_no_error(errors):
    assert min(errors) >= 0
