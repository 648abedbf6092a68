"""Needs that are met at the same time are met by different people."""

from itertools import product

from builders import a_specialist
from hypothesis import given
from hypothesis import strategies as st

from loket_booking.domain.assignment import Assignment
from loket_booking.domain.grid import at_least, cells_of, count_sets

NAMES = "abcdef"
groups = st.lists(st.sets(st.sampled_from(NAMES), min_size=1, max_size=5), min_size=1, max_size=4)


def assignment(needs):
    return Assignment([[a_specialist(name) for name in sorted(need)] for need in needs])


def most_assignments(needs, free):
    """How many visits can be served at once, by brute force: each need of each visit takes another resource."""
    visits = 0
    while any(
        len(set(crew)) == len(crew) for crew in product(*(need & free for need in needs for _ in range(visits + 1)))
    ):
        visits += 1
        if visits * len(needs) > len(NAMES):
            break
    return visits


@given(groups.filter(lambda needs: len(needs) < 4), st.sets(st.sampled_from(NAMES)))
def test_joint_capacity_equals_an_exhaustive_search(needs, free):
    starts = assignment(needs).starts({name: int(name in free) for need in needs for name in need})
    expected = most_assignments(needs, free)
    assert starts.cells == int(expected > 0)
    if expected:
        assert starts.capacity(0) == expected


@given(groups, st.dictionaries(st.sampled_from(NAMES), st.integers(0, 9)))
def test_an_assignment_is_found_whenever_one_exists_and_uses_no_person_twice(needs, able):
    crew = assignment(needs).choose(able)
    possible = any(len(set(each)) == len(each) for each in product(*(need & able.keys() for need in needs)))
    assert (crew is not None) == possible
    if crew is not None:
        names = [each.id for each in crew]
        assert len(set(names)) == len(names)
        assert all(name in need and name in able for name, need in zip(names, needs, strict=True))


def test_the_least_loaded_person_is_assigned_unless_another_need_depends_on_them():
    crew = assignment([{"a", "b"}, {"a"}]).choose({"a": 0, "b": 5})
    assert [each.id for each in crew] == ["b", "a"]
    assert [each.id for each in assignment([{"a", "b", "c"}]).choose({"a": 4, "b": 2, "c": 2})] == ["b"]


@given(st.lists(st.sets(st.integers(0, 40)), max_size=12), st.integers(1, 9))
def test_the_bitwise_threshold_equals_plain_counting(sets, number):
    planes = count_sets([sum(1 << cell for cell in each) for each in sets])
    expected = [cell for cell in range(41) if sum(cell in each for each in sets) >= number]
    assert list(cells_of(at_least(planes, number))) == expected
