"""The JSON Schema of a municipality's file, with which editors complete and check it: `loket config schema`.

It knows the shape. Only `loket config load` checks what depends on other parts of the file, such as the name of a team.
"""

from __future__ import annotations

import re
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import fields

from loket_contracts.fields import Day, Identifier
from loket_contracts.languages import LANGUAGES

from .schema import MunicipalityFile
from .values import Clock, MeetingUrl, Phone, Text, TimeZone

TEXT = {
    "oneOf": [
        {"type": "string", "minLength": 1},
        {
            "type": "object", "minProperties": 1, "additionalProperties": False,
            "properties": {language: {"type": "string", "minLength": 1} for language in LANGUAGES},
        },
    ]
}  # fmt: skip
CLOCK = {"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][05]$"}
PREFIX = "#/$defs/"


def json_schema() -> dict[str, Any]:
    """The schema (JSON Schema 2020-12) of a whole file."""
    plugin = MarshmallowPlugin(schema_name_resolver=lambda schema: type(schema).__name__)
    spec = APISpec(title="", version="", openapi_version="3.1.0", plugins=[plugin])
    assert plugin.converter is not None
    plugin.converter.add_attribute_function(_of_own_field)
    for own in (Identifier, Day, Clock, Phone, MeetingUrl, TimeZone, Text):
        plugin.map_to_openapi_type(own, "string", None)
    spec.components.schema("MunicipalityFile", schema=MunicipalityFile)
    defined = _rewritten(spec.to_dict()["components"]["schemas"])
    whole = defined.pop("MunicipalityFile")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "The file of a municipality", **whole,
        "$defs": dict(sorted(defined.items())),
    }  # fmt: skip


def _of_own_field(converter: Any, field: fields.Field, **_: Any) -> dict[str, Any]:
    if isinstance(field, Text):
        return {"type": None, **TEXT}
    return dict(CLOCK) if isinstance(field, Clock) else {}


def _rewritten(content: Any) -> Any:
    """With patterns that JSON Schema reads, references below $defs, and no unknown keys."""
    if isinstance(content, list):
        return [_rewritten(each) for each in content]
    if not isinstance(content, dict):
        return content
    made = {key: _rewritten(value) for key, value in content.items() if not (key == "type" and value is None)}
    if isinstance(made.get("$ref"), str):
        made["$ref"] = PREFIX + made["$ref"].rpartition("/")[2]
    if isinstance(made.get("pattern"), str):
        made["pattern"] = re.sub(r"^\\A", "^", re.sub(r"\\Z$", "$", made["pattern"]))
    if made.get("type") == "object" and "properties" in made:
        made["additionalProperties"] = False
    return made
