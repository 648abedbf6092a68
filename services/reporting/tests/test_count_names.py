"""Calculations use only names in the list of counts, and the list has no unused name."""

import datetime as dt
from collections import defaultdict

import pytest

from loket_contracts import events
from loket_contracts.event_data import ACTORS, CHANNELS, OUTCOMES
from loket_reporting.domain import daily_counts
from loket_reporting.domain.calculations import GroupedCounts
from loket_reporting.domain.daily_counts import COUNTS, KINDS, OPEN_KINDS
from loket_reporting.domain.facts import KIND_OF, CapacityFact, apply_events
from loket_reporting.domain.facts import KINDS as KINDS_OF_FACT
from loket_reporting.domain.figures import BREAKDOWNS, CALCULATIONS

TIME = dt.datetime(2026, 11, 30, 7, 30, tzinfo=dt.UTC)
ONE = events.EVENTS["appointment.booked"].example
STARTED = {"appointment.completed": "appointment.started", "ticket.completed": "ticket.called"}
ARRIVED = {"appointment.completed": "appointment.checked_in", "ticket.completed": "ticket.issued"}


class Recorder(GroupedCounts):
    """Counts that all exist, and that record the names by which a calculation looks them up."""

    def __init__(self):
        super().__init__({})
        self.totals, self.kinds = set(), set()

    def total(self, name):
        self.totals.add(name)
        return 1

    def kind(self, name):
        self.kinds.add(name)
        return {"1": 1}


@pytest.mark.parametrize("figure", CALCULATIONS)
def test_a_calculation_uses_only_names_in_the_list_of_counts(figure):
    recorder = Recorder()
    CALCULATIONS[figure](recorder)
    assert recorder.totals | recorder.kinds, "it uses no counts at all"
    assert recorder.totals <= COUNTS
    assert recorder.kinds <= KINDS


def test_a_breakdown_uses_only_kinds_in_the_list_of_counts():
    assert set(BREAKDOWNS.values()) <= KINDS


def counted(name, **data):
    """The names of the counts of one subject, after this event."""
    names = [each for each in (ARRIVED.get(name), STARTED.get(name), name) if each]
    history = [
        events.make(each, municipality="rumst", subject="s", sequence=number,
                    time=TIME + number * dt.timedelta(minutes=5),
                    data={**events.EVENTS[each].example, **(data if each == name else {})})
        for number, each in enumerate(names, 1)
    ]  # fmt: skip
    if name == "appointment.completed":
        history.append(
            events.make("feedback.given", municipality="rumst", subject="f", sequence=1, time=TIME,
                        data={**events.EVENTS["feedback.given"].example, "has_comment": True})
        )  # fmt: skip
    people = [
        CapacityFact(id=each, municipality="rumst", newest={}, resource=each, is_person=True, offered=60)
        for each in ONE["resources"]
    ]
    facts = defaultdict(list, {"capacities": people, KIND_OF[name].name: [apply_events(None, history)]})
    return set(daily_counts.count_day({kind: facts[kind] for kind in KINDS_OF_FACT})[daily_counts.ALL])


def cases():
    for name, kind in KIND_OF.items():
        yield name, {}
        if kind.name == "appointments" and name != "feedback.given":
            yield from ((name, {"booked_by": each}) for each in ACTORS)
            yield from ((name, {"channel": each}) for each in CHANNELS)
    yield from (("appointment.cancelled", {"cancelled_by": each}) for each in ACTORS)
    for name in ("appointment.completed", "ticket.completed"):
        yield from ((name, {"outcome": each}) for each in OUTCOMES)
    yield from ((name, {"channel": "sms"}) for name in KIND_OF if name.startswith("notification."))
    yield "appointment.completed", {"outcome": "answered", "follows": "a0"}
    yield "availability.sampled", {"first_after_days": None, "third_after_days": None}


CASES = [(name, data) for name, data in cases() if name in KIND_OF]


@pytest.mark.parametrize(("name", "data"), CASES)
def test_every_counted_name_is_in_the_list_of_counts(name, data):
    unlisted = counted(name, **data) - COUNTS
    assert {each for each in unlisted if each.partition(":")[0] not in OPEN_KINDS} == set()


def test_the_list_of_counts_has_no_unused_name():
    plain = {each for each in COUNTS if ":" not in each}
    assert plain - {each for name, data in CASES for each in counted(name, **data)} == set()
