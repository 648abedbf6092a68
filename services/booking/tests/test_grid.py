"""The five-minute grid is right on every day of the year, also those on which the clock changes."""

import datetime as dt

from hypothesis import example, given
from hypothesis import strategies as st

from loket_booking.domain import grid
from loket_booking.domain.grid import day

DATES = st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31))
ZONES = st.sampled_from(["Europe/Brussels", "Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
SPRING, AUTUMN = dt.date(2026, 3, 29), dt.date(2026, 10, 25)


def test_a_day_has_288_cells_and_276_or_300_at_a_clock_change():
    lengths = [day(date, "Europe/Brussels").cells for date in (dt.date(2026, 3, 28), SPRING, AUTUMN)]
    assert lengths == [288, 276, 300]


@given(DATES, ZONES)
@example(SPRING, "Europe/Brussels")
@example(AUTUMN, "Europe/Brussels")
@example(dt.date(2028, 2, 29), "Europe/Brussels")
def test_every_cell_maps_to_a_moment_and_back(date, time_zone):
    on = day(date, time_zone)
    for cell in (0, 1, on.cells // 2, on.cells - 1):
        assert on.cell_of(on.moment(cell)) == cell
        assert grid.local_date(on.moment(cell), time_zone) == date


@given(DATES, ZONES)
@example(SPRING, "Europe/Brussels")
@example(AUTUMN, "Europe/Brussels")
def test_the_fast_local_time_equals_zoneinfo(date, time_zone):
    on = day(date, time_zone)
    for cell in range(0, on.cells + 1, 7):
        assert on.local(cell) == on.moment(cell).astimezone(on.zone).isoformat()


@given(DATES, ZONES)
def test_consecutive_days_of_a_zone_have_no_gap(date, time_zone):
    on = day(date, time_zone)
    assert on.moment(on.cells) == day(date + dt.timedelta(days=1), time_zone).midnight


def test_nine_in_the_morning_is_the_same_local_time_across_a_clock_change():
    nine = dt.time(9)
    assert [
        day(date, "Europe/Brussels").local(day(date, "Europe/Brussels").cell_at(nine)) for date in (SPRING, AUTUMN)
    ] == [
        "2026-03-29T09:00:00+02:00",
        "2026-10-25T09:00:00+01:00",
    ]


def test_a_local_time_skipped_in_spring_maps_to_the_moment_of_the_change():
    on = day(SPRING, "Europe/Brussels")
    assert on.local(on.cell_at(dt.time(2, 30))) == "2026-03-29T03:00:00+02:00"


def test_a_local_time_repeated_in_autumn_maps_to_the_first_occurrence():
    on = day(AUTUMN, "Europe/Brussels")
    assert on.local(on.cell_at(dt.time(2, 30))) == "2026-10-25T02:30:00+02:00"


@given(DATES, ZONES, st.times().map(lambda clock: clock.replace(second=0, microsecond=0)))
@example(dt.date(2026, 11, 25), "Europe/Brussels", dt.time(0, 3))
@example(dt.date(2026, 11, 25), "Europe/Brussels", dt.time(23, 58))
@example(SPRING, "Europe/Brussels", dt.time(2, 33))
@example(AUTUMN, "Europe/Brussels", dt.time(2, 58))
def test_the_cell_of_a_local_time_is_the_first_one_at_or_after_it(date, time_zone, clock):
    on = day(date, time_zone)
    shown = [on.moment(cell).astimezone(on.zone).time() for cell in range(on.cells)]
    assert on.cell_at(clock) == next((cell for cell in range(on.cells) if shown[cell] >= clock), on.cells)


@given(st.sets(st.integers(0, 299)), st.integers(1, 40))
def test_a_run_starts_exactly_where_enough_free_cells_follow(free, length):
    bits = sum(1 << cell for cell in free)
    expected = {cell for cell in range(300) if all(cell + n in free for n in range(length))}
    assert set(grid.cells_of(grid.runs(bits, length))) == expected


@given(st.sets(st.integers(0, 299)))
def test_the_cells_of_a_set_are_in_order(cells):
    assert list(grid.cells_of(sum(1 << cell for cell in cells))) == sorted(cells)


@given(st.lists(st.sets(st.integers(0, 60)), max_size=20))
def test_counting_by_bit_planes_equals_plain_counting(sets):
    planes = grid.count_sets([sum(1 << cell for cell in each) for each in sets])
    assert [grid.count_at(planes, cell) for cell in range(61)] == [
        sum(cell in each for each in sets) for cell in range(61)
    ]
