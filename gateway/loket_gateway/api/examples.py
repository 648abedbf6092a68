"""Examples of schemas, from the examples of their fields, else from the types of those."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from loket_contracts.fields import Email, Identifier, Instant, Phone

_BY_KIND: tuple[tuple[type[fields.Field[Any]], Any], ...] = (
    (Instant, "2026-11-30T09:00:00+01:00"),
    (fields.AwareDateTime, "2026-11-30T09:00:00+01:00"),
    (fields.Date, "2026-11-30"),
    (fields.Time, "09:00"),
    (Email, "lieve@example.org"),
    (Phone, "+32470123456"),
    (fields.Url, "https://loket.example/rumst/afspraak/abc"),
    (Identifier, "bouwadvies"),
    (fields.Boolean, True),
    (fields.Integer, 1),
    (fields.Float, 1.5),
    (fields.Dict, {}),
    (fields.String, "abc"),
)
_BY_NAME = {
    "municipality": "rumst", "location": "gemeentehuis", "resource": "ro-1", "team": "ruimtelijke-ordening",
    "time_zone": "Europe/Brussels", "language": "nl", "state": "booked", "id": "3f2a9c", "name": "Lieve Demo",
}  # fmt: skip


def example_of(schema: Schema) -> dict[str, Any]:
    """Return an example of a schema. Optional fields without an example are left out."""
    return {
        field.data_key or name: _of(name, field)
        for name, field in schema.fields.items()
        if field.required or "example" in field.metadata
    }


def _of(name: str, field: fields.Field[Any]) -> Any:
    if "example" in field.metadata:
        return field.metadata["example"]
    if field.allow_none and not field.required:
        return None
    if isinstance(field, fields.Nested):
        return example_of(field.schema)
    if isinstance(field, fields.List):
        return [_of(name, field.inner)]
    choice = next((each for each in field.validators if isinstance(each, validate.OneOf)), None)
    if choice is not None:
        return next(iter(choice.choices))
    if name in _BY_NAME and isinstance(field, fields.String):
        return _BY_NAME[name]
    return next((example for kind, example in _BY_KIND if isinstance(field, kind)), "abc")
