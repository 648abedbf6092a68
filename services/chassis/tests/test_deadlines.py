"""A worker meets the deadline of its caller. Clocks that differ are measured, and their effect is bounded."""

import re
import time

import pytest
from structlog.testing import capture_logs

from loket_chassis.messaging import deadlines
from tests.client import eventually


def milliseconds(seconds):
    return int((time.time() + seconds) * 1000)


def test_a_call_past_its_deadline_is_refused(sample, sample_database):
    answer = sample.answer_to("sleep", [0], {"nameko.deadline": milliseconds(-5)})
    assert (answer["error"]["exc_type"], answer["error"]["exc_args"][0]) == ("Refusal", "service-unavailable")
    assert sample_database.slept.count_documents({}) == 0


def test_a_call_that_is_still_running_at_its_deadline_writes_nothing_afterwards(sample, sample_database):
    ended = 'loket_work_seconds_count{entrypoint="sleep",'
    before = sample.metric(ended)
    assert sample.ask("ask_to_sleep", 1.3).startswith("OutcomeUnknown")
    eventually(lambda: sample.metric(ended) == before + 1)
    assert sample_database.slept.count_documents({}) == 0


def test_a_call_does_not_wait_longer_for_others_than_its_own_caller_waits(sample):
    began = time.monotonic()
    answer = sample.answer_to("ask_to_sleep", [2], {"nameko.deadline": milliseconds(0.4)})
    assert re.match(r"OutcomeUnknown: sample did not answer within 0\.[0-3]\d* s", answer["result"])
    assert time.monotonic() - began < 0.9
    assert [line for line in sample.lines() if "unavailable" in line["event"]] == [], "it may be only slow"


def test_a_deadline_further_away_than_the_caller_waits_is_shortened(sample, sample_database):
    """The clock of the caller is a minute ahead."""
    sample.answer_to("sleep", [0.8], {"nameko.deadline": milliseconds(60)}, expiration=0.5)
    assert sample_database.slept.count_documents({}) == 0


def test_a_reply_says_when_it_was_sent(sample):
    before = milliseconds(0)
    assert before <= sample.answer_to("sleep", [0], {})["clock"] <= milliseconds(0)


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def gauge(name):
    samples = deadlines.CLOCK_DIFFERENCE.collect()[0].samples
    return [each.value for each in samples if each.labels == {"service": name}]


@pytest.mark.parametrize(
    ("theirs", "difference"), [(1_100, 0), (1_000, 0), (900, -0.1), (700, -0.3), (1_500, 0.3), (None, None)]
)
def test_the_difference_of_two_clocks_is_at_least_what_the_reply_shows(theirs, difference):
    name = f"peer {theirs}"
    with capture_logs() as lines:
        for _ in range(2):
            deadlines.compare_clocks(name, 1_000, theirs, 1_200)
    assert gauge(name) == ([] if difference is None else [difference])
    warned = abs(difference or 0) > deadlines.TOLERATED_DIFFERENCE
    assert [(line["peer"], line["seconds"]) for line in lines] == [(name, difference)] * warned, "once"


def test_instances_of_a_service_with_different_clocks_are_one_warning_while_they_last():
    clock = Clock()

    def minutes(number, *replies):
        with capture_logs() as lines:
            for _ in range(number * 60):
                for theirs in replies:
                    deadlines.compare_clocks("instances", 1_000, theirs, 1_200, clock)
                clock.now += 1
        return len(lines)

    assert (minutes(3, 700, 1_100, 900), gauge("instances")) == (1, [-0.3])
    assert (minutes(2, 1_100), gauge("instances")) == (0, [0])
    assert (minutes(1, 700, 1_100), gauge("instances")) == (1, [-0.3])


def test_a_service_that_does_not_answer_is_one_warning(sample):
    sample.ask("ask_to_sleep", 0)  # ends what an earlier test began
    sample.log_begin = sample.log.stat().st_size
    for _ in range(2):
        sample.ask("ask_to_sleep", 1.2)
    sample.ask("ask_to_sleep", 0)
    eventually(lambda: any("available again" in line["event"] for line in sample.lines()))
    lines = [line for line in sample.lines() if "the service" in line["event"]]
    assert [(line["level"], line["event"]) for line in lines] == [
        ("warning", "the service sample is unavailable"), ("info", "the service sample is available again"),
    ]  # fmt: skip
