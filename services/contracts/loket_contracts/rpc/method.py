"""The methods of a Protocol on the bus: name, version, parameters, and how their values become JSON.

Annotations are read once for each method. A value that is JSON already passes unchanged.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from marshmallow import ValidationError

from ..errors import invalid_request
from .message import is_message, schema_of

F = TypeVar("F", bound=Callable[..., Any])
Convert = Callable[[Any], Any]
#: the name of a method, and its arguments by name as JSON
Call = tuple[str, dict[str, Any]]
#: takes the arguments of a method, and returns the call of the earlier one
Before = Callable[..., Call]

#: the topic exchange of calls and replies; nameko chose its name
EXCHANGE = "nameko-rpc"
#: the version of the wire format: a body {"args": [...], "kwargs": {...}}, an answer {"result": ..., "error": ...}
FORMAT = 1
FORMAT_HEADER = "rpc-version"
_VERSION, _BEFORE = "__rpc_version__", "__rpc_before__"


def version(number: int, before: Before | None = None) -> Callable[[F], F]:
    """Mark a method of a Protocol whose parameters or meaning changed. Without it, a method has version 1.

    `before`: writes the call for a service of the previous release, which does not have this version. Clients use it
    while services are upgraded one by one.
    """

    def mark(method: F) -> F:
        setattr(method, _VERSION, number)
        setattr(method, _BEFORE, before)
        return method

    return mark


def before_of(method: Callable[..., Any]) -> Before | None:
    """The function that writes a call of this method for a service of the previous release."""
    before: Before | None = getattr(method, _BEFORE, None)
    return before


def routing_name(name: str, number: int) -> str:
    """The last part of the routing key, after the service: `cancel`, or `cancel@2` for version 2."""
    return name if number == 1 else f"{name}@{number}"


def is_call(routing_key: str, services: Collection[str]) -> bool:
    """Whether a message with this routing key is a call of one of these services, and no reply."""
    owner, dot, _ = routing_key.partition(".")
    return bool(dot) and owner in services


@dataclass(frozen=True)
class Conversion:
    """Converts the values of one type to JSON and back."""

    to_json: Convert
    from_json: Convert


@dataclass(frozen=True)
class Parameter:
    """One parameter of a method. `conversion`: None when its values are JSON as they are."""

    name: str
    annotation: Any
    required: bool
    conversion: Conversion | None


@dataclass(frozen=True)
class Method:
    """One method, with its documentation. Every answer is JSON as it is."""

    name: str
    version: int
    parameters: tuple[Parameter, ...]
    answer: Any
    documentation: str

    @property
    def routing_name(self) -> str:
        return routing_name(self.name, self.version)

    @property
    def summary(self) -> str:
        """The first line of the documentation."""
        return self.documentation.partition("\n")[0]

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.parameters)

    @cached_property
    def required(self) -> frozenset[str]:
        return frozenset(each.name for each in self.parameters if each.required)

    @cached_property
    def conversions(self) -> Mapping[str, Conversion]:
        return {each.name: each.conversion for each in self.parameters if each.conversion is not None}

    def bind(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments by name. Raises TypeError when they do not fit."""
        given = dict(zip(self.names, args, strict=False))
        if len(args) > len(self.names):
            raise TypeError(f"{self.name} takes {len(self.names)} arguments, not {len(args)}")
        for name in kwargs:
            if name in given or name not in self.names:
                raise TypeError(f"{self.name} takes no argument {name}, or has it already")
        given.update(kwargs)
        if not self.required <= given.keys():
            raise TypeError(f"{self.name} needs {', '.join(sorted(self.required - given.keys()))}")
        return given

    def read_arguments(self, given: dict[str, Any]) -> dict[str, Any]:
        """Arguments by name, from JSON. Raises Refusal: invalid-request, forbidden."""
        try:
            for name, conversion in self.conversions.items():
                if name in given:
                    given[name] = conversion.from_json(given[name])
        except ValidationError as error:
            raise invalid_request(error) from error
        return given

    def write_arguments(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Arguments as JSON, by position and by name as they are given."""
        known = self.conversions
        by_position = [
            known[name].to_json(value) if name in known else value
            for name, value in zip(self.names, args, strict=False)
        ]
        by_name = {name: known[name].to_json(value) if name in known else value for name, value in kwargs.items()}
        return by_position, by_name


@cache
def method_of(function: Callable[..., Any]) -> Method:
    """Read a method with its annotations. The first parameter, `self`, does not count."""
    _, *parameters = inspect.signature(function).parameters.values()
    hints = get_type_hints(function, include_extras=True)
    return Method(
        function.__name__,
        int(getattr(function, _VERSION, 1)),
        tuple(
            Parameter(each.name, hints.get(each.name), each.default is each.empty, conversion_of(hints.get(each.name)))
            for each in parameters
        ),
        hints.get("return"),
        inspect.getdoc(function) or "",
    )


def service_name(protocol: type) -> str:
    """The name of the service with this Protocol: the same, in lower case."""
    return protocol.__name__.lower()


@cache
def methods_of(protocol: type) -> dict[str, Callable[..., Any]]:
    """The methods of a Protocol, by name."""
    functions = inspect.getmembers(protocol, inspect.isfunction)
    return {name: method for name, method in functions if not name.startswith("_")}


def conversion_of(annotation: Any) -> Conversion | None:
    """How the values of this type become JSON; None when they are JSON as they are.

    The metadata of an Annotated type checks the value. Raises TypeError for a union of two messages, whose JSON may
    look the same.
    """
    if get_origin(annotation) is Annotated:
        plain, *checks = get_args(annotation)
        found = conversion_of(plain)
        return found and Conversion(found.to_json, _checked(found.from_json, checks))
    if is_message(annotation):
        schema = schema_of(annotation)
        load = schema.loader
        return Conversion(schema.dumper, lambda value: value if isinstance(value, annotation) else load(value))
    if get_origin(annotation) in (Union, types.UnionType):
        messages = [each_found for each in get_args(annotation) if (each_found := conversion_of(each))]
        if len(messages) > 1:
            raise TypeError(f"{annotation} names more than one message")
        return Conversion(_unless_none(messages[0].to_json), _unless_none(messages[0].from_json)) if messages else None
    return None


def _unless_none(convert: Convert) -> Convert:
    return lambda value: None if value is None else convert(value)


def _checked(convert: Convert, checks: Sequence[Callable[[Any], None]]) -> Convert:
    def convert_and_check(value: Any) -> Any:
        converted = convert(value)
        for check in checks:
            check(converted)
        return converted

    return convert_and_check
