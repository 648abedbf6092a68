"""The display in the waiting room."""

import datetime as dt

import pytest

from loket_gateway.pages.display import SHOWN_FOR, newest_calls

NOW = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)


def person(name, ago, state="in_service"):
    called_at = None if ago is None else (NOW - ago).isoformat()
    return {"id": name, "state": state, "called_at": called_at}


def shown(*people):
    return [each["id"] for each in newest_calls(people, NOW)]


@pytest.mark.parametrize("kinds", ["ab", "ba"])
def test_the_last_call_comes_first(kinds):
    calls = {"a": person("a", dt.timedelta(seconds=5)), "b": person("b", dt.timedelta(seconds=50))}
    assert shown(*(calls[each] for each in kinds)) == ["a", "b"]


def test_a_call_is_no_longer_shown_after_two_minutes():
    assert shown(person("a", SHOWN_FOR), person("b", SHOWN_FOR - dt.timedelta(seconds=1))) == ["b"]


def test_a_parked_person_is_not_shown():
    assert shown(person("a", dt.timedelta(seconds=5), "parked")) == []


def test_a_call_of_the_release_before_has_no_time_and_is_shown():
    assert shown({"id": "a", "state": "in_service"}) == ["a"]
