"""The slots offered are exactly those of a plain, slow reading of the rules."""

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from builders import a_municipality, a_room, a_specialist, a_type, hours, in_zone, utc
from hypothesis import given, settings
from hypothesis import strategies as st

from loket_booking.domain.appointment_spec import candidates, spec_for
from loket_booking.domain.availability import Availability
from loket_booking.domain.catalogue import Closure, Holidays, Need, OpeningRule, Study
from loket_booking.domain.grid import day, span
from loket_booking.domain.opening_hours import Calendar, holiday_dates
from loket_booking.domain.resource_day import Agenda, AgendaKey, Hold
from loket_contracts.errors import Refusal

FIVE = dt.timedelta(minutes=5)
MONDAY = dt.date(2026, 11, 30)
LONG_AGO = utc(2026, 11, 1)


def slots_of(municipality, dates, agendas=None, now=LONG_AGO, types=("advies",), persons=1):
    spec = spec_for(municipality, list(types), persons, None)
    groups = candidates(municipality, spec)
    found = Availability(Calendar(municipality), spec, groups, agendas or {}, now).slots(dates)
    return [(slot.on.moment(slot.cell), slot.capacity) for slot in found]


def clock(found, zone="Europe/Brussels"):
    return [moment.astimezone(ZoneInfo(zone)).strftime("%H:%M") for moment, _ in found]


def by_the_rules(municipality, date, agendas, now):
    """Every start tried, every five minutes looked at, in wall-clock terms: slow, and without a bit in it."""
    spec = spec_for(municipality, ["advies"], 1, None)
    zone = ZoneInfo(spec.location.time_zone)
    on = day(date, spec.location.time_zone)
    kind = spec.types[0]

    @cache
    def first(clock, of_day):
        """The first moment of the day at which the clock on the wall shows this time or a later one."""
        for cell in range(on.cells):
            if on.moment(cell).astimezone(zone).time() >= clock:
                return on.moment(cell)
        return of_day

    def within(moment, start, end):
        midnight = on.moment(on.cells)
        return first(start or dt.time(), midnight) <= moment < (first(end, midnight) if end else midnight)

    def works(resource, moment):
        if moment.astimezone(zone).date() != date:
            return False
        if not any(rule.applies_on(date) and within(moment, rule.start, rule.end) for rule in resource.hours):
            return False
        for closure in (*municipality.closures, *resource.closures):
            if closure.applies_on(date) and within(moment, closure.start, closure.end):
                return False
        agenda = agendas.get(AgendaKey("rumst", resource.id, date), Agenda())
        cell = on.cell_of(moment)
        if agenda.booked >> cell & 1:
            return False
        return not any(hold.expires > now and hold.start <= cell < hold.end for hold in agenda.holds)

    def has_time_to_study(resource):
        """Whether the study time is free without a break on one of the working days before."""
        if kind.study is None or resource.kind != "person":
            return True
        days, back = [], date
        while len(days) < kind.study.working_days:
            back -= dt.timedelta(days=1)
            closed = any(c.applies_on(back) and c.start is None and c.end is None for c in municipality.closures)
            if back.weekday() < 5 and not closed:
                days.append(back)
        for before in days:
            there, row = day(before, spec.location.time_zone), 0
            agenda = agendas.get(AgendaKey("rumst", resource.id, before), Agenda())
            for cell in range(there.cells):
                moment = there.moment(cell)
                wall = moment.astimezone(zone).time()
                receives = any(
                    rule.applies_on(before) and rule.start <= wall and (wall < rule.end or rule.end == dt.time())
                    for rule in resource.hours
                )
                free = receives and not agenda.booked >> cell & 1 and moment >= now
                row = row + 1 if free else 0
                if row * 5 >= kind.study.minutes:
                    return True
        return False

    def fits(resource, start):
        if not has_time_to_study(resource):
            return False
        before, after = (kind.preparation, kind.wrap_up) if resource.kind == "person" else (0, 0)
        moment = start - dt.timedelta(minutes=before)
        end = start + dt.timedelta(minutes=kind.duration + after)
        while moment < end:
            if not works(resource, moment):
                return False
            moment += FIVE
        return True

    found = []
    for cell in range(0, on.cells, kind.interval // 5):
        start = on.moment(cell)
        if start < now + kind.lead_time or date > (now.astimezone(zone).date() + dt.timedelta(days=kind.horizon)):
            continue
        able = [
            sum(fits(r, start) for r in municipality.resources.values() if need.is_met_by(r, "ruimte"))
            for need in spec.needs
        ]
        if all(able):
            found.append((start, min(able)))
    return found


clock_times = st.integers(0, 287).map(lambda cell: dt.time(cell // 12, cell % 12 * 5))


cells = st.integers(0, 250)


@st.composite
def opening(draw):
    first, last = sorted(draw(st.lists(clock_times, min_size=2, max_size=2, unique=True)))
    return hours(
        first.isoformat("minutes"), last.isoformat("minutes"), frozenset(draw(st.sets(st.integers(0, 6), min_size=3)))
    )


@st.composite
def closure(draw, date):
    first, last = sorted(draw(st.lists(clock_times, min_size=2, max_size=2, unique=True)))
    return Closure(date, date, {"nl": "x"}, first, last)


# the plain reading takes 0.1 s for each example
@settings(max_examples=settings.default.max_examples // 3)
@given(st.data())
def test_the_slots_equal_a_plain_reading_of_the_rules(data):
    draw = data.draw
    zone = draw(st.sampled_from(["Europe/Brussels", "America/New_York"]))
    date = draw(
        st.sampled_from(
            [MONDAY, dt.date(2026, 3, 29), dt.date(2026, 10, 25), dt.date(2026, 3, 8), dt.date(2028, 2, 29)]
        )
    )
    people = [
        a_specialist(
            f"p{n}", hours=draw(opening()) + draw(opening()), closures=tuple(draw(st.lists(closure(date), max_size=1)))
        )
        for n in range(draw(st.integers(1, 3)))
    ]
    rooms = [a_room(f"r{n}", hours=draw(opening())) for n in range(draw(st.integers(0, 2)))]
    kind = a_type(
        duration=draw(st.sampled_from([5, 20, 45])),
        preparation=draw(st.sampled_from([0, 10])),
        wrap_up=draw(st.sampled_from([0, 5, 15])),
        interval=draw(st.sampled_from([5, 15, 60])),
        lead_time=dt.timedelta(hours=draw(st.integers(0, 30))),
        study=draw(st.none() | st.builds(Study, st.sampled_from([5, 30, 120]), st.integers(1, 2))),
        needs=(Need("person", "bouwen"), Need("room", "overleg")) if rooms else (Need("person", "bouwen"),),
    )
    municipality = in_zone(
        a_municipality(*people, *rooms, types=(kind,), closures=tuple(draw(st.lists(closure(date), max_size=1)))), zone
    )
    on = day(date, zone)
    now = on.midnight + dt.timedelta(minutes=draw(st.integers(-2000, 1500)))
    agendas = {
        AgendaKey("rumst", resource.id, date): Agenda(
            booked=span(draw(st.integers(0, 200)), draw(st.integers(0, 250))),
            holds=(
                Hold(
                    "h",
                    draw(st.integers(0, 150)),
                    draw(st.integers(150, 250)),
                    now + dt.timedelta(minutes=draw(st.integers(-3, 3))),
                ),
            ),
        )
        for resource in (*people, *rooms)
        if draw(st.booleans())
    } | {
        AgendaKey("rumst", resource.id, date - dt.timedelta(days=back)): Agenda(booked=span(*taken))
        for resource in people
        for back, taken in draw(st.dictionaries(st.integers(1, 4), st.tuples(cells, cells), max_size=3)).items()
    }
    assert slots_of(municipality, [date], agendas, now) == by_the_rules(municipality, date, agendas, now)


def test_an_appointment_must_fit_in_the_open_hours_with_its_buffers():
    kind = a_type(duration=30, preparation=15, wrap_up=15, interval=15)
    found = slots_of(a_municipality(a_specialist(hours=hours("09:00", "10:30")), types=(kind,)), [MONDAY])
    assert clock(found) == ["09:15", "09:30", "09:45"]


def test_a_slot_needs_a_free_room_and_a_free_specialist_together():
    kind = a_type(needs=(Need("person", "bouwen"), Need("room", "overleg")), duration=60, interval=60)
    room = a_room(hours=hours("10:00", "13:00"))
    found = slots_of(a_municipality(a_specialist(), room, types=(kind,)), [MONDAY])
    assert clock(found) == ["10:00", "11:00", "12:00"]


def test_capacity_is_the_number_of_free_specialists():
    found = slots_of(a_municipality(a_specialist("a"), a_specialist("b", hours=hours("12:00", "17:00"))), [MONDAY])
    assert {moment.hour: capacity for moment, capacity in found} == {
        8: 1,
        9: 1,
        10: 1,
        11: 2,
        12: 2,
        13: 2,
        14: 2,
        15: 2,
    }


def test_an_expired_hold_is_free_time_and_a_live_hold_is_not():
    key = AgendaKey("rumst", "ro-1", MONDAY)
    now = utc(2026, 11, 20)
    whole_day = Hold("h", 0, 288, now + dt.timedelta(seconds=1))
    municipality = a_municipality()
    assert slots_of(municipality, [MONDAY], {key: Agenda(holds=(whole_day,))}, now) == []
    later = now + dt.timedelta(seconds=1)
    assert slots_of(municipality, [MONDAY], {key: Agenda(holds=(whole_day,))}, later) == slots_of(
        municipality, [MONDAY]
    )


def test_the_durations_of_several_types_and_persons_add_up():
    types = (a_type("advies", duration=20, per_extra_person=10), a_type("dossier", duration=15))
    spec = spec_for(a_municipality(types=types), ["advies", "dossier"], 3, None)
    assert spec.length * 5 == (20 + 10 * 2) + 15


def test_the_flemish_holiday_is_added_to_the_belgian_ones():
    dates = holiday_dates(Holidays("BE", local=((7, 11),)), 2027)
    assert {dt.date(2027, 7, 11), dt.date(2027, 7, 21), dt.date(2027, 5, 6)} <= dates


def test_there_are_no_slots_on_a_holiday():
    municipality = a_municipality(holidays=Holidays("BE"))
    assert slots_of(municipality, [dt.date(2026, 12, 25)]) == []
    assert slots_of(municipality, [dt.date(2026, 12, 24)])


@pytest.mark.parametrize(
    ("booked_on", "days", "first"),
    [
        ("2026-11-27", 2, "2026-12-02"),  # a Friday: Monday and Tuesday, so from Wednesday
        ("2026-11-28", 2, "2026-12-02"),  # a Saturday
        ("2026-11-30", 1, "2026-12-02"),
        ("2026-11-30", 0, "2026-11-30"),
        ("2026-12-23", 2, "2026-12-30"),  # 25 December is no working day, nor is the 24th, when all is closed
    ],
)
def test_a_lead_time_in_working_days_skips_weekends_holidays_and_closures(booked_on, days, first):
    municipality = a_municipality(
        types=(a_type(lead_working_days=days),),
        holidays=Holidays("BE"),
        closures=(Closure(dt.date(2026, 12, 24), dt.date(2026, 12, 24), {"nl": "x"}),),
    )
    start = dt.date.fromisoformat(booked_on)
    now = dt.datetime.combine(start, dt.time(6), dt.UTC)
    found = slots_of(municipality, [start + dt.timedelta(n) for n in range(10)], now=now)
    assert found[0][0].date().isoformat() == first


def test_fortnightly_hours_are_counted_from_the_week_of_their_first_day():
    rule = OpeningRule(frozenset({0}), dt.time(9), dt.time(12), valid_from=dt.date(2026, 12, 2), every_weeks=2)
    mondays = [MONDAY + dt.timedelta(weeks=n) for n in range(6)]
    assert [rule.applies_on(monday) for monday in mondays] == [False, False, True, False, True, False]


def placed(municipality, start, agendas=None, now=LONG_AGO):
    spec = spec_for(municipality, ["advies"], 1, None)
    groups = candidates(municipality, spec)
    return Availability(Calendar(municipality), spec, groups, agendas or {}, now).place(start)


def test_the_least_loaded_specialist_is_chosen_and_then_the_lowest_id():
    municipality = a_municipality(a_specialist("a"), a_specialist("b"), a_specialist("c"))
    start = utc(2026, 11, 30, 9)
    assert placed(municipality, start)[0].agenda.resource == "a"
    busy = {
        AgendaKey("rumst", name, MONDAY): Agenda(booked=span(150, 150 + n))
        for name, n in (("a", 9), ("b", 3), ("c", 5))
    }
    assert placed(municipality, start, busy)[0].agenda.resource == "b"


@pytest.mark.parametrize(
    ("start", "code"),
    [
        (utc(2026, 11, 30, 9, 7), "slot-not-offered"),
        (utc(2026, 11, 30, 9, 5), "slot-not-offered"),
        (utc(2026, 11, 30, 3), "slot-not-offered"),
        (utc(2029, 11, 30, 9), "slot-not-offered"),
        (utc(2026, 11, 29, 9), "slot-in-the-past"),
    ],
)
def test_a_start_that_is_not_offered_is_refused(start, code):
    with pytest.raises(Refusal) as refused:
        placed(a_municipality(), start, now=utc(2026, 11, 29, 12))
    assert refused.value.code == code


def test_an_offered_start_without_a_free_resource_is_taken():
    full = {AgendaKey("rumst", "ro-1", MONDAY): Agenda(booked=span(0, 288))}
    with pytest.raises(Refusal) as refused:
        placed(a_municipality(), utc(2026, 11, 30, 9), full)
    assert refused.value.code == "slot-taken"
