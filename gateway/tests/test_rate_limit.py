"""The rate limits of a client are shared by all gateways, never exceeded, and cheap."""

from types import SimpleNamespace

import eventlet
import pytest
from limits.errors import StorageError
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from pymongo.errors import OperationFailure
from structlog.testing import capture_logs

from loket_contracts.errors import Refusal
from loket_gateway.access.roles import ANONYMOUS, Caller
from loket_gateway.http.rate_limit import Limits

MOST = 40


class SlowStorage(MemoryStorage):
    """One in which others get their turn while something is looked up, and which counts its lookups."""

    def __init__(self):
        super().__init__()
        self.looked_up = 0

    def incr(self, *args, **options):
        self.looked_up += 1
        eventlet.sleep(0.001)
        return super().incr(*args, **options)


class NoStorage(MemoryStorage):
    def __init__(self, error=None):
        super().__init__()
        self.error = error or ConnectionError("away")

    def incr(self, *args, **options):
        raise StorageError(self.error)


def gateway(storage):
    limits = Limits()
    settings = SimpleNamespace(
        reads_per_minute=MOST, writes_per_minute=MOST, logins_per_minute=2, wrong_per_minute=2,
        upload_megabytes_per_hour=10, municipality_upload_megabytes_per_hour=25,
    )  # fmt: skip
    limits.container = SimpleNamespace(config={"settings": settings})
    limits.setup()
    limits.__dict__["_shared"] = FixedWindowRateLimiter(storage)
    return limits


def asks(limits, client="10.0.0.1", what="read"):
    try:
        limits.take(what, SimpleNamespace(caller=ANONYMOUS, remote_addr=client))
    except Refusal:
        return False
    return True


def test_a_client_gets_its_full_quota_and_no_more():
    limits = gateway(MemoryStorage())
    assert [asks(limits) for _ in range(MOST + 5)] == [True] * MOST + [False] * 5
    assert asks(limits, "10.0.0.2")
    assert asks(limits, what="write")


def test_concurrent_requests_share_one_batch_of_quota():
    storage = SlowStorage()
    limits = gateway(storage)
    pool = eventlet.GreenPool(100)
    let_in = sum(pool.imap(lambda _: asks(limits), range(100)))
    assert let_in == MOST
    assert storage.looked_up < MOST


def test_several_gateways_share_one_count():
    storage = MemoryStorage()
    gateways = [gateway(storage) for _ in range(3)]
    let_in = sum(asks(gateways[number % 3]) for number in range(3 * MOST))
    assert MOST - 2 * (MOST // 20) <= let_in <= MOST


def test_an_exhausted_client_costs_no_database_query():
    storage = SlowStorage()
    limits = gateway(storage)
    while asks(limits):
        pass
    before = storage.looked_up
    assert not any(asks(limits) for _ in range(100))
    assert storage.looked_up == before


@pytest.mark.parametrize("what", ["read", "login"])
def test_without_the_database_each_gateway_counts_alone(what):
    limits = gateway(NoStorage())
    let_in = sum(asks(limits, what=what) for _ in range(100))
    assert let_in == (MOST if what == "read" else 2)


@pytest.mark.parametrize(
    ("error", "warnings"), [(ConnectionError("away"), 0), (OperationFailure("not authorised"), 1)]
)  # fmt: skip
def test_an_error_of_the_storage_that_is_no_outage_is_one_warning(error, warnings):
    limits = gateway(NoStorage(error))
    with capture_logs() as lines:
        for number in range(3):
            assert asks(limits, f"10.0.0.{number}")
    assert [line["log_level"] for line in lines].count("warning") == warnings


def test_the_first_slots_of_strangers_in_an_hour_are_free_and_the_end_of_them_is_logged_once():
    storage = MemoryStorage()
    one, other = gateway(storage), gateway(storage)
    with capture_logs() as logs:
        taken = [each.take_free_slot("rumst", 3) for _ in range(4) for each in (one, other)]
    assert taken == [True] * 3 + [False] * 5
    assert [each["log_level"] for each in logs] == ["warning"]
    assert one.is_used_up("rumst", 3)
    assert not one.is_used_up("boom", 3)


def test_slots_of_strangers_are_counted_by_each_gateway_while_the_database_is_away():
    limits = gateway(NoStorage())
    assert [limits.take_free_slot("rumst", 1) for _ in range(2)] == [True, False]


def sends(limits, megabytes, client="10.0.0.1", caller=ANONYMOUS):
    request = SimpleNamespace(caller=caller, remote_addr=client)
    try:
        limits.take_upload(request, "rumst", int(megabytes * 1_000_000))
    except Refusal:
        return False
    return True


def test_the_files_of_one_client_and_of_all_clients_of_a_municipality_are_limited_by_size_over_all_gateways():
    storage = MemoryStorage()
    gateways = [gateway(storage) for _ in range(2)]
    assert [sends(gateways[number % 2], 4.9) for number in range(3)] == [True, True, False]
    assert sends(gateways[0], 9.9, "2001:db8::1")
    assert not sends(gateways[1], 0.5, "2001:db8::2"), "the same /64"
    assert not sends(gateways[1], 9.9, "10.0.0.2"), "all together"
    assert sends(gateways[1], 0.05, "10.0.0.1"), "a form without files"


def test_a_refused_file_may_be_sent_again_when_the_hour_is_over():
    limits = gateway(MemoryStorage())
    with pytest.raises(Refusal) as refused:
        limits.take_upload(SimpleNamespace(caller=ANONYMOUS, remote_addr="10.0.0.1"), "rumst", 11_000_000)
    assert 0 < int(refused.value.params["seconds"]) <= 3600


def test_the_files_that_an_account_or_key_sends_are_not_limited():
    limits = gateway(MemoryStorage())
    assert all(sends(limits, 9, caller=Caller("portal", "rumst", by="key")) for _ in range(10))
