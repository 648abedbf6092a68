"""When somebody is busy, worked out from their calendar (iCalendar, RFC 5545).

What cannot be understood is refused or busy, and never free.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import recurring_ical_events
from icalendar import Calendar, Component

from loket_contracts.errors import Refusal

from ..domain.catalogue import Closure
from ..domain.grid import MINUTES, zone
from .recurrence import can_be_worked_out, set_end

#: so far ahead the repetitions of an event are worked out
HORIZON = dt.timedelta(days=400)
MAX_EVENTS = 5000
FREE = frozenset({"TRANSPARENT"})
DAY = dt.timedelta(days=1)
GRID = dt.timedelta(minutes=MINUTES)
#: the reason of every closure that comes of an event: its title is not kept
BUSY = {"nl": "Bezet", "fr": "Occupé", "de": "Belegt", "en": "Busy"}
#: components of a calendar that take nobody's time, besides those of a name that begins with X-
TIMELESS = frozenset({"VTIMEZONE", "VTODO", "VJOURNAL"})
#: properties of an event without which its time is not known
NEEDED = frozenset({"DTSTART", "DTEND", "DURATION", "RDATE", "RECURRENCE-ID"})
LONGEST_NAME = 100
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError)
#: a time in UTC that names a time zone too, against section 3.2.19
_CONTRADICTION = re.compile(
    r'^((?:DTSTART|DTEND|RECURRENCE-ID|EXDATE|RDATE)(?:;[^:;\r\n]*)*?);TZID=(?:"[^"\r\n]*"|[^;:\r\n]*)'
    r"((?:;[^:\r\n]*)?:(?:\d{8}T\d{6}Z,?)+)(?=\r?$)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Source:
    """An event as its writer finds it again: the line of the file at which it begins, and its UID."""

    component: Component
    line: int
    name: str


def busy_times(text: str, now: dt.datetime, time_zone: str) -> list[Closure]:
    """The busy times of a calendar from today on, repetitions worked out, in the local time of `time_zone`.

    An event counts unless it is cancelled, marked free (TRANSP, section 3.8.2.7), or over before it begins, and a
    period of free/busy time unless its FBTYPE is FREE (section 3.2.9). Titles are not kept. Raises Refusal:
    invalid-request. What is written to take for ever does: see `apart`.
    """
    local = zone(time_zone)
    today = dt.datetime.combine(now.astimezone(local).date(), dt.time(), local)
    until = (now + HORIZON).astimezone(local)
    lines = iter(_lines_of_events(text))
    found = set()
    for calendar in _calendars(text):
        sources = [_source(each, next(lines, 0)) for each in _components(calendar) if each.name == "VEVENT"]
        periods: list[tuple[dt.date, dt.date]] = [
            period for each in calendar.subcomponents for period in _busy_periods(each)
        ]
        try:
            periods += _occurrences(calendar, sources, today, until)
            found |= {busy for start, end in periods for busy in _days_of(start, end, today, until)}
        except UNREADABLE as error:
            raise refused("This is not an iCalendar file.") from error
    return [
        Closure(first, last, BUSY, start, end)
        for first, last, start, end in sorted(found, key=lambda each: (each[0], each[2] or dt.time(), each[1]))
    ]


def refused(detail: str) -> Refusal:
    return Refusal("invalid-request", errors=[{"pointer": "/text", "detail": detail}])


def _calendars(text: str) -> list[Component]:
    """A file may hold several (section 3.4)."""
    unfolded = re.sub(r"\r?\n[ \t]", "", text.removeprefix("\ufeff"))
    try:
        calendars = Calendar.from_ical(_CONTRADICTION.sub(r"\1\2", unfolded), multiple=True)
    except UNREADABLE as error:
        raise refused("This is not an iCalendar file.") from error
    if not calendars or any(each.name != "VCALENDAR" for each in calendars):
        raise refused("This is not an iCalendar file.")
    return list(calendars)


def _lines_of_events(text: str) -> list[int]:
    return [
        number for number, line in enumerate(text.splitlines(), start=1) if line.strip().upper() == "BEGIN:VEVENT"
    ]  # fmt: skip


def _components(calendar: Component) -> Iterator[Component]:
    for each in calendar.subcomponents:
        if each.name in {"VEVENT", "VFREEBUSY"}:
            yield each
        elif each.name not in TIMELESS and not str(each.name).startswith("X-"):
            raise refused(f"This part of a calendar cannot be read: {each.name}.")


def _source(component: Component, line: int) -> Source:
    name = " ".join(str(component.get("UID", "")).split())[:LONGEST_NAME] or "?"
    return Source(component, line, name)


def _busy_periods(component: Component) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    if component.name != "VFREEBUSY":
        return
    given = component.get("FREEBUSY", ())
    for period in given if isinstance(given, list | tuple) else (given,):
        if str(period.params.get("FBTYPE", "BUSY")).upper() != "FREE":
            yield period.start, period.end


def _occurrences(
    calendar: Component, sources: list[Source], today: dt.datetime, until: dt.datetime
) -> list[tuple[dt.date, dt.date]]:
    assert today.tzinfo is not None
    for source in sources:
        _prepare(source, today.tzinfo)
    _tell_apart(sources)
    calendar.subcomponents = [
        *(each for each in calendar.subcomponents if each.name == "VTIMEZONE"),
        *(source.component for source in sources if not _ends_first(source.component)),
    ]
    try:
        events = recurring_ical_events.of(calendar).between(today, until)
    except UNREADABLE as error:
        raise _first_unreadable(calendar, sources, today, until) from error
    if len(events) > MAX_EVENTS:
        raise refused(f"There are more than {MAX_EVENTS} events in it.")
    return [(event.start, event.end) for event in events if not _is_free(event)]


def _first_unreadable(calendar: Component, sources: list[Source], today: dt.datetime, until: dt.datetime) -> Refusal:
    for source in sources:
        calendar.subcomponents = [source.component]
        try:
            recurring_ical_events.of(calendar).between(today, until)
        except UNREADABLE:
            return _unreadable(source)
    return refused("This is not an iCalendar file.")


def _unreadable(source: Source) -> Refusal:
    return refused(f"A time of the event at line {source.line} cannot be read: {source.name}.")


def _endless(source: Source) -> Refusal:
    return refused(f"The repetition of the event at line {source.line} cannot be worked out: {source.name}.")


def _is_free(event: Component) -> bool:
    return str(event.get("TRANSP", "")).upper() in FREE or str(event.get("STATUS", "")).upper() == "CANCELLED"


def _prepare(source: Source, local: dt.tzinfo) -> None:
    """Leave of an event what its time depends on, in the form that the standard wants. Raises Refusal."""
    component = source.component
    broken = {name.upper() for name, _ in component.errors if name}
    if "RRULE" in broken:
        raise _endless(source)
    if broken & NEEDED or "DTSTART" not in component:
        raise _unreadable(source)
    for name in broken:
        component.pop(name, None)
    for name in ("DTSTART", "DTEND"):
        given = component.get(name)
        if given is not None and "TZID" in given.params and _is_floating(given.dt):
            raise refused(f"The time zone of the event at line {source.line} is not known: {source.name}.")
    start = component["DTSTART"].dt
    given = component.get("RRULE", ())
    for rule in given if isinstance(given, list | tuple) else (given,):
        if not can_be_worked_out(rule, start):
            raise _endless(source)
        set_end(rule, start, local)


def _is_floating(moment: dt.date) -> bool:
    return isinstance(moment, dt.datetime) and moment.tzinfo is None


def _tell_apart(sources: list[Source]) -> None:
    """Give events that share a UID, or have none, one of their own.

    Otherwise only one of them would count. An occurrence that was changed (RECURRENCE-ID) keeps the UID of its series.
    """
    seen: dict[str, int] = defaultdict(int)
    for source in sources:
        uid = str(source.component.get("UID", ""))
        if "RECURRENCE-ID" in source.component and uid:
            continue
        seen[uid] += 1
        if not uid or seen[uid] > 1:
            source.component.pop("UID", None)
            source.component.add("UID", f"{uid}#{source.line}#{seen[uid]}")


def _ends_first(component: Component) -> bool:
    """Against section 3.8.2.2; working out repetitions would turn it around."""
    start, end = component.get("DTSTART"), component.get("DTEND")
    try:
        return bool(start and end and end.dt < start.dt)
    except TypeError:  # a day and a moment
        return False


def _days_of(
    start: dt.date, end: dt.date, today: dt.datetime, until: dt.datetime
) -> Iterator[tuple[dt.date, dt.date, dt.time | None, dt.time | None]]:
    """What of the stretch lies from today on, as whole days or as hours of each of its days, on the five-minute grid.

    `today`: its midnight, in the zone whose wall clock counts.
    """
    if not isinstance(start, dt.datetime) and not isinstance(end, dt.datetime):
        first, last = max(start, today.date()), min(max(start, end - DAY), until.date())
        if first <= last:  # DTEND is exclusive (section 3.6.1)
            yield first, last, None, None
        return
    assert today.tzinfo is not None
    from_, to = max(_instant(start, today.tzinfo), today), min(_instant(end, today.tzinfo), until)
    if to.astimezone(dt.UTC) <= from_.astimezone(dt.UTC):
        return
    begin, over = _first_wall(from_, today.tzinfo), _last_wall(to, today.tzinfo)
    date = begin.date()
    while date <= over.date():
        first_hour = begin.time() if date == begin.date() else None
        last_hour = over.time() if date == over.date() else None
        if last_hour != dt.time():  # nothing of this day: it ends at its midnight
            yield date, date, first_hour, last_hour
        date += DAY


def _instant(moment: dt.date, local: dt.tzinfo) -> dt.datetime:
    """In UTC. A date is its midnight, and a floating time is taken as it stands (section 3.3.5, form 1)."""
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, dt.time())
    return (moment.replace(tzinfo=local) if moment.tzinfo is None else moment).astimezone(dt.UTC)


def _first_wall(moment: dt.datetime, local: dt.tzinfo) -> dt.datetime:
    """What the clock on the wall shows at the start of the cell."""
    wall = moment.astimezone(local).replace(tzinfo=None, fold=0)
    return wall - dt.timedelta(minutes=wall.minute % MINUTES, seconds=wall.second, microseconds=wall.microsecond)


def _last_wall(moment: dt.datetime, local: dt.tzinfo) -> dt.datetime:
    """What the clock on the wall shows at the end of the cell.

    A closure takes an hour that comes twice for its first time. So what ends in its second time ends after it.
    """
    there = moment.astimezone(local)
    wall = there.replace(tzinfo=None, fold=0)
    if wall.minute % MINUTES or wall.second or wall.microsecond:
        wall += GRID
        wall -= dt.timedelta(minutes=wall.minute % MINUTES, seconds=wall.second, microseconds=wall.microsecond)
    while there.fold and _comes_twice(wall, local):
        wall += GRID
    return wall


def _comes_twice(wall: dt.datetime, local: dt.tzinfo) -> bool:
    first, second = (wall.replace(tzinfo=local, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second
