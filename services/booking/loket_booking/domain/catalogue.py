"""What a municipality offers: locations, teams, resources, appointment types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from loket_contracts.errors import Refusal
from loket_contracts.languages import Text
from loket_contracts.reasons import USUAL_REASONS

from .offer_hours import OfferHours
from .online import Look, Online
from .statements import AccessibilityStatement, PrivacyStatement


@dataclass(frozen=True)
class OpeningRule:
    """Recurring hours in local time. `weekdays`: 0 is Monday. The dates are inclusive, None is without end.

    `every_weeks`: 2 is every other week, counted from the week of `valid_from`. `appointment_types`: the types that the
    hours are for; empty is any type.
    """

    weekdays: frozenset[int]
    start: dt.time
    end: dt.time
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    every_weeks: int = 1
    appointment_types: frozenset[str] = frozenset()

    def serves(self, types: Iterable[str]) -> bool:
        """Whether the hours are for all these types."""
        return not self.appointment_types or self.appointment_types.issuperset(types)

    def applies_on(self, date: dt.date) -> bool:
        return (
            date.weekday() in self.weekdays
            and (self.every_weeks == 1 or _weeks_between(self.valid_from, date) % self.every_weeks == 0)
            and (self.valid_from is None or self.valid_from <= date)
            and (self.valid_until is None or date <= self.valid_until)
        )


def _weeks_between(first: dt.date | None, date: dt.date) -> int:
    """The number of weeks from the week of `first` to that of `date`; weeks begin on Monday."""
    start = first or dt.date(1970, 1, 5)
    return ((date - dt.timedelta(days=date.weekday())) - (start - dt.timedelta(days=start.weekday()))).days // 7


@dataclass(frozen=True)
class Closure:
    """Closed time: whole days from `first` to `last` inclusive, or the hours `start` to `end` of each day."""

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
    """Closures of staff and feeds, by what they close."""

    everywhere: tuple[Closure, ...] = ()
    locations: Mapping[str, tuple[Closure, ...]] = field(default_factory=dict)
    resources: Mapping[str, tuple[Closure, ...]] = field(default_factory=dict)


NOTHING_CLOSED = Closed()


@dataclass(frozen=True)
class Holidays:
    """Public holidays of a country, from the `holidays` library, and `local` ones: (month, day), such as 11 July."""

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
    """A place or a channel. `channel`: on_site, phone, video or visit.

    `travel_minutes`: the specialist's travel before and after a visit at the resident's. `meeting_url`: of a video
    location; {reference} in it is replaced by the reference of the appointment.
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
    """A person, room or counter (`desk`) with its own calendar. `id`: a code, never a name: events contain it."""

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
    """One resource that an appointment needs. `skill`: or a property of a room. `resource`: its code.

    `team`: another team than the appointment's own, for appointments with two teams.
    """

    kind: str
    skill: str | None = None
    team: str | None = None
    resource: str | None = None

    def is_met_by(self, resource: Resource, team: str) -> bool:
        """`team`: that of the appointment. A resource without a team is for all teams."""
        return (
            resource.kind == self.kind
            and (self.skill is None or self.skill in resource.skills)
            and (self.resource is None or self.resource == resource.id)
            and resource.team in (None, self.team or team)
        )


@dataclass(frozen=True)
class Question:
    """An intake question. `kind`: text, choice, parcel, reference or file. `choices`: of a choice.

    `only_if`: (question, choices); asked only when that question has one of these answers. A required file is due
    `due_working_days` before the visit. `if_missing`: what happens to the appointment then: keep, flag or release.
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
        """Whether the question is asked, with these answers to the other questions."""
        return self.only_if is None or answers.get(self.only_if[0]) in self.only_if[1]


@dataclass(frozen=True)
class Guidance:
    """When an appointment is not needed: a text, and a link to the alternative."""

    text: Text
    link: str | None = None


@dataclass(frozen=True)
class Study:
    """File study before the visit: `minutes` at any time in the `working_days` before it."""

    minutes: int
    working_days: int


@dataclass(frozen=True)
class AppointmentType:
    """What can be booked. Times in minutes. `horizon`: the days ahead that can be booked.

    The later of `lead_time` and `lead_working_days` applies. `visibility`: public, staff, or link (by
    invitation). `keywords`: synonyms for the search. `retention_days`: None is the municipality's. `pseudonymise`:
    after it, keep the answers by choice instead of nothing. `confirm`: None is the municipality's. `icon`: one of
    TOPIC_ICONS.
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
    lead_time: dt.timedelta = dt.timedelta(hours=2)
    lead_working_days: int = 0
    horizon: int = 60
    questions: tuple[Question, ...] = ()
    bring: tuple[Text, ...] = ()
    visibility: str = "public"
    guidance: Guidance | None = None
    keywords: tuple[Text, ...] = ()
    study: Study | None = None
    retention_days: int | None = None
    pseudonymise: bool = False
    confirm: str | None = None
    icon: str | None = None


@dataclass(frozen=True)
class QueuePolicy:
    """The order of calling. `order`: appointments_first or arrival.

    With appointments_first, an appointment has precedence from `early_minutes` before its start until `late_minutes`
    after it. Outside of that it waits among the tickets, by arrival.
    """

    order: str = "appointments_first"
    early_minutes: int = 5
    late_minutes: int = 15


@dataclass(frozen=True)
class Municipality:
    """A tenant and its whole configuration. `version` increases with every change.

    `languages`: the first one is the default. `country`: ISO 3166-1 alpha-2. `retention_days`: days after a visit
    until its personal data is deleted. `release_minutes`: minutes after a cancellation until its time can be booked, so
    that slots cannot be traded. `no_show_minutes`: minutes after the start until a visitor is a no-show; None for
    never. `offer_minutes`: how long an offer from the waiting list is valid,
    of which only the `offer_hours` count. `most_holds_per_client`,
    `most_bookings_per_client` (per hour), `most_per_contact`: 0 is without limit. `reasons`: by command.
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
    offer_hours: OfferHours = field(default_factory=OfferHours)
    most_holds_per_client: int = 0
    most_bookings_per_client: int = 0
    most_per_contact: int = 0
    retention_days: int = 180
    queue: QueuePolicy = QueuePolicy()
    online: Online = field(default_factory=Online)
    look: Look = field(default_factory=Look)
    privacy: PrivacyStatement = field(default_factory=PrivacyStatement)
    accessibility: AccessibilityStatement = field(default_factory=AccessibilityStatement)
    reasons: Mapping[str, frozenset[str]] = field(default_factory=lambda: USUAL_REASONS)
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    country: str = "BE"
    version: int = 0

    def require_location(self, name: str) -> Location:
        """Raises Refusal: unknown-location."""
        if name not in self.locations:
            raise Refusal("unknown-location", {"location": name})
        return self.locations[name]

    def require_resource(self, name: str) -> Resource:
        """Raises Refusal: unknown-resource."""
        if name not in self.resources:
            raise Refusal("unknown-resource", {"resource": name})
        return self.resources[name]
