"""Which changes of a JSON Schema break a program that was written for the schema before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

JsonSchema = dict[str, Any]
#: `request`: the other program writes what we read; `answer`: it reads what we write
Direction = Literal["request", "answer"]
#: keyword -> whether a higher number allows more
LIMITS = {"maxLength": True, "maxItems": True, "maximum": True, "minLength": False, "minItems": False, "minimum": False}


class SchemaDiff:
    """Compares two documents' schemas, whose `$ref` are pointers into their own document."""

    def __init__(self, old_document: Any, new_document: Any) -> None:
        self._old_document, self._new_document = old_document, new_document

    def breaking(self, old: JsonSchema, new: JsonSchema, direction: Direction, at: str) -> list[str]:
        """One sentence for each breaking change, with its place."""
        return list(self._compare(old, new, direction, at, frozenset()))

    def _compare(
        self, old: JsonSchema, new: JsonSchema, direction: Direction, at: str, seen: frozenset[tuple[str, str]]
    ) -> Iterator[str]:
        pair = (str(old.get("$ref")), str(new.get("$ref")))
        if pair in seen:  # a schema that contains itself
            return
        seen = seen | {pair} if "$ref" in old else seen
        old, new = resolve(self._old_document, old), resolve(self._new_document, new)
        yield from _types(old, new, direction, at)
        yield from _values(old, new, direction, at)
        if direction == "request":
            yield from _limits(old, new, at)
        yield from self._properties(old, new, direction, at, seen)
        for keyword, step in (("items", "[]"), ("additionalProperties", "{}")):
            if isinstance(old.get(keyword), dict) and isinstance(new.get(keyword), dict):
                yield from self._compare(old[keyword], new[keyword], direction, f"{at}{step}", seen)
        for keyword in ("allOf", "anyOf", "oneOf"):
            for before, after in zip(old.get(keyword, ()), new.get(keyword, ()), strict=False):
                yield from self._compare(before, after, direction, at, seen)

    def _properties(
        self, old: JsonSchema, new: JsonSchema, direction: Direction, at: str, seen: frozenset[tuple[str, str]]
    ) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name in before.keys() - after.keys():
            yield f"{at}.{name} is gone"
        required_before, required = set(old.get("required", ())), set(new.get("required", ()))
        if direction == "request":
            for name in sorted(required - required_before):
                yield f"{at}.{name} is required now"
        else:
            for name in sorted((required_before - required) & after.keys()):
                yield f"{at}.{name} may be missing now"
        for name in sorted(before.keys() & after.keys()):
            yield from self._compare(before[name], after[name], direction, f"{at}.{name}", seen)


def resolve(document: Any, schema: JsonSchema) -> JsonSchema:
    """What a schema or another part refers to, or itself."""
    while "$ref" in schema:
        found = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        schema = found
    return schema


def _types(old: JsonSchema, new: JsonSchema, direction: Direction, at: str) -> Iterator[str]:
    before, after = _as_set(old.get("type")), _as_set(new.get("type"))
    if not before or not after:
        return
    lost = before - after if direction == "request" else after - before
    if "integer" in lost and "number" in (after if direction == "request" else before):
        lost -= {"integer"}
    if lost:
        yield f"{at} was {_listed(before)} and is {_listed(after)}"


def _values(old: JsonSchema, new: JsonSchema, direction: Direction, at: str) -> Iterator[str]:
    if direction == "request" and "enum" in new:
        allowed = {str(each) for each in new["enum"]}
        gone = {str(each) for each in old["enum"]} - allowed if "enum" in old else {"any other value"}
        if gone:
            yield f"{at} no longer allows {_listed(gone)}"


def _limits(old: JsonSchema, new: JsonSchema, at: str) -> Iterator[str]:
    for keyword, more_is_wider in LIMITS.items():
        before, after = old.get(keyword), new.get(keyword)
        if after is None or before == after:
            continue
        if before is None or (after < before) is more_is_wider:
            yield f"{at} has {keyword} {after} now" + (f", it was {before}" if before is not None else "")


def _as_set(value: Any) -> set[str]:
    return set() if value is None else {value} if isinstance(value, str) else set(value)


def _listed(values: set[str]) -> str:
    return " or ".join(sorted(values))
