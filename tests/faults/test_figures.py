"""Killing reporting and its database while events arrive does not change the figures."""

import time

import pytest
from pymongo import MongoClient

from tests.client import Portal, eventually
from tests.figures import plain
from tests.figures.played import IS_LONG, period, play, raw, wait_until_year_is_counted

from .servers import start_database

DAYS, A_YEAR, KILLS = (365, 12_000, 8) if IS_LONG else (8, 6_000, 2)


@pytest.fixture(scope="module")
def played(own_stack):
    """A part of a year whose events reporting has not consumed yet."""
    own_stack.components["reporting"].stop()
    play(own_stack, A_YEAR, DAYS)


def test_killing_reporting_and_mongod_while_they_count_does_not_change_the_figures(own_stack, played):
    reporting = own_stack.components["reporting"]
    for _ in range(KILLS):
        reporting.start()
        reporting.wait_until("ready")
        time.sleep(1)
        reporting.child.kill()
    reporting.start()
    reporting.wait_until("ready")
    own_stack.servers.database.process.kill()
    start_database(own_stack)
    client = MongoClient(own_stack.servers.mongo_uri, tz_aware=True)
    wait_until_year_is_counted(own_stack)
    first, last = period(DAYS)
    portal = Portal.on(own_stack, "voorbeeld", own_stack.machine_key("voorbeeld"))

    def differing():
        """Booking goes on publishing what is offered, so one look at both may lie on either side of that."""
        found = portal.get("reports/overview", params={"from": first, "to": last}).json()["figures"]
        assert found["appointments"] > 10
        expected = plain.figures(*raw(client.loket_booking, first, last))
        return {name: (found[name], value) for name, value in expected.items() if found[name] != value}

    eventually(lambda: not differing())
