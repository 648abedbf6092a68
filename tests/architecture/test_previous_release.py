"""While services are upgraded one by one, a call of a new version reaches a service of the last release as an earlier
method, with the arguments that this method takes."""

import dataclasses
import datetime as dt
import json
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Union, get_args, get_origin, get_type_hints

import pytest

from loket_contracts.rpc import method
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.notification import Notification
from loket_contracts.rpc.reporting import Reporting

RELEASED = json.loads((Path(__file__).parent / "rpc-0.1.0.json").read_text())
CALLERS = (
    Caller.resident("secret"), Caller.portal("vlaanderen"), Caller.staff("ro-1", ["milieu"]), Caller.kiosk("zuil"),
)  # fmt: skip


def new_versions():
    """Each method with a version, and each kind of caller that may call it."""
    for protocol in (Booking, Notification, Reporting):
        for name, function in method.methods_of(protocol).items():
            if method.method_of(function).version > 1:
                only = get_type_hints(function, include_extras=True)["caller"].__metadata__[0]
                for caller in CALLERS:
                    if caller.kind in only.kinds:
                        yield pytest.param(protocol, function, caller, id=f"{protocol.__name__}.{name}-{caller.kind}")


SCALARS = {
    str: "x",
    int: 1,
    bool: True,
    dt.date: dt.date(2026, 11, 30),
    dt.datetime: dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC),
}


def a_value(annotation, caller):
    """A value of this type, with only the required fields of dataclasses."""
    if annotation is Caller:
        return caller
    if annotation in SCALARS:
        return SCALARS[annotation]
    if dataclasses.is_dataclass(annotation):
        hints = get_type_hints(annotation)
        required = [each.name for each in dataclasses.fields(annotation) if is_required(each)]
        return annotation(**{name: a_value(hints[name], caller) for name in required})
    if get_origin(annotation) in (Union, types.UnionType):
        return a_value(get_args(annotation)[0], caller)
    return {} if get_origin(annotation) in (dict, Mapping) else (a_value(get_args(annotation)[0], caller),)


def is_required(field):
    return field.default is field.default_factory is dataclasses.MISSING


@pytest.mark.parametrize(("protocol", "function", "caller"), list(new_versions()))
def test_a_call_for_the_last_release_has_the_parameters_of_its_method(protocol, function, caller):
    described, hints = method.method_of(function), get_type_hints(function)
    arguments = {name: a_value(hints[name], caller) for name in described.names}
    earlier, written = method.before_of(function)(**arguments)
    parameters = RELEASED[protocol.__name__.lower()][earlier]
    assert written.keys() <= {each.removesuffix("?") for each in parameters}
    assert written.keys() >= {each for each in parameters if not each.endswith("?")}
    json.dumps(written)
