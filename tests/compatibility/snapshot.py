"""All contracts of the sources on PYTHONPATH, as JSON on standard output.

It runs on the sources of the last release too, so it imports only what has been there since release 0.1.0.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from importlib.util import find_spec
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from loket_booking.configuration.schema import MunicipalityFile
from loket_booking.settings import BookingSettings
from loket_chassis.runtime.settings import describe
from loket_contracts import asyncapi
from loket_contracts.error_codes import ERRORS
from loket_contracts.events import EVENTS
from loket_gateway.api import openapi
from loket_gateway.http.problems import STATUS
from loket_gateway.settings import GatewaySettings
from loket_notification.settings import NotificationSettings
from loket_reporting.settings import ReportingSettings

SETTINGS = {
    "booking": BookingSettings, "notification": NotificationSettings, "reporting": ReportingSettings,
    "gateway": GatewaySettings,
}  # fmt: skip


def snapshot() -> dict[str, Any]:
    return {
        "http": openapi.document("http://localhost"),
        "events": asyncapi.document(),
        # release 0.1.0 reads what it publishes
        "readable events": {each.name: getattr(each, "readable", each.version) for each in EVENTS.values()},
        "rpc": _rpc(),
        "settings": {name: _settings(settings) for name, settings in SETTINGS.items()},
        "problems": {code: STATUS[code] for code in ERRORS if code in STATUS},
        "municipality": _municipality(),
    }


def _settings(settings: type) -> dict[str, Any]:
    needed = {each.name.upper() for each in dataclasses.fields(settings) if each.default is dataclasses.MISSING}
    return {
        each.name: {"default": each.default, "allowed": each.allowed, "needed": each.name in needed}
        for each in describe(settings)
    }


def _municipality() -> dict[str, Any]:
    """A document whose `root` is the schema of the municipality file."""
    plugin = MarshmallowPlugin()
    spec = APISpec("municipality", "1", "3.1.0", plugins=[plugin])
    spec.components.schema("Root", schema=MunicipalityFile)
    return {"root": {"$ref": "#/components/schemas/Root"}, "components": spec.to_dict()["components"]}


def _rpc() -> dict[str, Any] | None:
    """The AsyncAPI document of RPC; None in release 0.1.0, which had none."""
    if find_spec("loket_contracts.rpc") is None:
        return None
    from loket_contracts.rpc import asyncapi as rpc

    return dict(rpc.document())


if __name__ == "__main__":
    json.dump(snapshot(), sys.stdout, default=str)
