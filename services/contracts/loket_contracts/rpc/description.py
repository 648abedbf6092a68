"""Every service with an RPC interface, and its methods as they are on the bus. The documents are made from it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, get_type_hints

from .booking import Booking
from .method import methods_of, routing_name, version_of
from .notification import Notification
from .reporting import Reporting

PROTOCOLS: tuple[type, ...] = (Booking, Notification, Reporting)


@dataclass(frozen=True)
class Parameter:
    """One parameter of a method, with its type."""

    name: str
    annotation: Any
    required: bool


@dataclass(frozen=True)
class PublishedMethod:
    """A method with its routing key, such as `booking.cancel@2`, and its documentation."""

    service: str
    name: str
    version: int
    parameters: tuple[Parameter, ...]
    answer: Any
    documentation: str

    @property
    def routing_key(self) -> str:
        return f"{self.service}.{routing_name(self.name, self.version)}"

    @property
    def summary(self) -> str:
        """The first line of the documentation."""
        return self.documentation.partition("\n")[0]


def published_methods(protocol: type) -> Iterator[PublishedMethod]:
    """The methods of a Protocol, in the order of their names."""
    for name, method in sorted(methods_of(protocol).items()):
        yield _published(protocol.__name__.lower(), name, method)


def _published(service: str, name: str, method: Callable[..., Any]) -> PublishedMethod:
    hints = get_type_hints(method, include_extras=True)
    _, *parameters = inspect.signature(method).parameters.values()
    return PublishedMethod(
        service,
        name,
        version_of(method),
        tuple(Parameter(each.name, hints[each.name], each.default is each.empty) for each in parameters),
        hints["return"],
        inspect.getdoc(method) or "",
    )
