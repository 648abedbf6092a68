"""Load and dump the messages of a schema with functions that are made once.

marshmallow collects all errors and calls hooks by name, which costs more than the fields do. These functions only call
the fields. At the first error they leave the body to the schema, so it decides about whatever is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, missing
from marshmallow.decorators import POST_DUMP, POST_LOAD, PRE_DUMP, PRE_LOAD, VALIDATES, VALIDATES_SCHEMA
from marshmallow.fields import Field, Nested

Load = Callable[[Any], Any]
Dump = Callable[[Any], dict[str, Any]]


def loader_of(schema: Schema, make: Callable[..., Any], hook: str) -> Load:
    """As `schema.load`, and that itself for a schema with more than fields and validators.

    `make`: makes the message from its fields, as `hook` of the schema does.
    """
    if not _is_plain(schema, {POST_LOAD: hook}, (PRE_LOAD, VALIDATES)):
        return schema.load
    fields = [
        (name, field.data_key or name, _deserializer(field), field.required, field.load_default)
        for name, field in schema.load_fields.items()
    ]
    keys = {key for _, key, *_ in fields}
    validators = [getattr(schema, name) for name, *_ in schema._hooks[VALIDATES_SCHEMA]]

    def load(body: Any) -> Any:
        if type(body) is not dict or not body.keys() <= keys:
            return schema.load(body)
        values = {}
        try:
            for name, key, deserialize, required, default in fields:
                if key in body:
                    values[name] = deserialize(body[key], key, body)
                elif required:
                    return schema.load(body)
                elif default is not missing:
                    values[name] = default() if callable(default) else default
            for validate in validators:
                validate(values, partial=None, many=False, unknown=RAISE)
        except ValidationError:
            return schema.load(body)
        return make(**values)

    return load


def dumper_of(schema: Schema, defaults: Mapping[str, Any], hook: str) -> Dump:
    """As `schema.dump`, and that itself for a schema with more than fields.

    `defaults`: as JSON, by key; such a field is left out, as `hook` of the schema does.
    """
    if not _is_plain(schema, {POST_DUMP: hook}, (PRE_DUMP,)):
        return schema.dump
    fields = [
        (name, field.data_key or name, _serializer(field), defaults.get(field.data_key or name, missing))
        for name, field in schema.dump_fields.items()
    ]

    def dump(message: Any) -> dict[str, Any]:
        body = {}
        for name, key, serialize, default in fields:
            value = getattr(message, name)
            if value is None and default is None:
                continue
            written = serialize(value, name, message)
            if written != default:
                body[key] = written
        return body

    return dump


def _is_plain(schema: Schema, hooks: Mapping[str, str], without: tuple[str, ...]) -> bool:
    """Whether the schema has these hooks alone, is of one object, and each field has its own name and value."""
    return (
        not schema.many
        and not schema.partial
        and schema.unknown == RAISE
        and all([name for name, *_ in schema._hooks[tag]] == [hook] for tag, hook in hooks.items())
        and not any(schema._hooks[tag] for tag in without)
        and not any(many or how["pass_original"] for _, many, how in schema._hooks[VALIDATES_SCHEMA])
        and all(field.attribute is None and field._CHECK_ATTRIBUTE for field in schema.fields.values())
    )


def _deserializer(field: Field[Any]) -> Callable[[Any, str, Mapping[str, Any]], Any]:
    nested = _nested(field)
    if nested is None or field.validators or field.pre_load or field.post_load:
        return field.deserialize
    load: Load = getattr(nested, "loader", nested.load)

    def deserialize(value: Any, key: str, body: Mapping[str, Any]) -> Any:
        return load(value) if type(value) is dict else field.deserialize(value, key, body)

    return deserialize


def _serializer(field: Field[Any]) -> Callable[[Any, str, Any], Any]:
    nested = _nested(field)
    if nested is None:
        return field._serialize
    dump: Dump = getattr(nested, "dumper", nested.dump)
    return lambda value, *_: None if value is None else dump(value)


def _nested(field: Field[Any]) -> Schema | None:
    """The schema of a field with one message."""
    if not isinstance(field, Nested) or field.many or field.schema.many or field.unknown:
        return None
    return field.schema
