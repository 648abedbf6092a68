"""Count the facts of one day, as numbers that can be added up over any period.

A measure with a median, such as the waiting time, is counted by value, so that the median of a year is that of all
visits and not that of the days.

A slice is a part of the municipality: all of it, a location, a team, a type, or one of the last two at one location.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping

from loket_contracts.event_data import ACTORS, CHANNELS, OUTCOMES
from loket_contracts.visits import APPOINTMENT_STATES, COUNTED_STATES, TICKET_STATES

from .facts import (
    AppointmentFact,
    CapacityFact,
    Fact,
    MessageFact,
    SampleFact,
    TicketFact,
    VisitFact,
    WaitingFact,
)

Counts = Counter[str]

ALL = "*"
#: lead times are counted in quarters of a day; of those from eight days on, the five leading bits are exact
LEAD_MINUTES, LEAD_BITS = 360, 5
#: with less notice than this a cancelled slot is seldom filled again
LATE_MINUTES = 24 * 60
#: longer waits and visits count as this: a visit that was never ended is no visit of nine hours
MAX_MINUTES = 240
#: a visit that begins at most this long after its time is on time
ON_TIME_MINUTES = 5
NOTICES = (("day", 24 * 60), ("two_days", 48 * 60), ("week", 7 * 24 * 60))
#: a day with one of these is a day on which the municipality receives residents
VISIT_COUNTS = ("appointments", "tickets")
#: who cancels on behalf of the resident
RESIDENT_ACTORS = frozenset({"resident", "portal"})

#: the counts of each kind with a fixed list of values: `state:completed`
VALUES_OF_KIND = {
    "state": tuple(state.name for state in APPOINTMENT_STATES),
    "booked_by": ACTORS,
    "channel": CHANNELS,
    "cancelled_by": ACTORS,
    "notice": (*(name for name, _ in NOTICES), "longer"),
    "outcome": (*OUTCOMES, "unknown"),
    "ticket_state": tuple(state.name for state in TICKET_STATES),
    "ticket_outcome": (*OUTCOMES, "unknown"),
    "message": tuple(
        f"{channel}_{state}" for channel in ("email", "sms") for state in ("sent", "failed", "delivered")
    ),
}  # fmt: skip
#: the kinds whose values are numbers, or codes without a fixed list
OPEN_KINDS = frozenset(
    {
        "lead", "hour", "waited", "served", "late", "early", "score", "ticket_hour", "ticket_waited", "ticket_served",
        "waiting_outcome", "first", "third",
    }
)  # fmt: skip
#: every name that a calculation may add up. A name that is not counted gives 0, so a test compares both with this list
COUNTS = frozenset(
    {
        "appointments", "persons", "reschedules", "rescheduled", "cancelled_late", "booked_minutes", "served_sum",
        "served_minutes", "planned_of_served", "first_contact", "comments", "tickets", "ticket_served_sum",
        "ticket_first_contact", "waiting", "waiting_outcome:accepted", "offers", "offered_minutes", "samples",
        "first_nowhere", "third_nowhere", "begun", "on_time", "second_visits",
        *(f"{kind}:{each}" for kind, values in VALUES_OF_KIND.items() for each in values),
    }
)  # fmt: skip
KINDS = OPEN_KINDS | VALUES_OF_KIND.keys()


def slices_of(fact: Fact) -> list[str]:
    """The slices that this fact belongs to, each once. An appointment of two types belongs to both of these."""
    parts = [ALL]
    if fact.team:
        parts.append(f"team:{fact.team}")
    parts += [f"type:{each}" for each in dict.fromkeys(fact.types)]
    location = fact.location
    return parts + [slice_name(location, part) for part in parts] if location else parts


def slice_name(location: str | None, part: str = ALL) -> str:
    """The slice `part`, at one location when it is given."""
    return part if location is None else f"location:{location}/{part}"


def count_day(facts: Mapping[str, Iterable[Fact]]) -> dict[str, Counts]:
    """The counts of one day by slice. `facts`: those of that day, by kind."""
    people = {each.resource for each in facts["capacities"] if isinstance(each, CapacityFact) and each.is_person}
    found: dict[str, Counts] = {}
    for fact in (each for own in facts.values() for each in own):
        if fact.newest is not None:  # feedback can come before the appointment that it is about
            counts = count_fact(fact, people)
            for name in slices_of(fact):
                found.setdefault(name, Counter()).update(counts)
    return found


def count_fact(fact: Fact, people: set[str]) -> Counts:
    """The counts of one fact. `people`: the resources that are persons and not rooms."""
    match fact:
        case AppointmentFact():
            return count_appointment(fact, people)
        case TicketFact():
            return count_ticket(fact)
        case WaitingFact():
            return count_waiting(fact)
        case MessageFact():
            return count_message(fact)
        case CapacityFact():
            return count_capacity(fact)
        case SampleFact():
            return count_sample(fact)
    raise TypeError(type(fact))


def count_appointment(fact: AppointmentFact, people: set[str]) -> Counts:
    """`people`: the resources that are persons and not rooms, by whose minutes use is measured."""
    counts: Counts = Counter(
        [
            "appointments", f"state:{fact.state}", f"booked_by:{fact.booked_by}", f"channel:{fact.channel}"
        ]
    )  # fmt: skip
    counts["persons"] = fact.persons
    if fact.reschedules:
        counts["reschedules"], counts["rescheduled"] = fact.reschedules, 1
    if fact.state == "cancelled":
        counts[f"cancelled_by:{fact.cancelled_by or 'system'}"] += 1
        if fact.notice is not None:
            counts[f"notice:{_notice(fact.notice)}"] += 1
            if fact.cancelled_by in RESIDENT_ACTORS and fact.notice < LATE_MINUTES:
                counts["cancelled_late"] += 1
    if fact.state in COUNTED_STATES and fact.day is not None:
        counts[f"lead:{round_down(fact.lead // LEAD_MINUTES, LEAD_BITS)}"] += 1
        counts[f"hour:{dt.date.fromisoformat(fact.day).weekday()}:{fact.hour}"] += 1
        counts["booked_minutes"] = fact.planned * len(people.intersection(fact.resources))
    _count_visit(counts, fact)
    if fact.served is not None:
        counts["planned_of_served"] = fact.planned
        counts["served_minutes"] = counts["served_sum"] * len(people.intersection(fact.resources))
    if fact.late is not None:
        counts["begun"] = 1
        counts["on_time"] = int(fact.late <= ON_TIME_MINUTES)
        counts[f"late:{min(fact.late, MAX_MINUTES)}"] = 1
    if fact.early is not None:
        counts[f"early:{min(fact.early, MAX_MINUTES)}"] = 1
    counts["second_visits"] = int(fact.is_second and fact.state == "completed")
    if fact.feedback:
        counts[f"score:{fact.feedback.score}"] += 1
        counts["comments"] += fact.feedback.has_comment
    return +counts


def count_ticket(fact: TicketFact) -> Counts:
    counts: Counts = Counter(["tickets", f"ticket_state:{fact.state}", f"ticket_hour:{fact.hour}"])
    own: Counts = Counter()
    _count_visit(own, fact)
    counts.update({f"ticket_{name}": number for name, number in own.items()})
    return counts


def count_waiting(fact: WaitingFact) -> Counts:
    outcome = (fact.reason or "unknown") if fact.state == "left" else "open"
    counts: Counts = Counter(["waiting", f"waiting_outcome:{outcome}"])
    counts["offers"] = fact.offers
    return +counts


def count_message(fact: MessageFact) -> Counts:
    return Counter([f"message:{fact.channel}_{fact.state}"])


def count_capacity(fact: CapacityFact) -> Counts:
    return Counter({"offered_minutes": fact.offered}) if fact.is_person else Counter()


def count_sample(fact: SampleFact) -> Counts:
    counts: Counts = Counter(["samples"])
    for name, days in (("first", fact.first), ("third", fact.third)):
        counts[f"{name}:{days}" if days is not None else f"{name}_nowhere"] += 1
    return counts


def _count_visit(counts: Counts, fact: VisitFact) -> None:
    if fact.waited is not None:
        counts[f"waited:{min(fact.waited, MAX_MINUTES)}"] += 1
    if fact.served is not None:
        served = min(fact.served, MAX_MINUTES)
        counts[f"served:{served}"] += 1
        counts["served_sum"] += served
    if fact.state == "completed":
        counts[f"outcome:{fact.outcome or 'unknown'}"] += 1
        if fact.outcome == "answered" and not fact.follows:
            counts["first_contact"] += 1


def round_down(number: int, bits: int) -> int:
    """Keep the leading bits of a number: the result is less than a part in 2 ** (bits - 1) too small."""
    shift = max(0, number.bit_length() - bits)
    return number >> shift << shift


def _notice(minutes: int) -> str:
    return next((name for name, most in NOTICES if minutes < most), "longer")
