"""Refuse a request with a stable code of `error_codes`.

A code becomes the `type` of an RFC 9457 problem at the gateway, which also chooses the HTTP status and the language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema, ValidationError

from .error_codes import ERRORS
from .refusal_codes import RefusalCode

#: the errors of one response at most; a megabyte of unknown fields would cause four megabytes
MAX_ERRORS = 100


class Refusal(Exception):
    """A request that is refused, by code.

    `params` fill the sentence of the code. `errors` point at fields: {"pointer": "/contact/email", "detail": "..."}
    (pointer: RFC 6901; for a configuration also "line"). All values are strings, so that it crosses the bus whole.
    """

    def __init__(
        self, code: RefusalCode, params: Mapping[str, Any] | None = None, errors: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        self.code = code
        self.params = {name: str(value) for name, value in (params or {}).items()}
        self.errors = [{name: str(value) for name, value in error.items()} for error in errors]
        super().__init__(code, self.params, self.errors)

    def __str__(self) -> str:
        return f"{self.code} {self.params or ''}{self.errors or ''}"

    @property
    def detail(self) -> str:
        """The English sentence."""
        return ERRORS[self.code].detail.format_map(self.params)


def pointers(messages: Mapping[Any, Any] | Sequence[Any], at: str = "") -> list[dict[str, str]]:
    """marshmallow's nested error messages as a flat list of {"pointer", "detail"}."""
    if isinstance(messages, Mapping):
        found = []
        for key, below in messages.items():
            step = "" if key == "_schema" else "/" + str(key).replace("~", "~0").replace("/", "~1")
            found += pointers(below, at + step)
        return found
    return [{"pointer": at or "/", "detail": str(message)} for message in messages]


def load(schema: Schema, body: Mapping[str, Any]) -> Any:
    """Load the body with the schema. Raises Refusal: invalid-request, pointing at each field that is wrong."""
    try:
        return schema.load(body)
    except ValidationError as error:
        raise invalid_request(error) from error


def invalid_request(error: ValidationError) -> Refusal:
    """The refusal that points at each field that is wrong."""
    messages: Any = error.messages
    return Refusal("invalid-request", errors=pointers(messages)[:MAX_ERRORS])
