"""The AsyncAPI 3 document of all events, made from `events.EVENTS`. `loket-asyncapi` prints it as YAML."""

from __future__ import annotations

import argparse
from typing import Any

import yaml
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from .envelope import CONTENT_TYPE
from .events import EVENTS, EventType


def document() -> dict[str, Any]:
    """The document as plain dictionaries (https://www.asyncapi.com/docs/reference/specification/v3.0.0)."""
    plugin = MarshmallowPlugin()
    spec = APISpec(title="Loket events", version="1", openapi_version="3.1.0", plugins=[plugin])
    for event in EVENTS.values():
        if event.schema.__name__ not in spec.components.schemas:
            spec.components.schema(event.schema.__name__, schema=event.schema)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Loket events",
            "version": "1",
            "description": "Facts about appointments, without personal data. CloudEvents 1.0, structured JSON, "
            "on RabbitMQ topic exchanges; the routing key is the type.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {event.type: _channel(event) for event in EVENTS.values()},
        "operations": {
            f"{event.emitted_by}.{event.type}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{event.type}"},
                "summary": event.summary,
                "description": f"Emitted by {event.emitted_by}; consumed by {_consumers(event)}.",
            }
            for event in EVENTS.values()
        },
        "components": {"schemas": spec.to_dict()["components"]["schemas"]},
    }


def _consumers(event: EventType) -> str:
    return ", ".join(event.consumed_by) or "no service"


def _channel(event: EventType) -> dict[str, Any]:
    return {
        "address": event.type,
        "bindings": {"amqp": {"is": "routingKey", "exchange": {"name": event.exchange, "type": "topic"}}},
        "messages": {
            event.name: {
                "name": event.type,
                "summary": event.summary,
                "contentType": CONTENT_TYPE,
                "payload": {"$ref": f"#/components/schemas/{event.schema.__name__}"},
                "examples": [{"payload": dict(event.example)}],
            }
        },
    }


def main() -> None:
    argparse.ArgumentParser(description="Print the AsyncAPI 3 document of all events, as YAML.").parse_args()
    print(yaml.safe_dump(document(), sort_keys=False, allow_unicode=True), end="")
