"""Every queue of events, in one place: the service that consumes it and the events that it gets.

The services declare their queues from it, and the permissions of their users on the broker are derived from it.
"""

from __future__ import annotations

from collections.abc import Mapping

from .events import BOOKING_EXCHANGE, EVENTS, NOTIFICATION_EXCHANGE, REPORTING_EXCHANGE, readable_types


def _of(exchange: str, consumer: str | None = None) -> tuple[str, ...]:
    return tuple(
        event.name
        for event in EVENTS.values()
        if event.exchange == exchange and (consumer is None or consumer in event.consumed_by)
    )


#: the names of the events by exchange, by the name of the queue, which begins with that of the service
QUEUES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "booking.freed-time": {
        BOOKING_EXCHANGE: (
            "appointment.cancelled", "appointment.rescheduled", "waiting_list.passed_on", "waiting_list.left",
        )
    },
    # a portal may subscribe to each event of booking
    "notification.booking-events": {BOOKING_EXCHANGE: _of(BOOKING_EXCHANGE)},
    "notification.reports": {REPORTING_EXCHANGE: _of(REPORTING_EXCHANGE, "notification")},
    "reporting.events": {
        exchange: _of(exchange, "reporting") for exchange in (BOOKING_EXCHANGE, NOTIFICATION_EXCHANGE)
    },
}  # fmt: skip


def consumer_of(queue: str) -> str:
    """The service that consumes a queue."""
    return queue.partition(".")[0]


def queues_of(service: str) -> tuple[str, ...]:
    """The queues of events that a service consumes."""
    return tuple(queue for queue in QUEUES if consumer_of(queue) == service)


def sources_of(queue: str) -> list[tuple[str, list[str]]]:
    """The exchanges that a queue gets events from, each with the types of these events."""
    return [(exchange, readable_types(names)) for exchange, names in QUEUES[queue].items()]
