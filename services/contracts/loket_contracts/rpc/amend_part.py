"""The command that changes, adds or removes one part of a text that a municipality sets: its configuration or its
message plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields, validate

from ..fields import Identifier
from .message import MessageSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendPart:
    """Change some values of one part, and leave all else of the text as it is.

    `version`: of the text that was changed. `values`: by key, as YAML would read them with every scalar a string; None
    removes a key. `action`: change; add, which takes a free name that begins with `name`; remove, without values; or
    restore, which adds a removed part again.
    """

    section: str
    name: str
    version: int
    values: Mapping[str, Any]
    action: str = "change"


class AmendPartSchema(MessageSchema[AmendPart]):
    """Change some values of one part of a text."""

    section = fields.String(required=True)
    name = Identifier(required=True)
    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    values = fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True), required=True)
    action = fields.String(load_default="change", validate=validate.OneOf(("change", "add", "remove", "restore")))
