"""Plan the messages that an event triggers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from loket_contracts.reasons import RESIDENT_REASONS
from loket_contracts.unknown_fields import PreservesUnknownFields

from .event import AppointmentEvent
from .kinds import KINDS, SMS, Kind
from .timing import QuietHours, Timing, due_at, outside_quiet_hours


@dataclass(frozen=True)
class Plan:
    """The message plan of a municipality. `timings`: by kind, None for never; `by_type`: per appointment type.

    `resident_reasons`: with these codes staff cancel or move for the resident, so no message apologises.
    `most_per_day`: to one person, by channel. `texts`: its own phrases, by language and kind. `sender`: the sender name
    of an SMS. `weekly_report`: whether each team with an address gets one.
    """

    timings: Mapping[str, Timing | None] = field(default_factory=dict)
    by_type: Mapping[str, Mapping[str, Timing | None]] = field(default_factory=dict)
    quiet_hours: QuietHours | None = field(default_factory=lambda: QuietHours(dt.time(21), dt.time(8)))
    resident_reasons: frozenset[str] = RESIDENT_REASONS
    most_per_day: Mapping[str, int] = field(default_factory=lambda: {"email": 20, "sms": 6})
    texts: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    sender: str = "Loket"
    weekly_report: bool = True

    def timing(self, kind: Kind, types: tuple[str, ...]) -> Timing | None:
        """The timing of the first type that has one, else that of the municipality, else the usual one."""
        for name in types:
            own = self.by_type.get(name, {})
            if kind.name in own:
                return own[kind.name]
        return self.timings.get(kind.name, kind.usual)


@dataclass(frozen=True)
class PlannedMessage(PreservesUnknownFields):
    """One message. Its id is derived from its content, so that a repeated event plans nothing new.

    `start`: the start of the visit according to the event. `otherwise`: the channels to try when this one fails.
    """

    municipality: str
    appointment: str
    sequence: int
    kind: str
    channel: str
    start: dt.datetime
    time_zone: str
    due_at: dt.datetime
    until: dt.datetime
    otherwise: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.appointment}:{self.sequence}:{self.kind}:{self.channel}"


def plan(event: AppointmentEvent, own: Plan, now: dt.datetime) -> list[PlannedMessage]:
    """The messages that this event triggers."""
    found = []
    for kind in KINDS.values():
        timing = own.timing(kind, event.types)
        if timing is None or not kind.is_asked_for(event, own.resident_reasons):
            continue
        if kind.is_code:
            found.append(_code(event, kind, now))
            continue
        moments = due_at(timing, event.start, event.end, event.time_zone, now, kind.condition == "visit")
        if moments is None:
            continue
        due, until = moments
        for channel in timing.channels:
            quiet = own.quiet_hours if channel == SMS else None
            allowed = outside_quiet_hours(quiet, due, until, now, event.time_zone)
            if allowed is not None:
                found.append(
                    PlannedMessage(
                        event.municipality, event.appointment, event.sequence, kind.name, channel, event.start,
                        event.time_zone, allowed, until, timing.otherwise,
                    )
                )  # fmt: skip
    return found


def _code(event: AppointmentEvent, kind: Kind, now: dt.datetime) -> PlannedMessage:
    """The code of a provisional booking, for which its resident waits: at once, also in the quiet hours."""
    return PlannedMessage(
        event.municipality, event.appointment, event.sequence, kind.name, event.confirm_by, event.start,
        event.time_zone, now, event.expires or event.start,
    )  # fmt: skip


def fallback_message(message: PlannedMessage, channel: str, now: dt.datetime) -> PlannedMessage:
    """The same message over another channel, after its own failed."""
    return PlannedMessage(
        message.municipality, message.appointment, message.sequence, message.kind, channel, message.start,
        message.time_zone, now, message.until,
    )  # fmt: skip
