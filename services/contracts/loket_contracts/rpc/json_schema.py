"""JSON Schema (2020-12) of what crosses the bus: dataclasses by their marshmallow schema, TypedDicts by annotation."""

from __future__ import annotations

import datetime as dt
import inspect
import types
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from ..fields import Identifier, Instant
from .message import is_message, schema_of

SCALARS: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", types.NoneType: "null"}
#: types that a marshmallow schema writes as text
TEXTS: dict[Any, str] = {dt.datetime: "date-time", dt.date: "date", dt.time: "time"}


class Schemas:
    """The schemas of named types, each under `prefix` and its name."""

    def __init__(self, prefix: str = "#/components/schemas/") -> None:
        self._prefix = prefix
        self._named: dict[str, dict[str, Any]] = {}
        self._plugin = MarshmallowPlugin()
        self._spec = APISpec(title="", version="", openapi_version="3.1.0", plugins=[self._plugin])
        self._plugin.map_to_openapi_type(Instant, "string", "date-time")
        self._plugin.map_to_openapi_type(Identifier, "string", None)

    def named(self) -> dict[str, dict[str, Any]]:
        """Every named schema that was asked for, with those that it refers to, in the order of their names."""
        marshmallow = self._rewritten(self._spec.to_dict().get("components", {}).get("schemas", {}))
        return dict(sorted({**marshmallow, **self._named}.items()))

    def of(self, annotation: Any) -> dict[str, Any]:
        """The schema of a type. Raises TypeError for one that cannot cross the bus."""
        if annotation in (Any, object):
            return {}
        if annotation in SCALARS:
            return {"type": SCALARS[annotation]}
        if annotation in TEXTS:
            return {"type": "string", "format": TEXTS[annotation]}
        if is_message(annotation):
            return self._of_message(annotation)
        if is_typeddict(annotation):
            return self._of_typed_dict(annotation)
        return self._of_generic(annotation)

    def _of_generic(self, annotation: Any) -> dict[str, Any]:
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            plain, *restrictions = arguments
            kinds = [{"properties": {"kind": {"enum": list(each.kinds)}}} for each in restrictions]
            return {"allOf": [self.of(plain), *kinds]}
        if origin is Literal:
            return {"type": "string", "enum": list(arguments)}
        if origin in (Union, types.UnionType):
            return _any_of([self.of(each) for each in arguments])
        if origin is tuple and arguments[-1] is not Ellipsis:
            return {"type": "array", "prefixItems": [self.of(each) for each in arguments]}
        if origin in (list, tuple, Sequence):
            return {"type": "array", "items": self.of(arguments[0])}
        if origin in (dict, Mapping):
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        raise TypeError(f"{annotation} cannot cross the bus")

    def _of_message(self, message: type) -> dict[str, Any]:
        name = message.__name__
        if name not in self._spec.components.schemas:
            self._spec.components.schema(name, schema=schema_of(message), description=_first_line(message))
        return {"$ref": self._prefix + name}

    def _of_typed_dict(self, kind: type) -> dict[str, Any]:
        name = kind.__name__
        if name not in self._named:
            self._named[name] = {}  # so that a type may refer to itself
            hints = get_type_hints(kind, include_extras=True)
            properties = {
                key: self.of(get_args(hint)[0] if get_origin(hint) is NotRequired else hint)
                for key, hint in hints.items()
            }
            required = [key for key, hint in hints.items() if get_origin(hint) is not NotRequired]
            described = {"description": _first_line(kind)} if _first_line(kind) else {}
            self._named[name] = {"type": "object", **described, "properties": properties, "required": required}
        return {"$ref": self._prefix + name}

    def _rewritten(self, value: Any) -> Any:
        """With our prefix in references, and patterns as ECMA-262 writes them."""
        if isinstance(value, dict):
            return {key: self._rewritten(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._rewritten(each) for each in value]
        if isinstance(value, str):
            value = value.replace("#/components/schemas/", self._prefix)
            return value.replace("\\A", "^").replace("\\Z", "$")
        return value


def _any_of(schemas: Sequence[dict[str, Any]]) -> dict[str, Any]:
    if all(set(each) == {"type"} for each in schemas):
        return {"type": [each["type"] for each in schemas]}
    return {"anyOf": list(schemas)}


def _first_line(kind: type) -> str:
    """The first line of the docstring of a class; "" when it has none of its own."""
    text = inspect.cleandoc(kind.__doc__ or "")
    return "" if text.startswith(("dict(", f"{kind.__name__}(")) else text.partition("\n")[0]
