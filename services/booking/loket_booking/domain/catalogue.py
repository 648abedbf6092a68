"""What a municipality offers: locations, teams, resources, appointment types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

Text = Mapping[str, str]
"""One text in several languages, by language code: {"nl": "...", "fr": "..."}."""


@dataclass(frozen=True)
class OpeningRule:
    """Recurring hours in local time. `weekdays`: 0 is Monday. The dates are inclusive, None is without end.

    `every_weeks`: 2 is every other week, counted from the week of `valid_from`.
    """

    weekdays: frozenset[int]
    start: dt.time
    end: dt.time
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    every_weeks: int = 1

    def applies_on(self, date: dt.date) -> bool:
        return (
            date.weekday() in self.weekdays
            and (self.every_weeks == 1 or _weeks_between(self.valid_from, date) % self.every_weeks == 0)
            and (self.valid_from is None or self.valid_from <= date)
            and (self.valid_until is None or date <= self.valid_until)
        )


def _weeks_between(first: dt.date | None, date: dt.date) -> int:
    """How many weeks the week of `date` lies after that of `first`; weeks begin on Monday."""
    start = first or dt.date(1970, 1, 5)
    return ((date - dt.timedelta(days=date.weekday())) - (start - dt.timedelta(days=start.weekday()))).days // 7


@dataclass(frozen=True)
class Closure:
    """Time taken out: whole days from `first` to `last` inclusive, or the hours `start` to `end` of each of them."""

    first: dt.date
    last: dt.date
    reason: Text
    start: dt.time | None = None
    end: dt.time | None = None

    def applies_on(self, date: dt.date) -> bool:
        return self.first <= date <= self.last


@dataclass(frozen=True)
class Holidays:
    """Public holidays of a country as the `holidays` library knows them, and the local days it does not.

    `local`: (month, day) of each year, such as 11 July in Flanders.
    """

    country: str
    subdivision: str | None = None
    local: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Address:
    street: str
    postcode: str
    city: str

    def __str__(self) -> str:
        return f"{self.street}, {self.postcode} {self.city}"


@dataclass(frozen=True)
class Location:
    """A place where people are received, or a channel: `channel` is on_site, phone, video or visit."""

    id: str
    name: Text
    channel: str
    time_zone: str
    address: Address | None = None
    directions: Text = field(default_factory=dict)
    closures: tuple[Closure, ...] = ()


@dataclass(frozen=True)
class Team:
    id: str
    name: Text
    email: str | None = None


@dataclass(frozen=True)
class Resource:
    """A person, room or desk with a calendar of its own. `id` is a code that appears in events: never a name."""

    id: str
    kind: str
    name: str
    locations: frozenset[str]
    hours: tuple[OpeningRule, ...]
    team: str | None = None
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    closures: tuple[Closure, ...] = ()


@dataclass(frozen=True)
class Need:
    """One resource that an appointment needs: of a kind, and with a skill (or a room's property) if one is named."""

    kind: str
    skill: str | None = None

    def is_met_by(self, resource: Resource) -> bool:
        return resource.kind == self.kind and (self.skill is None or self.skill in resource.skills)


@dataclass(frozen=True)
class Question:
    """An intake question. `kind` is text, choice, parcel or reference; `choices` are for a choice."""

    id: str
    label: Text
    kind: str = "text"
    required: bool = False
    hint: Text = field(default_factory=dict)
    choices: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True)
class AppointmentType:
    """What can be booked. Times in minutes; `horizon`: how many days ahead may be booked.

    The lead time is the later of `notice` and `notice_working_days`.
    """

    id: str
    name: Text
    team: str
    locations: tuple[str, ...]
    duration: int
    needs: tuple[Need, ...]
    description: Text = field(default_factory=dict)
    category: Text = field(default_factory=dict)
    per_extra_person: int = 0
    preparation: int = 0
    wrap_up: int = 0
    interval: int = 15
    notice: dt.timedelta = dt.timedelta(hours=2)
    notice_working_days: int = 0
    horizon: int = 60
    questions: tuple[Question, ...] = ()
    bring: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Municipality:
    """A tenant, whole. `version` rises with every change of its configuration.

    `retention_days`: so many days after a visit, who came and what they answered is forgotten.
    """

    id: str
    name: Text
    time_zone: str
    languages: tuple[str, ...]
    locations: Mapping[str, Location]
    teams: Mapping[str, Team]
    resources: Mapping[str, Resource]
    appointment_types: Mapping[str, AppointmentType]
    holidays: Holidays | None = None
    closures: tuple[Closure, ...] = ()
    hold_minutes: int = 10
    retention_days: int = 180
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    version: int = 0
