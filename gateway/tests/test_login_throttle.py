"""Wrong passwords and codes are bounded, and they lock no user out."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from loket_gateway.access.known_devices import KNOWN_FOR, KnownDevices
from loket_gateway.access.login_throttle import ALL_UNKNOWN, ONE, LoginThrottle

NOW = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)
ACCOUNT, HERE, THERE = "rumst/avertommen", "192.0.2.1", "192.0.2.2"


@pytest.fixture
def throttle(database):
    made = LoginThrottle(database)
    made.create_indexes()
    return made


def taken(throttle, attempts, client=HERE, device=None, account=ACCOUNT, now=NOW):
    return sum(throttle.take(account, client, device, now) for _ in range(attempts))


def test_a_client_has_a_few_attempts_at_an_account_and_others_have_their_own(throttle):
    assert taken(throttle, 10) == ONE.most
    assert taken(throttle, 10, client=THERE) == ONE.most
    assert taken(throttle, 1, account="rumst/other") == 1


def test_an_attempt_expires_so_that_one_an_hour_locks_no_account(throttle):
    taken(throttle, 10)
    assert taken(throttle, 3, now=NOW + ONE.forgotten_after) == 1
    for hour in range(2, 50):
        assert taken(throttle, 1, now=NOW + dt.timedelta(hours=hour)) == 1


def test_all_unknown_browsers_together_have_a_hundred_attempts_and_a_known_one_keeps_its_own(throttle):
    everywhere = sum(taken(throttle, ONE.most, client=f"192.0.2.{number}") for number in range(40))
    assert everywhere == ALL_UNKNOWN.most
    assert taken(throttle, 10, device="known") == ONE.most


def test_attempts_at_the_same_moment_are_all_counted(throttle):
    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(lambda _: throttle.take(ACCOUNT, HERE, None, NOW), range(40))) == ONE.most


def test_a_login_forgets_the_attempts_of_its_client_and_a_reset_those_of_all(throttle):
    taken(throttle, 10)
    taken(throttle, 10, client=THERE)
    throttle.release(ACCOUNT, HERE, None)
    assert (taken(throttle, 1), taken(throttle, 1, client=THERE)) == (1, 0)
    throttle.clear(ACCOUNT)
    assert taken(throttle, 1, client=THERE) == 1


def test_stored_attempts_name_no_account_and_no_client(throttle):
    taken(throttle, 1)
    stored = str(list(throttle.collection.find()))
    assert HERE not in stored
    assert "avertommen" not in stored


def test_a_browser_is_known_for_the_accounts_that_logged_in_with_it_and_not_for_others(database):
    devices = KnownDevices(database)
    devices.remember("cookie", ACCOUNT, NOW)
    devices.remember("cookie", "rumst/other", NOW)
    assert devices.knows("cookie", ACCOUNT, NOW)
    assert devices.is_known("cookie")
    assert not devices.knows("guessed", ACCOUNT, NOW)
    assert not devices.knows("cookie", "rumst/third", NOW)
    assert not devices.knows("cookie", ACCOUNT, NOW + KNOWN_FOR)
    devices.forget_all_of(ACCOUNT)
    assert not devices.knows("cookie", ACCOUNT, NOW)
    assert devices.knows("cookie", "rumst/other", NOW)
