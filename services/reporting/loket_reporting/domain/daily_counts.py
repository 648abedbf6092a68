"""Count the facts of one day, as numbers that can be added up over any period.

A measure with a median, such as the waiting time, is counted by value, so that the median of a year is that of all
visits and not that of the days.

A slice is a part of the municipality: all of it, a location, a team, a type, or one of the last two at one location.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from loket_contracts.event_data import ACTORS, CHANNELS, OUTCOMES
from loket_contracts.visits import APPOINTMENT_STATES, COUNTED_STATES, TICKET_STATES

Fact = Mapping[str, Any]
Counts = Counter[str]

ALL = "*"
#: lead times are counted in quarters of a day
LEAD_MINUTES = 360
#: with less notice than this a cancelled slot is seldom filled again
LATE_MINUTES = 24 * 60
#: longer waits and visits count as this: a visit that was never ended is no visit of nine hours
MAX_MINUTES = 240
NOTICES = (("day", 24 * 60), ("two_days", 48 * 60), ("week", 7 * 24 * 60))
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
        "lead", "hour", "waited", "served", "score", "ticket_hour", "ticket_waited", "ticket_served",
        "waiting_outcome", "first", "third",
    }
)  # fmt: skip
#: every name that a calculation may add up. A name that is not counted gives 0, so a test compares both with this list
COUNTS = frozenset(
    {
        "appointments", "persons", "reschedules", "rescheduled", "cancelled_late", "booked_minutes", "served_sum",
        "served_minutes", "planned_of_served", "first_contact", "comments", "tickets", "ticket_served_sum",
        "ticket_first_contact", "waiting", "waiting_outcome:accepted", "offers", "offered_minutes", "samples",
        "first_nowhere", "third_nowhere",
        *(f"{kind}:{each}" for kind, values in VALUES_OF_KIND.items() for each in values),
    }
)  # fmt: skip
KINDS = OPEN_KINDS | VALUES_OF_KIND.keys()


def slices_of(fact: Fact) -> list[str]:
    """The slices that this fact belongs to, each once. An appointment of two types belongs to both of these."""
    parts = [ALL]
    if fact.get("team"):
        parts.append(f"team:{fact['team']}")
    parts += [f"type:{each}" for each in dict.fromkeys(fact.get("types", ()))]
    location = fact.get("location")
    return parts + [slice_name(location, part) for part in parts] if location else parts


def slice_name(location: str | None, part: str = ALL) -> str:
    """The slice `part`, at one location when it is given."""
    return part if location is None else f"location:{location}/{part}"


def count_day(facts: Mapping[str, Iterable[Fact]]) -> dict[str, Counts]:
    """The counts of one day by slice. `facts`: those of that day, by kind."""
    people = {each["resource"] for each in facts["capacities"] if each["is_person"]}
    found: dict[str, Counts] = {}
    for fact, counts in _counts_by_fact(facts, people):
        for name in slices_of(fact):
            found.setdefault(name, Counter()).update(counts)
    return found


def _counts_by_fact(facts: Mapping[str, Iterable[Fact]], people: set[str]) -> Iterator[tuple[Fact, Counts]]:
    for fact in facts["appointments"]:
        if fact["newest"] is not None:  # feedback can come before the appointment that it is about
            yield fact, count_appointment(fact, people)
    for name, counted in (("tickets", count_ticket), ("waiting", count_waiting), ("messages", count_message),
                          ("capacities", count_capacity), ("samples", count_sample)):  # fmt: skip
        for fact in facts[name]:
            yield fact, counted(fact)


def count_appointment(fact: Fact, people: set[str]) -> Counts:
    """`people`: the resources that are persons and not rooms, by whose minutes use is measured."""
    counts: Counts = Counter(
        [
            "appointments", f"state:{fact['state']}", f"booked_by:{fact['booked_by']}", f"channel:{fact['channel']}"
        ]
    )  # fmt: skip
    counts["persons"] = fact["persons"]
    if fact["reschedules"]:
        counts["reschedules"], counts["rescheduled"] = fact["reschedules"], 1
    if fact["state"] == "cancelled":
        counts[f"cancelled_by:{fact['cancelled_by'] or 'system'}"] += 1
        counts[f"notice:{_notice(fact['notice'])}"] += 1
        if fact["cancelled_by"] in RESIDENT_ACTORS and fact["notice"] < LATE_MINUTES:
            counts["cancelled_late"] += 1
    if fact["state"] in COUNTED_STATES:
        counts[f"lead:{fact['lead'] // LEAD_MINUTES}"] += 1
        counts[f"hour:{dt.date.fromisoformat(fact['day']).weekday()}:{fact['hour']}"] += 1
        counts["booked_minutes"] = fact["planned"] * len(people.intersection(fact["resources"]))
    _count_visit(counts, fact)
    if fact["served"] is not None:
        counts["planned_of_served"] = fact["planned"]
        counts["served_minutes"] = counts["served_sum"] * len(people.intersection(fact["resources"]))
    if fact["feedback"]:
        counts[f"score:{fact['feedback']['score']}"] += 1
        counts["comments"] += fact["feedback"]["has_comment"]
    return +counts


def count_ticket(fact: Fact) -> Counts:
    counts: Counts = Counter(["tickets", f"ticket_state:{fact['state']}", f"ticket_hour:{fact['hour']}"])
    own: Counts = Counter()
    _count_visit(own, fact)
    counts.update({f"ticket_{name}": number for name, number in own.items()})
    return counts


def count_waiting(fact: Fact) -> Counts:
    outcome = (fact["reason"] or "unknown") if fact["state"] == "left" else "open"
    counts: Counts = Counter(["waiting", f"waiting_outcome:{outcome}"])
    counts["offers"] = fact["offers"]
    return +counts


def count_message(fact: Fact) -> Counts:
    return Counter([f"message:{fact['channel']}_{fact['state']}"])


def count_capacity(fact: Fact) -> Counts:
    return Counter({"offered_minutes": fact["offered"]}) if fact["is_person"] else Counter()


def count_sample(fact: Fact) -> Counts:
    counts: Counts = Counter(["samples"])
    for name in ("first", "third"):
        counts[f"{name}:{fact[name]}" if fact[name] is not None else f"{name}_nowhere"] += 1
    return counts


def _count_visit(counts: Counts, fact: Fact) -> None:
    if fact["waited"] is not None:
        counts[f"waited:{min(fact['waited'], MAX_MINUTES)}"] += 1
    if fact["served"] is not None:
        served = min(fact["served"], MAX_MINUTES)
        counts[f"served:{served}"] += 1
        counts["served_sum"] += served
    if fact["state"] == "completed":
        counts[f"outcome:{fact['outcome'] or 'unknown'}"] += 1
        if fact["outcome"] == "answered" and not fact["follows"]:
            counts["first_contact"] += 1


def _notice(minutes: int) -> str:
    return next((name for name, most in NOTICES if minutes < most), "longer")
