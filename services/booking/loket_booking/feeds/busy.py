"""Compute the busy times of a calendar (iCalendar, RFC 5545).

Anything that cannot be interpreted is refused or busy, never free.
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
from .recurrence import is_bounded, set_end

#: how far ahead repetitions are expanded
HORIZON = dt.timedelta(days=400)
MAX_EVENTS = 5000
FREE = frozenset({"TRANSPARENT"})
DAY = dt.timedelta(days=1)
GRID = dt.timedelta(minutes=MINUTES)
#: the reason of every closure of a feed: titles are not stored
BUSY = {"nl": "Bezet", "fr": "Occupé", "de": "Belegt", "en": "Busy"}
#: components of a calendar that take no time, besides those whose name begins with X-
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
    """An event, with its line in the file and its UID for error messages."""

    component: Component
    line: int
    name: str


def busy_times(text: str, now: dt.datetime, time_zone: str) -> list[Closure]:
    """The busy times of a calendar from today on, with repetitions, in the local time of `time_zone`.

    Skips events that are cancelled, marked free (TRANSP, section 3.8.2.7) or end before they start, and free/busy
    periods with FBTYPE=FREE (section 3.2.9). May take very long for a hostile calendar, so it runs in a worker process.
    Raises Refusal: invalid-request.
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
    """The calendars of a file, which may have several (section 3.4)."""
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
    _make_uids_unique(sources)
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
    return refused(f"The recurrence of the event at line {source.line} cannot be computed: {source.name}.")


def _is_free(event: Component) -> bool:
    return str(event.get("TRANSP", "")).upper() in FREE or str(event.get("STATUS", "")).upper() == "CANCELLED"


def _prepare(source: Source, local: dt.tzinfo) -> None:
    """Remove broken properties and normalise UNTIL. Raises Refusal when the time of the event is not clear."""
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
        if not is_bounded(rule, start):
            raise _endless(source)
        set_end(rule, start, local)


def _is_floating(moment: dt.date) -> bool:
    return isinstance(moment, dt.datetime) and moment.tzinfo is None


def _make_uids_unique(sources: list[Source]) -> None:
    """Give events with the same UID, or without one, a UID of their own.

    Otherwise only one of them would count. A changed occurrence (RECURRENCE-ID) keeps the UID of its series.
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
    """Whether the event ends before it starts, against section 3.8.2.2. Expansion would swap the two."""
    start, end = component.get("DTSTART"), component.get("DTEND")
    try:
        return bool(start and end and end.dt < start.dt)
    except TypeError:  # a date and a time
        return False


def _days_of(
    start: dt.date, end: dt.date, today: dt.datetime, until: dt.datetime
) -> Iterator[tuple[dt.date, dt.date, dt.time | None, dt.time | None]]:
    """The busy time from today on, as whole days or as hours of each day, on the five-minute grid.

    `today`: its midnight, in the local time zone.
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
    begin, over = _wall_start(from_, today.tzinfo), _wall_end(to, today.tzinfo)
    date = begin.date()
    while date <= over.date():
        first_hour = begin.time() if date == begin.date() else None
        last_hour = over.time() if date == over.date() else None
        if last_hour != dt.time():  # it ends at midnight, before this day
            yield date, date, first_hour, last_hour
        date += DAY


def _instant(moment: dt.date, local: dt.tzinfo) -> dt.datetime:
    """In UTC. A date is its midnight; a floating time is local (section 3.3.5, form 1)."""
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, dt.time())
    return (moment.replace(tzinfo=local) if moment.tzinfo is None else moment).astimezone(dt.UTC)


def _wall_start(moment: dt.datetime, local: dt.tzinfo) -> dt.datetime:
    """The wall clock at the start of the cell."""
    wall = moment.astimezone(local).replace(tzinfo=None, fold=0)
    return wall - dt.timedelta(minutes=wall.minute % MINUTES, seconds=wall.second, microseconds=wall.microsecond)


def _wall_end(moment: dt.datetime, local: dt.tzinfo) -> dt.datetime:
    """The wall clock at the end of the cell.

    A closure interprets an hour that occurs twice as the first. So an event that ends in the second ends after it.
    """
    there = moment.astimezone(local)
    wall = there.replace(tzinfo=None, fold=0)
    if wall.minute % MINUTES or wall.second or wall.microsecond:
        wall += GRID
        wall -= dt.timedelta(minutes=wall.minute % MINUTES, seconds=wall.second, microseconds=wall.microsecond)
    while there.fold and _occurs_twice(wall, local):
        wall += GRID
    return wall


def _occurs_twice(wall: dt.datetime, local: dt.tzinfo) -> bool:
    first, second = (wall.replace(tzinfo=local, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second
