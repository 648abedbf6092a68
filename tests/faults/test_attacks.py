"""Clients attack the gateway: it still serves others, and refuses each attack with a clear response."""

import contextlib
import json
import re
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from conftest import LONG
from tests.upgrade.releases import ROOT, another

POST = b"POST /api/v1/rumst/holds HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
SLOW = 500
WRONG = 10_000 if LONG else 400


@pytest.fixture
def gateway(own_stack):
    return own_stack.components["gateway"]


@contextlib.contextmanager
def connections(port, count, first):
    """Open `count` connections; each sends `first`, and nothing more."""
    opened = []
    for _ in range(count):
        sock = socket.create_connection(("127.0.0.1", port), timeout=10)
        sock.sendall(first)
        opened.append(sock)
    try:
        yield opened
    finally:
        for sock in opened:
            sock.close()


def memory(gateway):
    """Resident, in MiB."""
    status = Path(f"/proc/{gateway.child.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def answers(portal):
    for path in ("teams", "appointment-types"):
        assert portal.get(path).status_code == 200
    assert portal.slots()


@pytest.mark.parametrize(
    "first",
    [b"GET /api/v1/rumst/teams HTTP/1.1\r\nHost: x\r\nX-A: ", b"GE",
     POST + b"Content-Length: 100\r\n\r\n{"],
    ids=["half a head", "half a line", "half a body"],
)  # fmt: skip
def test_five_hundred_slow_clients_do_not_block_other_clients(gateway, portal, first):
    with connections(gateway.port, SLOW, first):
        answers(portal)
        assert portal.booked()


@pytest.fixture(scope="module")
def strict(own_stack):
    """One more gateway, with bounds that a test can reach."""
    gateway = another(own_stack.components["gateway"], ROOT, "strict")
    gateway.environment |= {"SLOWEST_BODY_SECONDS": "1", "WRONG_PER_MINUTE": "20"}
    gateway.start()
    gateway.wait_until("ready")
    yield gateway
    gateway.child.kill()


def test_a_slow_body_is_refused_with_its_reason(strict):
    with connections(strict.port, 1, POST + b"Content-Length: 9\r\n\r\n{") as (sock,):
        assert b"408" in sock.recv(200)


def test_thousands_of_wrong_keys_and_tokens_give_no_access_and_cost_little(gateway, portal):
    before = memory(gateway)
    session = requests.Session()
    for number in range(WRONG):
        key = f"loket_{number:012x}_{'x' * 43}" if number % 2 else f"{number:043}"
        answer = session.get(portal.path("appointments/abc"), headers={"Authorization": f"Bearer {key}"}, timeout=10)
        assert answer.status_code in (401, 404)
    answers(portal)
    assert memory(gateway) < before + 40


def test_password_guessing_by_many_clients_does_not_grow_memory(own_stack, gateway, portal):
    before = memory(gateway)
    login = f"{own_stack.url}/rumst/aanmelden"

    def guess(number):
        form = {"name": f"nobody-{number}", "password": "wrong"}
        return requests.post(login, data=form, timeout=60).status_code

    with ThreadPoolExecutor(40) as crowd:
        assert set(crowd.map(guess, range(120 if LONG else 80))) == {401}
    assert memory(gateway) < before + 60
    answers(portal)


def test_a_client_that_sends_wrong_keys_is_limited_and_others_are_not(own_stack, strict, portal):
    portal.url = f"http://127.0.0.1:{strict.port}"
    header = {"Authorization": f"Bearer loket_{'0' * 12}_{'x' * 43}"}
    statuses = [requests.get(portal.path("agenda"), headers=header, timeout=10) for _ in range(40)]
    assert [each.status_code for each in statuses[:20]] == [401] * 20
    assert statuses[-1].status_code == 429
    assert 0 < int(statuses[-1].headers["Retry-After"]) <= 60
    answers(portal)
    right = {"Authorization": f"Bearer {own_stack.machine_key('rumst')}"}
    today = {"date": "2026-11-30"}
    assert requests.get(portal.path("agenda"), headers=right, params=today, timeout=10).status_code == 200


@pytest.mark.parametrize("length", ["2147483648", "9999999999999999999999"])
def test_a_body_of_two_gigabytes_is_refused_before_it_is_sent(gateway, portal, length):
    before = memory(gateway)
    with connections(gateway.port, 1, POST + f"Content-Length: {length}\r\n\r\n".encode()) as (sock,):
        assert b" 413 " in sock.recv(200)
    assert memory(gateway) < before + 10
    answers(portal)


def test_an_endless_body_is_cut_off(gateway, portal):
    before = memory(gateway)
    piece = b"10000\r\n" + b"[" * 0x10000 + b"\r\n"
    with connections(gateway.port, 1, POST + b"Transfer-Encoding: chunked\r\n\r\n") as (sock,):
        got = []
        reader = threading.Thread(target=lambda: got.append(sock.recv(200)))
        reader.start()
        with contextlib.suppress(OSError):
            for _ in range(200):
                sock.sendall(piece)
        reader.join(20)
        assert b" 413 " in got[0]
    assert memory(gateway) < before + 30
    answers(portal)


@pytest.mark.parametrize(
    "head", [b"X: " + b"a" * 100_000 + b"\r\n", b"".join(b"X-%d: a\r\n" % n for n in range(20_000))],
    ids=["one long field", "many fields"],
)  # fmt: skip
def test_a_request_with_too_many_header_fields_is_refused(gateway, portal, head):
    with connections(gateway.port, 1, b"GET / HTTP/1.1\r\nHost: x\r\n") as (sock,):
        with contextlib.suppress(OSError):
            sock.sendall(head + b"\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert sock.recv(200).startswith((b"HTTP/1.0 4", b"HTTP/1.1 4", b""))
    answers(portal)


@pytest.mark.parametrize(
    "body",
    [b"[" * 400_000, b'{"a":' * 150_000, b'{"start": ' + b"9" * 400_000 + b"}", b'{"a": "' + b"\\u0000" * 50_000],
    ids=["lists", "objects", "digits", "half a string"],
)  # fmt: skip
def test_a_json_bomb_is_refused(portal, body):
    answer = requests.post(portal.path("holds"), data=body, headers={"Content-Type": "application/json"}, timeout=10)
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Traceback" not in json.dumps(answer.json())
    answers(portal)
