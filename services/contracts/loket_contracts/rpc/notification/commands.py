"""Commands of notification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from marshmallow import fields, validate

from ...fields import ListAsTuple
from ..message import MessageSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """Send events to `url`. `types`: event types, as AsyncAPI lists them."""

    url: str
    types: Sequence[str]


class SubscribeSchema(MessageSchema[Subscribe]):
    """Send events to an address of a portal."""

    url = fields.Url(
        required=True, schemes={"https", "http"}, require_tld=False, validate=validate.Length(max=2000),
        metadata={"description": "where they are sent: a public address, by https", "example": "https://portal.example/hook"},
    )  # fmt: skip
    types = ListAsTuple(
        fields.String(validate=validate.Length(max=80)), required=True, validate=validate.Length(min=1, max=40),
        metadata={"description": "event types, as AsyncAPI lists them", "example": ["appointment.booked.v1"]},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Callback:
    """A request of a provider about a message, as the gateway received it. Names of headers are in lower case."""

    method: str
    url: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


class CallbackSchema(MessageSchema[Callback]):
    """A delivery receipt, which notification reads as its provider writes it."""

    method = fields.String(required=True)
    url = fields.String(required=True)
    query = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    headers = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    body = fields.String(load_default="")
