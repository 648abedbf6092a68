"""Answers of booking about the queue of a location, which are JSON as they are. Times are RFC 3339."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class PersonEntry(TypedDict):
    """A person in the queue. `shown`: on displays, the number of a ticket such as 12, or of an appointment such as A3.

    Booking of 0.1 shows the reference of an appointment, and leaves `called_at` out. `start`: of an appointment.
    `desk`: to which the person was called, at `called_at`.
    """

    kind: Literal["appointment", "ticket"]
    id: str
    shown: str
    state: str
    sequence: int
    team: str | None
    appointment_types: list[str]
    arrived_at: str
    start: str | None
    desk: str | None
    called_at: NotRequired[str | None]


class WaitRange(TypedDict, total=False):
    """About how long a person waits, in minutes, never beyond closing time; None when no person serves them now.

    `is_after_closing`: it will probably not be their turn today.
    """

    wait_from: int | None
    wait_to: int | None
    is_after_closing: bool


class WaitingPerson(PersonEntry, WaitRange):
    """A person who waits, in the order of calling. `expected_minutes`: over all teams, for callers of 0.1."""

    expected_minutes: int


class Queue(TypedDict):
    """`order`: how the next person is chosen. `called`: those who were called to a counter."""

    location: str
    order: str
    waiting: list[WaitingPerson]
    called: list[PersonEntry]


class ArrivedPerson(PersonEntry):
    """A person who checked in. `late`: they have no precedence any more."""

    late: bool


class WalkInTopics(TypedDict):
    """The appointment types for which a location gives numbers now, and when it gives the first ones after now."""

    appointment_types: list[str]
    opens_at: str | None


class Arrival(TypedDict):
    """An appointment that matches what a visitor typed. `shown`: the abbreviated name."""

    appointment: str
    reference: str
    start: str
    shown: str


class NotExpected(TypedDict):
    """Why an appointment is not expected here now: cancelled, no_show, later, past, elsewhere or done."""

    reason: str
    start: str
    location: str
