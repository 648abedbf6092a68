"""The second factor: codes of an authenticator app (RFC 6238), and recovery codes."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest

from loket_gateway.access.credentials import RECOVERY_CODES, CredentialStore

NOW = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)
ACCOUNT = "rumst/avertommen"


def later(seconds):
    return NOW + dt.timedelta(seconds=seconds)


@pytest.fixture
def store(database):
    return CredentialStore(database)


@pytest.fixture
def app(store):
    """An authenticator app that is set up, and its recovery codes."""
    app = pyotp.TOTP(store.begin_totp(ACCOUNT))
    return app, store.confirm_totp(ACCOUNT, app.at(NOW), NOW)


def test_a_secret_is_in_force_when_the_app_showed_its_first_code(store):
    app = pyotp.TOTP(store.begin_totp(ACCOUNT))
    assert store.begin_totp(ACCOUNT) == app.secret
    assert store.confirm_totp(ACCOUNT, "000000", NOW) is None
    assert not store.get(ACCOUNT).has_second_factor
    codes = store.confirm_totp(ACCOUNT, app.at(NOW), NOW)
    assert len(set(codes)) == RECOVERY_CODES
    assert store.get(ACCOUNT).has_second_factor


def test_a_code_works_for_some_seconds_and_once(store, app):
    totp, _ = app
    assert not store.verify(ACCOUNT, totp.at(NOW), later(10)), "it was used to set up the app"
    assert store.verify(ACCOUNT, totp.at(later(60)), later(60))
    assert not store.verify(ACCOUNT, totp.at(later(60)), later(61))
    assert not store.verify(ACCOUNT, totp.at(later(30)), later(61)), "an earlier one than the last"
    assert store.verify(ACCOUNT, totp.at(later(120)), later(95)), "a clock that is ahead"
    assert not store.verify(ACCOUNT, totp.at(later(240)), later(400))


def test_a_code_that_two_requests_send_together_opens_one_session(store, app):
    code = app[0].at(later(60))
    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(lambda _: store.verify(ACCOUNT, code, later(60)), range(16))) == 1


def test_a_recovery_code_works_once_however_it_is_typed_and_is_stored_hashed(store, app):
    _, codes = app
    assert store.verify(ACCOUNT, f" {codes[0].lower().replace('-', ' ')} ", NOW)
    assert not store.verify(ACCOUNT, codes[0], NOW)
    assert store.verify(ACCOUNT, codes[1], NOW)
    assert len(store.get(ACCOUNT).recovery_codes) == RECOVERY_CODES - 2
    assert not any(code in str(list(store.collection.find())) for code in codes)


def test_without_an_app_no_code_is_right(store, app):
    store.remove_totp(ACCOUNT)
    assert not store.verify(ACCOUNT, app[0].at(later(60)), later(60))
    assert not store.verify(ACCOUNT, app[1][0], NOW)
    assert not store.verify("rumst/nobody", "", NOW)


def test_another_app_replaces_the_first_and_its_recovery_codes(store, app):
    new = pyotp.TOTP(store.begin_totp(ACCOUNT))
    assert store.verify(ACCOUNT, app[0].at(later(60)), later(60)), "until it is confirmed the first stays"
    codes = store.confirm_totp(ACCOUNT, new.at(later(90)), later(90))
    assert not store.verify(ACCOUNT, app[0].at(later(120)), later(120))
    assert not store.verify(ACCOUNT, app[1][0], later(120))
    assert store.verify(ACCOUNT, codes[0], later(120))
