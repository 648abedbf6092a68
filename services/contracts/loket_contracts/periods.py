"""Rules for periods of days and hours, shared by configuration files and commands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from marshmallow import Schema, ValidationError, validates_schema

MIDNIGHT = dt.time()
#: the parts of a day by their first hour and the hour after their last; None is the beginning or end of the day
PARTS_OF_DAY: Mapping[str, tuple[dt.time | None, dt.time | None]] = {
    "morning": (None, dt.time(12)),
    "afternoon": (dt.time(12), dt.time(17)),
    "evening": (dt.time(17), None),
}
_stored: ContextVar[bool] = ContextVar("stored", default=False)


@contextmanager
def reading_stored() -> Iterator[None]:
    """What is loaded within was stored before: rules about what can never apply do not count, as they may be newer."""
    token = _stored.set(True)
    try:
        yield
    finally:
        _stored.reset(token)


def is_stored() -> bool:
    """Whether what is loaded was stored before."""
    return _stored.get()


def check_days(first: dt.date | None, last: dt.date | None, field: str) -> None:
    """Raises ValidationError at `field` when the last day lies before the first."""
    if first is not None and last is not None and last < first and not is_stored():
        raise ValidationError("The last day must not lie before the first.", field)


def check_hours(start: dt.time | None, end: dt.time | None, field: str) -> None:
    """Raises ValidationError at `field` when the end is not after the start. 00:00 as an end is midnight."""
    if start is not None and end is not None and end != MIDNIGHT and end <= start and not is_stored():
        raise ValidationError("The end must lie after the start.", field)


class ClosedTime(Schema):
    """For schemas with `first`, `last`, and `start` and `end` of each of these days, any of them None."""

    @validates_schema
    def closes_something(self, data: dict[str, Any], **_: Any) -> None:
        check_days(data["first"], data["last"], "last")
        check_hours(data["start"], data["end"], "to")


class WelcomeHours(Schema):
    """For schemas with `after` and `before`, local times that may be None."""

    @validates_schema
    def welcomes_something(self, data: dict[str, Any], **_: Any) -> None:
        check_hours(data["after"], data["before"], "before")
