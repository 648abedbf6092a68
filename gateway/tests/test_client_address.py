"""The gateway counts requests by name if it knows the caller, else by IPv4 address or IPv6 network."""

import uuid
from types import SimpleNamespace

import pytest
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from loket_contracts.errors import Refusal
from loket_gateway.access.roles import ANONYMOUS, Caller
from loket_gateway.http.client_address import client_network, limit_key
from loket_gateway.http.rate_limit import Limits
from tests.client import ANSWERS, a_visitor


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nonsense", "?"),
        (None, "?"),
    ],
)
def test_a_client_is_an_ipv4_address_or_a_64_bit_ipv6_network(address, client):
    assert client_network(address) == client


def test_a_known_caller_is_limited_by_name_and_not_by_address():
    key = Caller("portaal", "rumst", by="key")
    person = Caller("portaal", "rumst", by="session")
    assert len({limit_key(each, "192.0.2.1") for each in (key, person, ANONYMOUS)}) == 3
    assert limit_key(key, "192.0.2.1") == limit_key(key, "192.0.2.2")


def test_sixty_ipv6_addresses_of_one_network_share_one_limit():
    limits = Limits()
    limits.container = SimpleNamespace(config={"settings": SimpleNamespace(
        reads_per_minute=5, writes_per_minute=5, logins_per_minute=5, wrong_per_minute=5,
        upload_megabytes_per_hour=5, municipality_upload_megabytes_per_hour=5,
    )})  # fmt: skip
    limits.__dict__["_shared"] = FixedWindowRateLimiter(MemoryStorage())
    limits.setup()
    let_in = 0
    for number in range(60):
        try:
            limits.take("login", SimpleNamespace(caller=ANONYMOUS, remote_addr=f"2001:db8::{number:x}"))
            let_in += 1
        except Refusal:
            pass
    assert let_in == 5


def hold(portal, start, **changes):
    body = {"appointment_types": ["bouwadvies"], "location": "gemeentehuis", "start": start}
    return portal.post("holds", body, **changes)


def test_an_idempotency_key_belongs_to_its_caller(portal, staff):
    """Two who use the same key get each their own hold."""
    # on two days: one specialist may be the only one who is free, and a hold takes the starts beside it too
    last_of_day = {slot["start"][:10]: slot["start"] for slot in portal.slots()}
    first, second = list(last_of_day.values())[-2:]
    key = f"same-{uuid.uuid4()}"
    mine = hold(portal, first, key=key)
    assert hold(portal, first, key=key).json()["id"] == mine.json()["id"]
    theirs = hold(staff, second, key=key)
    assert theirs.status_code == 201
    assert theirs.json()["id"] != mine.json()["id"]
    other = hold(portal, second, key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_a_caller_cannot_book_the_hold_of_another_with_its_idempotency_key(portal, staff):
    key, start = f"same-{uuid.uuid4()}", portal.slots()[-1]["start"]
    body = {
        "appointment_types": ["bouwadvies"], "location": "gemeentehuis", "start": start, "answers": ANSWERS,
    }  # fmt: skip
    one = portal.post("appointments", {**body, "contact": a_visitor()}, key=key)
    assert one.status_code == 201
    other = staff.post("appointments", {**body, "contact": a_visitor()}, key=key)
    assert other.status_code != 422
    assert other.json().get("id") != one.json()["id"]
