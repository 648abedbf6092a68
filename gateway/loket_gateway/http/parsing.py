"""Parsing of requests: the body, the bearer token, the query."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from marshmallow import Schema, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request

from loket_contracts.errors import Refusal, pointers

JSON_TYPES = ("application/json",)
#: our own bodies are four levels deep; every body must also pass the message bus
MAX_DEPTH = 20


def json_object(request: Request, may_be_empty: bool = False) -> dict[str, Any]:
    """Return the body as a JSON object (RFC 8259).

    Raises Refusal: unsupported-media-type, malformed-json; RequestEntityTooLarge.
    """
    body = body_of(request)
    if may_be_empty and not body:
        return {}
    if request.mimetype not in JSON_TYPES:
        raise Refusal("unsupported-media-type", {"expected": JSON_TYPES[0]})
    return object_of(body)


def object_of(body: bytes) -> dict[str, Any]:
    """Return bytes as a JSON object with I-JSON strings (RFC 7493, 2.1). Raises Refusal: malformed-json."""
    try:
        value = json.loads(body.decode("utf-8-sig"), parse_constant=_no_such_number)
        if _is_deeper(value, MAX_DEPTH):
            raise RecursionError
        if b"\\u" in body:  # the escape of a lone surrogate can be read, but not encoded
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        raise Refusal("malformed-json", {"reason": "it is not UTF-8"}) from error
    except UnicodeEncodeError as error:
        raise Refusal("malformed-json", {"reason": "there is half a character in it"}) from error
    except RecursionError as error:
        raise Refusal("malformed-json", {"reason": "it is nested too deeply"}) from error
    except ValueError as error:
        raise Refusal("malformed-json", {"reason": str(error)}) from error
    if not isinstance(value, dict):
        raise Refusal("malformed-json", {"reason": "it is not an object"})
    return value


def body_of(request: Request) -> bytes:
    """Return the body, which may be empty. Raises RequestEntityTooLarge."""
    body = request.get_data(cache=False)
    if request.max_content_length is not None and len(body) >= request.max_content_length:
        raise RequestEntityTooLarge
    return body


def nonempty_body(request: Request) -> bytes:
    """Return the body. Raises RequestEntityTooLarge; Refusal: invalid-request when it is empty."""
    body = body_of(request)
    if not body:
        raise Refusal("invalid-request", errors=[{"pointer": "/", "detail": "The body is empty."}])
    return body


def text(request: Request, *media_types: str) -> str:
    """Return the body as text of one of these media types. Raises Refusal: unsupported-media-type, invalid-request."""
    if request.mimetype not in media_types:
        raise Refusal("unsupported-media-type", {"expected": " or ".join(media_types)})
    try:
        return nonempty_body(request).decode()
    except UnicodeDecodeError as error:
        raise Refusal("invalid-request", errors=[{"pointer": "/", "detail": "The body is not UTF-8."}]) from error


def _is_deeper(value: Any, most: int) -> bool:
    """Whether lists and objects are nested more than `most` levels deep."""
    level = [value]
    for _ in range(most + 1):
        level = [
            inner
            for each in level
            if isinstance(each, (dict, list))
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True


def _no_such_number(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def query(request: Request, schema: Schema) -> dict[str, Any]:
    """Return the query as the schema loads it. A list field takes repeated parameters.

    Raises Refusal: invalid-request, with "parameter" in place of "pointer".
    """
    given: dict[str, Any] = {
        name: values if name in schema.fields and getattr(schema.fields[name], "inner", None) else values[-1]
        for name, values in request.args.lists()
        if name != "lang"
    }
    try:
        loaded: dict[str, Any] = schema.load(given)
    except ValidationError as error:
        messages: Any = error.messages
        raise Refusal(
            "invalid-request",
            errors=[
                {"parameter": found["pointer"].split("/")[1], "detail": found["detail"]} for found in pointers(messages)
            ],
        ) from error
    return loaded


def bearer(request: Request) -> str:
    """Return the bearer token (RFC 6750). Raises Refusal: token-needed."""
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise Refusal("token-needed")
    return given.token


def idempotency_key(request: Request) -> str | None:
    """Return the Idempotency-Key header. Raises Refusal: invalid-request."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not 1 <= len(key) <= 200:
        detail = "Length must be between 1 and 200."
        raise Refusal("invalid-request", errors=[{"header": "Idempotency-Key", "detail": detail}])
    return key


def dates_as_text(asked: dict[str, Any], ends: bool = False) -> dict[str, Any]:
    """Return a query with its dates as text. `ends`: name them `from` and `to`, as in an address."""
    names = {"first": "from", "last": "to"} if ends else {}
    return {
        names.get(name, name): each.isoformat() if isinstance(each, dt.date) else each for name, each in asked.items()
    }
