"""One simulated period for all tests of figures."""

import pytest
from pymongo import MongoClient

from tests.client import Portal

from .played import A_YEAR, DAYS, play, wait_until_year_is_counted


@pytest.fixture(scope="session")
def databases(stack):
    client = MongoClient(stack.servers.mongo_uri, tz_aware=True)
    return client.loket_booking, client.loket_reporting


@pytest.fixture(scope="session")
def year(stack):
    """The API of the municipality, once all that happened there is counted."""
    play(stack, A_YEAR, DAYS)
    wait_until_year_is_counted(stack)
    return Portal.on(stack, "voorbeeld", stack.machine_key("voorbeeld"))
