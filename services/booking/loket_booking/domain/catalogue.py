"""What a municipality offers: locations, teams, resources, appointment types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from loket_contracts.languages import Text
from loket_contracts.reasons import USUAL_REASONS

from .online import Look, Online


@dataclass(frozen=True)
class OpeningRule:
    """Recurring hours in local time. `weekdays`: 0 is Monday. The dates are inclusive, None is without end.

    `every_weeks`: 2 is every other week, counted from the week of `valid_from`. `appointment_types`: the only types for
    which these hours are; empty is any type.
    """

    weekdays: frozenset[int]
    start: dt.time
    end: dt.time
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    every_weeks: int = 1
    appointment_types: frozenset[str] = frozenset()

    def serves(self, types: Iterable[str]) -> bool:
        """Whether all these types can be given in these hours."""
        return not self.appointment_types or self.appointment_types.issuperset(types)

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

    @property
    def whole_day(self) -> bool:
        return self.start is None and self.end is None


@dataclass(frozen=True)
class Closed:
    """Closures beside the configuration, by what they close."""

    everywhere: tuple[Closure, ...] = ()
    locations: Mapping[str, tuple[Closure, ...]] = field(default_factory=dict)
    resources: Mapping[str, tuple[Closure, ...]] = field(default_factory=dict)


NOTHING_CLOSED = Closed()


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
    """A place where people are received, or a channel: `channel` is on_site, phone, video or visit.

    `travel_minutes`: what a visit to somebody's home or site takes of the specialist's day, before and after.
    `meeting_url`: of a video location; {reference} in it stands for the reference of an appointment.
    """

    id: str
    name: Text
    channel: str
    time_zone: str
    address: Address | None = None
    directions: Text = field(default_factory=dict)
    closures: tuple[Closure, ...] = ()
    travel_minutes: int = 0
    meeting_url: str = ""


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
    """One resource that an appointment needs: of a kind, with a skill (or a room's property), of a team, or by name.

    `team`: another team than the appointment's own, for what two teams give together.
    """

    kind: str
    skill: str | None = None
    team: str | None = None
    resource: str | None = None

    def is_met_by(self, resource: Resource, team: str) -> bool:
        """`team`: the one that gives the appointment. A room without a team serves all."""
        return (
            resource.kind == self.kind
            and (self.skill is None or self.skill in resource.skills)
            and (self.resource is None or self.resource == resource.id)
            and resource.team in (None, self.team or team)
        )


@dataclass(frozen=True)
class Question:
    """An intake question. `kind` is text, choice, parcel, reference or file; `choices` are for a choice.

    `only_if`: (question, choices): asked only when that other question was answered by one of those choices.
    A required file need not be there at the booking, but `due_working_days` before the visit; when it is missing then,
    `if_missing` says what follows: keep, flag or release.
    """

    id: str
    label: Text
    kind: str = "text"
    required: bool = False
    hint: Text = field(default_factory=dict)
    choices: Mapping[str, Text] = field(default_factory=dict)
    only_if: tuple[str, frozenset[str]] | None = None
    due_working_days: int = 1
    if_missing: str = "keep"

    def is_asked(self, answers: Mapping[str, str]) -> bool:
        """Whether these answers to the other questions lead to this one."""
        return self.only_if is None or answers.get(self.only_if[0]) in self.only_if[1]


@dataclass(frozen=True)
class Guidance:
    """Whether one needs to come at all: a text, and the address of what may do instead."""

    text: Text
    link: str | None = None


@dataclass(frozen=True)
class Study:
    """File study that need not lie beside the visit: `minutes` somewhere in the `working_days` before it."""

    minutes: int
    working_days: int


@dataclass(frozen=True)
class AppointmentType:
    """What can be booked. Times in minutes; `horizon`: how many days ahead may be booked.

    The lead time is the later of `notice` and `notice_working_days`. `visibility`: public, staff, or link (by
    invitation). `keywords`: other words that people search by. `retention_days` and `pseudonymise` say when and how who
    came is forgotten; None is the municipality's.
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
    visibility: str = "public"
    guidance: Guidance | None = None
    keywords: tuple[Text, ...] = ()
    study: Study | None = None
    retention_days: int | None = None
    pseudonymise: bool = False


@dataclass(frozen=True)
class QueuePolicy:
    """Who is called next. `order`: appointments_first or arrival.

    With appointments_first, an appointment has precedence from `early_minutes` before its start until `late_minutes`
    after it; outside of that it waits among the tickets, by arrival.
    """

    order: str = "appointments_first"
    early_minutes: int = 5
    late_minutes: int = 15


@dataclass(frozen=True)
class Municipality:
    """A tenant, whole. `version` rises with every change of its configuration.

    `languages`: the first one is its default. `country`: ISO 3166-1 alpha-2.
    `retention_days`: so many days after a visit, who came and what they answered is forgotten. `release_minutes`: so
    long after a cancellation its time comes free, so that slots cannot be handed on. `no_show_minutes`: so long after
    the start an expected visitor counts as missing; None leaves that to people. `offer_minutes`: how long an offer from
    the waiting list stands. `most_holds_per_client`, `most_bookings_per_client` (in an hour) and
    `most_per_contact`: 0 is without limit. `reasons`: by command.
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
    release_minutes: int = 0
    no_show_minutes: int | None = None
    offer_minutes: int = 240
    most_holds_per_client: int = 0
    most_bookings_per_client: int = 0
    most_per_contact: int = 0
    retention_days: int = 180
    queue: QueuePolicy = QueuePolicy()
    online: Online = field(default_factory=Online)
    look: Look = field(default_factory=Look)
    reasons: Mapping[str, frozenset[str]] = field(default_factory=lambda: USUAL_REASONS)
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    country: str = "BE"
    version: int = 0
