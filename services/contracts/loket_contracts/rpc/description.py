"""Every service with an RPC interface, and its methods as they are on the bus. The documents are made from it."""

from __future__ import annotations

from collections.abc import Iterator

from .booking import Booking
from .method import Method, method_of, methods_of, service_name
from .notification import Notification
from .reporting import Reporting

PROTOCOLS: tuple[type, ...] = (Booking, Notification, Reporting)


def published_methods() -> Iterator[tuple[str, Method]]:
    """The methods of all services in the order of their names, each with its routing key, as `booking.cancel@2`."""
    for protocol in PROTOCOLS:
        for method in methods_by_name(protocol):
            yield f"{service_name(protocol)}.{method.routing_name}", method


def methods_by_name(protocol: type) -> list[Method]:
    """The methods of a Protocol, in the order of their names."""
    return [method_of(function) for _, function in sorted(methods_of(protocol).items())]
