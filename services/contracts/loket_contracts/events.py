"""Every event type, in one place: its name, its schema, an example, its producer and its consumers.

The AsyncAPI document, the table in docs/reference/events.md and the contract tests are made from `EVENTS`.
A new optional field is no new version; anything else is. A consumer reads every version through `upcast`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from marshmallow import Schema

from .envelope import Event, MalformedEvent
from .event_data import (
    AppointmentData,
    CancelledData,
    CapacityData,
    ErasedData,
    FailedMessageData,
    FeedbackData,
    MessageData,
    NotOnListData,
    OfferedData,
    ProvisionalData,
    ReportDueData,
    RescheduledData,
    SampleData,
    TicketData,
    WaitingListData,
)
from .event_examples import APPOINTMENT, MESSAGE, OFFERED, PROVISIONAL, TICKET, WAITING
from .visits import APPOINTMENT_TRANSITIONS, PREPARATION_TRANSITIONS, TICKET_TRANSITIONS, VisitTransition

BOOKING_EXCHANGE = "booking.events"
NOTIFICATION_EXCHANGE = "notification.events"
#: not reporting.events: RabbitMQ has the same permissions for a queue and an exchange of one name
REPORTING_EXCHANGE = "report.events"


#: turns the data of one version of an event into that of the next
Upcast = Callable[[Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True)
class EventType:
    """One event type. `example` is the golden example that both sides test against.

    `version`: the one that is published. `read_as`: the one that consumers read, when it is the next: a version is
    published one release after consumers can read it, so that services can be upgraded and rolled back in any order.
    `upcasts`: by the version that they start from, one for each version before the one that consumers read.
    """

    name: str
    summary: str
    schema: type[Schema]
    consumed_by: tuple[str, ...]
    example: Mapping[str, Any]
    exchange: str = BOOKING_EXCHANGE
    emitted_by: str = "booking"
    version: int = 1
    read_as: int | None = None
    upcasts: Mapping[int, Upcast] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The CloudEvents type, which is the routing key too: `appointment.booked.v1`."""
        return f"{self.name}.v{self.version}"

    @property
    def readable(self) -> int:
        """The newest version that consumers read."""
        return self.read_as or self.version


_MESSAGE_EVENTS = frozenset(
    {
        "appointment.companion_changed", "appointment.completed", "appointment.preparation_requested",
        "appointment.documents_due", "waiting_list.offered",
    }
)  # fmt: skip


def _consumers(name: str) -> tuple[str, ...]:
    return ("notification", "reporting") if name in _MESSAGE_EVENTS else ("reporting",)


def _of_transition(transition: VisitTransition, schema: type[Schema], example: Mapping[str, Any]) -> EventType:
    return EventType(
        transition.event,
        transition.summary,
        schema,
        _consumers(transition.event),
        {**example, "state": transition.state},
    )


EVENTS: dict[str, EventType] = {
    event.name: event
    for event in (
        EventType(
            name="appointment.provisional",
            summary="A stranger asked for an appointment, and gets a code to confirm it with.",
            schema=ProvisionalData,
            consumed_by=("notification",),
            example=PROVISIONAL,
        ),
        EventType(
            name="appointment.booked",
            summary="A resident has an appointment.",
            schema=AppointmentData,
            consumed_by=("notification", "reporting"),
            example=APPOINTMENT,
        ),
        EventType(
            name="appointment.cancelled",
            summary="An appointment will not take place; its time is free again.",
            schema=CancelledData,
            consumed_by=("notification", "reporting"),
            example={**APPOINTMENT, "state": "cancelled", "cancelled_by": "resident", "reason": "no-longer-needed"},
        ),
        EventType(
            name="appointment.rescheduled",
            summary="An appointment was moved to another moment.",
            schema=RescheduledData,
            consumed_by=("notification", "reporting"),
            example={
                **APPOINTMENT,
                "previous_start": "2026-11-27T09:00:00+01:00",
                "rescheduled_by": "resident",
            },
        ),
        *(_of_transition(transition, AppointmentData, APPOINTMENT) for transition in APPOINTMENT_TRANSITIONS),
        *(_of_transition(transition, AppointmentData, APPOINTMENT) for transition in PREPARATION_TRANSITIONS),
        *(_of_transition(transition, TicketData, TICKET) for transition in TICKET_TRANSITIONS),
        *(
            EventType(
                name=f"waiting_list.{name}",
                summary=summary,
                schema=schema,
                consumed_by=_consumers(f"waiting_list.{name}"),
                example=example,
            )
            for name, schema, summary, example in (
                ("joined", WaitingListData, "A resident would come earlier.", WAITING),
                (
                    "offered",
                    OfferedData,
                    "An earlier slot is held for a resident for a while.",
                    OFFERED,
                ),
                (
                    "passed_on",
                    NotOnListData,
                    "An offer was declined or not answered; the place on the list remains.",
                    {**WAITING, "reason": "declined"},
                ),
                (
                    "left",
                    NotOnListData,
                    "A resident is no longer on the waiting list.",
                    {**WAITING, "reason": "accepted"},
                ),
            )
        ),
        EventType(
            name="capacity.changed",
            summary="A resource can give more or less time on a day.",
            schema=CapacityData,
            consumed_by=("reporting",),
            example={
                "resource": "ro-1",
                "team": "ruimtelijke-ordening",
                "kind": "person",
                "date": "2026-11-30",
                "offered_minutes": 330,
            },
        ),
        EventType(
            name="availability.sampled",
            summary="Once a day: how far away the first and the third free slot are.",
            schema=SampleData,
            consumed_by=("reporting",),
            example={
                "appointment_type": "bouwadvies",
                "team": "ruimtelijke-ordening",
                "location": "gemeentehuis",
                "date": "2026-11-24",
                "first_after_days": 2,
                "third_after_days": 3,
            },
        ),
        EventType(
            name="feedback.given",
            summary="A resident rated a visit.",
            schema=FeedbackData,
            consumed_by=("reporting",),
            example={
                "appointment": APPOINTMENT["appointment"],
                "team": "ruimtelijke-ordening",
                "appointment_types": ["bouwadvies"],
                "score": 5,
                "has_comment": False,
            },
        ),
        EventType(
            name="resident.erased",
            summary="A resident was forgotten at their own request.",
            schema=ErasedData,
            consumed_by=("notification",),
            example={"appointments": [APPOINTMENT["appointment"]]},
        ),
        EventType(
            name="report.due",
            summary="A week of a team is over and counted.",
            exchange=REPORTING_EXCHANGE,
            schema=ReportDueData,
            emitted_by="reporting",
            consumed_by=("notification",),
            example={"team": "ruimtelijke-ordening", "from": "2026-11-16", "to": "2026-11-22"},
        ),
        EventType(
            name="notification.sent",
            summary="A message was handed to the mail server or the SMS provider.",
            exchange=NOTIFICATION_EXCHANGE,
            schema=MessageData,
            emitted_by="notification",
            consumed_by=("reporting",),
            example=MESSAGE,
        ),
        EventType(
            name="notification.failed",
            summary="A message was given up: its address or its moment was no good.",
            exchange=NOTIFICATION_EXCHANGE,
            schema=FailedMessageData,
            emitted_by="notification",
            consumed_by=("reporting",),
            example={**MESSAGE, "reason": "address refused"},
        ),
        EventType(
            name="notification.delivered",
            summary="The provider says that a message was received.",
            exchange=NOTIFICATION_EXCHANGE,
            schema=MessageData,
            emitted_by="notification",
            consumed_by=("reporting",),
            example=MESSAGE,
        ),
    )
}


def make(
    name: str,
    *,
    municipality: str,
    subject: str,
    sequence: int,
    time: dt.datetime,
    data: Mapping[str, Any],
    traceparent: str | None = None,
) -> Event:
    """The event `name` about `subject`. Its id follows from subject and sequence, so it can exist only once."""
    declared = EVENTS[name]
    return Event(
        id=f"{subject}.{sequence}",
        type=declared.type,
        source=f"loket/{declared.emitted_by}",
        municipality=municipality,
        subject=subject,
        sequence=sequence,
        time=time,
        data=data,
        traceparent=traceparent,
    )


def readable_types(names: Iterable[str]) -> list[str]:
    """The types of all versions of these events, which a consumer binds its queue to."""
    return [f"{name}.v{version}" for name in names for version in range(1, EVENTS[name].readable + 1)]


def upcast(event: Event, types: Mapping[str, EventType] = EVENTS) -> Event:
    """The event as the version that consumers read would say it.

    Raises MalformedEvent for a version that is newer than this consumer, which can read it after its upgrade.
    """
    current = types.get(event.name)
    if current is None or event.version == current.readable:
        return event
    if event.version > current.readable:
        raise MalformedEvent(
            f"{event.type} is newer than version {current.readable}; upgrade the consumer, then replay the event"
        )
    data = event.data
    for version in range(event.version, current.readable):
        data = current.upcasts[version](data)
    return replace(event, type=f"{event.name}.v{current.readable}", data=data)
