"""The topics that most residents come for are those of the open data."""

from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from loket_chassis.messaging.rpc import Unavailable
from loket_gateway.clients.popular_topics import PopularTopics


def row(topic, completed, cancelled=0, month="2026-10"):
    return {
        "month": month, "appointment_type": topic, "completed": completed, "no_show": None, "cancelled": cancelled,
        "other": 0,
    }  # fmt: skip


class Reporting:
    """Reporting, which can be unavailable."""

    def __init__(self):
        self.rows, self.calls, self.is_available = [], 0, True

    def outside_work(self):
        return SimpleNamespace(open_data=self.open_data)

    def open_data(self, municipality):
        self.calls += 1
        if not self.is_available:
            raise Unavailable("reporting")
        return self.rows


@pytest.fixture
def reporting():
    return Reporting()


@pytest.fixture
def popular(reporting):
    topics = PopularTopics()
    topics.reporting = reporting
    topics.setup()
    return topics


def test_the_topics_with_most_appointments_over_all_months_come_first(popular, reporting):
    reporting.rows = [row("boom", 10), row("bouw", 6), row("bouw", 4, cancelled=5, month="2026-11")]
    assert popular.of("stad") == ("bouw", "boom")


def test_a_topic_of_which_only_small_counts_are_known_is_not_popular(popular, reporting):
    reporting.rows = [row("boom", None, None), row("bouw", 6)]
    assert popular.of("stad") == ("bouw",)


def test_without_reporting_there_are_no_popular_topics_and_pages_do_not_wait_for_it_again(popular, reporting):
    reporting.is_available = False
    with capture_logs() as lines:
        assert popular.of("stad") == ()
        assert popular.of("stad") == ()
    assert {line["log_level"] for line in lines} <= {"debug"}, "the outage is logged already"
    assert reporting.calls == 1


def test_the_last_known_topics_are_shown_while_reporting_is_unavailable(popular, reporting):
    reporting.rows = [row("boom", 10)]
    assert popular.of("stad") == ("boom",)
    popular._cache.expire()
    reporting.is_available = False
    assert popular.of("stad") == ("boom",)
