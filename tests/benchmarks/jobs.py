"""What is measured, and beside which yardstick."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import requests

from loket_local.ports import LOOPBACK
from loket_local.stack import Stack

from .load import request
from .settled import wait_until_all_is_sent

SPECIALISTS = 10


@dataclass(frozen=True)
class Job:
    """One thing to measure. `yardstick`: the job that its rate is divided by. `alone`: the listeners are held still."""

    name: str
    port: int
    next_request: Callable[[], bytes]
    yardstick: str
    expected: int = 200
    alone: bool = False


def slot_request(start: str) -> dict[str, Any]:
    return {"appointment_types": ["visit"], "location": "hal", "start": start}


def booking(start: str, number: int) -> dict[str, Any]:
    return {**slot_request(start), "contact": {"name": f"Visitor {number}", "email": f"visitor{number}@example.org"}}


def starts(url: str) -> list[str]:
    """Every start of the next 300 days, ten times over, shuffled: one for each specialist."""
    today = date.today()  # noqa: DTZ011 - the machine's own day is as good as any
    found = []
    for first in range(1, 300, 60):
        query = {
            "appointment_type": "visit",
            "from": str(today + timedelta(first)),
            "to": str(today + timedelta(first + 59)),
        }
        found += [slot["start"] for slot in requests.get(f"{url}/slots", params=query, timeout=60).json()["slots"]]
    shuffled = found * SPECIALISTS
    random.Random(7).shuffle(shuffled)
    return shuffled


def fill_half(url: str) -> None:
    """Book half of the next 14 days of the searched municipality."""
    slots = requests.get(f"{url}/slots", params={"appointment_type": "visit"}, timeout=60).json()["slots"]
    wanted = [slot["start"] for slot in slots for _ in range(slot["capacity"] // 2)]
    with requests.Session() as session:
        for number, start in enumerate(wanted):
            session.post(f"{url}/appointments", json=booking(start, number), timeout=60).raise_for_status()


def jobs(stack: Stack, port: int) -> list[Job]:
    front, api = f"http://{LOOPBACK}:{port}", f"{stack.url}/api/v1"
    fill_half(f"{api}/searched")
    wait_until_all_is_sent(stack, "searched")
    free = iter(starts(f"{api}/booked"))
    number = itertools.count()
    gateway = stack.ports.http
    today = date.today()  # noqa: DTZ011 - the machine's own day is as good as any
    figures = request(
        "GET", f"{api}/booked/reports/overview?from={today}&to={today + timedelta(days=365)}",
        Authorization=f"Bearer {stack.machine_key('booked')}",
    )  # fmt: skip
    slots = f"{api}/searched/slots?appointment_type=visit"
    search = request("GET", slots, Cache_Control="no-cache")  # asked of booking every time
    key = f"Bearer {stack.machine_key('searched')}"
    with_key = request("GET", slots, Cache_Control="no-cache", Authorization=key)
    known = requests.get(f"{api}/rumst/teams", timeout=10).headers["ETag"]
    unchanged = request("GET", f"{api}/rumst/teams", If_None_Match=known)
    bare, rpc = request("GET", f"{front}/bare"), request("GET", f"{front}/rpc")
    event = request("POST", f"{front}/event", {"some": "thing"})
    return [
        Job("plain nameko: @http", port, lambda: bare, "plain nameko: @http"),
        Job("plain nameko: @http, RPC", port, lambda: rpc, "plain nameko: @http, RPC"),
        Job("plain nameko: @http, RPC, event", port, lambda: event, "plain nameko: @http, RPC, event"),
        Job("catalogue", gateway, lambda: request("GET", f"{api}/rumst/teams"), "plain nameko: @http"),
        Job("catalogue, not changed (304)", gateway, lambda: unchanged, "plain nameko: @http", 304),
        Job("slots, asked a moment ago", gateway, lambda: request("GET", slots), "plain nameko: @http"),
        Job("slot search, 10 x 14 days, half booked", gateway, lambda: search, "plain nameko: @http, RPC"),
        Job("the same search, with a key", gateway, lambda: with_key, "slot search, 10 x 14 days, half booked"),
        Job(
            "hold",
            gateway,
            lambda: request("POST", f"{api}/booked/holds", slot_request(next(free))),
            "plain nameko: @http, RPC",
            201,
        ),
        Job(
            "book",
            gateway,
            lambda: request("POST", f"{api}/booked/appointments", booking(next(free), next(number))),
            "plain nameko: @http, RPC, event",
            201,
        ),
        Job(
            "book, listeners held still",
            gateway,
            lambda: request("POST", f"{api}/booked/appointments", booking(next(free), next(number))),
            "plain nameko: @http, RPC, event",
            201,
            alone=True,
        ),
        Job(
            "overview of figures",
            gateway,
            lambda: figures,
            "plain nameko: @http, RPC",
        ),
    ]
