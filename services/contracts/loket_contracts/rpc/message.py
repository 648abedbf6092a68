"""Dataclasses that cross the bus, each with the marshmallow schema that loads it from JSON and dumps it to JSON.

A field that has its default is left out of the JSON, so an older service that does not know a new field is not
disturbed until the field is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar, get_args, get_origin

from marshmallow import Schema, ValidationError, missing, post_dump, post_load
from marshmallow.fields import Field

from ..errors import invalid_request
from .conversion import Dump, Load, dumper_of, loader_of

T = TypeVar("T")
_SCHEMAS: dict[type, type[MessageSchema[Any]]] = {}
_MADE: dict[type, MessageSchema[Any]] = {}


class MessageSchema(Schema, Generic[T]):
    """A schema that makes a dataclass: `class CancelAppointmentSchema(MessageSchema[CancelAppointment])`.

    The names of its fields are those of the dataclass. An unknown field is refused.
    """

    makes: ClassVar[type]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for base in cls.__dict__.get("__orig_bases__", ()):
            origin, arguments = get_origin(base), get_args(base)
            if isinstance(origin, type) and issubclass(origin, MessageSchema) and isinstance(arguments[0], type):
                cls.makes, _SCHEMAS[arguments[0]] = arguments[0], cls

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Any:
        return self.makes(**data)

    @post_dump
    def leave_out_defaults(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        defaults = self.defaults
        return {key: value for key, value in data.items() if key not in defaults or value != defaults[key]}

    @cached_property
    def loader(self) -> Load:
        """As `load`, made once."""
        return loader_of(self, self.makes, "make")

    @cached_property
    def dumper(self) -> Dump:
        """As `dump`, made once."""
        return dumper_of(self, self.defaults, "leave_out_defaults")

    @cached_property
    def defaults(self) -> Mapping[str, Any]:
        """The default of each optional field, as JSON."""
        return {field.data_key or name: _default(field) for name, field in self.fields.items() if not field.required}


def is_message(kind: Any) -> bool:
    """Whether this type has a schema."""
    return isinstance(kind, type) and kind in _SCHEMAS


def known() -> frozenset[type]:
    """Every dataclass with a schema that was imported."""
    return frozenset(_SCHEMAS)


def schema_of(message: type) -> MessageSchema[Any]:
    """The schema of a dataclass, made once. Raises KeyError when it has none."""
    if (schema := _MADE.get(message)) is None:
        schema = _MADE[message] = _SCHEMAS[message]()
    return schema


def from_json(message: type[T], body: Mapping[str, Any]) -> T:
    """Make a command or query from JSON. Raises Refusal: invalid-request, pointing at each field that is wrong."""
    try:
        made: T = schema_of(message).loader(body)
    except ValidationError as error:
        raise invalid_request(error) from error
    return made


def to_json(message: object) -> dict[str, Any]:
    """Write a message as JSON, without the fields that have their default."""
    written: dict[str, Any] = schema_of(type(message)).dumper(message)
    return written


def _default(field: Field[Any]) -> Any:
    if field.load_default is missing:  # the dataclass has the default None
        return None
    value = field.load_default() if callable(field.load_default) else field.load_default
    return field._serialize(value, None, None)
