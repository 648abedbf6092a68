"""The AsyncAPI 3 document of all RPC methods: request and reply, over AMQP 0-9-1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..refusal_codes import RefusalCode
from .description import published_methods
from .json_schema import Schemas
from .method import EXCHANGE, FORMAT, FORMAT_HEADER, Method

CONTENT_TYPE = "application/json"
CORRELATION = {"location": "$message.header#/correlation_id"}
REPLY_HEADERS = {"correlationId": CORRELATION}
REQUEST_HEADERS = {
    "correlationId": CORRELATION,
    "headers": {
        "type": "object",
        "properties": {
            FORMAT_HEADER: {"const": FORMAT, "description": "the version of the format; this one when absent"},
            "nameko.deadline": {
                "type": "integer",
                "description": "milliseconds of UNIX time after which the call is not executed",
            },
        },
    },
}


def json_schemas() -> dict[str, Any]:
    """JSON Schemas of all messages, by name under $defs."""
    schemas = Schemas("#/$defs/")
    for _, method in published_methods():
        for annotation in (*(each.annotation for each in method.parameters), method.answer):
            schemas.of(annotation)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Messages of Loket RPC",
        "$defs": schemas.named(),
    }


def document() -> dict[str, Any]:
    """The document as plain dictionaries (https://www.asyncapi.com/docs/reference/specification/v3.0.0)."""
    schemas = Schemas()
    methods = dict(published_methods())
    messages = {
        name: message for key, each in methods.items() for name, message in _messages(key, each, schemas).items()
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Loket RPC",
            "version": str(FORMAT),
            "description": "Calls between the services of Loket, and from programs on the same broker. "
            "docs/reference/rpc.md describes the format.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {
            **{key: _channel(key) for key in methods},
            "reply": _reply_channel(methods),
        },
        "operations": {key: _operation(key, each) for key, each in methods.items()},
        "components": {
            "messageTraits": {"request": REQUEST_HEADERS, "reply": REPLY_HEADERS},
            "messages": messages,
            "schemas": {"Error": _error(schemas), **schemas.named()},
        },
    }


def request_of(method: Method, schemas: Schemas) -> dict[str, Any]:
    """The schema of a request, with all arguments by name."""
    return {
        "type": "object",
        "properties": {
            "args": {"type": "array", "description": "arguments by position, in the order of `kwargs`"},
            "kwargs": {
                "type": "object",
                "properties": {each.name: schemas.of(each.annotation) for each in method.parameters},
                "additionalProperties": False,
            },
        },
        "required": ["args", "kwargs"],
    }


def reply_of(method: Method, schemas: Schemas) -> dict[str, Any]:
    """The schema of a reply. `result` is null when there is an error."""
    result = schemas.of(method.answer)
    return {
        "type": "object",
        "properties": {
            "result": result if not result or result == {"type": "null"} else {"anyOf": [result, {"type": "null"}]},
            "error": {"anyOf": [{"$ref": "#/components/schemas/Error"}, {"type": "null"}]},
            "clock": {"type": "integer", "description": "when it was sent, in milliseconds of UNIX time"},
        },
        "required": ["result", "error"],
    }


def _messages(key: str, method: Method, schemas: Schemas) -> dict[str, dict[str, Any]]:
    return {
        f"{key}.request": {
            "summary": method.summary,
            "traits": [_ref("messageTraits", "request")],
            "payload": request_of(method, schemas),
        },
        f"{key}.reply": {
            "traits": [_ref("messageTraits", "reply")],
            "payload": reply_of(method, schemas),
        },
    }


def _channel(key: str) -> dict[str, Any]:
    return {
        "address": key,
        "bindings": {"amqp": {"is": "routingKey", "exchange": {"name": EXCHANGE, "type": "topic", "durable": True}}},
        "messages": {f"{key}.request": _ref("messages", f"{key}.request")},
    }


def _reply_channel(keys: Iterable[str]) -> dict[str, Any]:
    names = [f"{key}.reply" for key in keys]
    return {
        "address": None,
        "title": "The queue of the caller",
        "messages": {name: _ref("messages", name) for name in names},
    }


def _operation(key: str, method: Method) -> dict[str, Any]:
    return {
        "action": "receive",
        "description": method.documentation or method.name,
        "channel": {"$ref": f"#/channels/{key}"},
        "messages": [{"$ref": f"#/channels/{key}/messages/{key}.request"}],
        "reply": {
            "address": {"location": "$message.header#/reply_to"},
            "channel": {"$ref": "#/channels/reply"},
            "messages": [{"$ref": f"#/channels/reply/messages/{key}.reply"}],
        },
    }


def _error(schemas: Schemas) -> dict[str, Any]:
    return {
        "type": "object",
        "description": "A failure. For a refusal, exc_args holds its code, its parameters and the fields at fault.",
        "properties": {
            "exc_type": {"type": "string", "description": "Refusal, or another name when the service failed"},
            "exc_path": {"type": "string"},
            "exc_args": {
                "type": "array",
                "prefixItems": [
                    schemas.of(RefusalCode),
                    {"type": "object", "additionalProperties": {"type": "string"}},
                    {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "string"}}},
                ],
            },
            "value": {"type": "string"},
        },
        "required": ["exc_type", "exc_args", "value"],
    }


def _ref(section: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{section}/{name}"}
