"""Wait until earlier work has settled, so that one row of measurements does not weigh on the next."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator
from typing import Any

import requests
from pymongo import MongoClient

from loket_local.ports import LOOPBACK
from loket_local.stack import Stack


@contextlib.contextmanager
def held_still(stack: Stack, *names: str) -> Iterator[None]:
    """These services stopped in their tracks."""
    children = [stack.components[name].child for name in names]
    for child in children:
        child.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for child in children:
            child.process.send_signal(signal.SIGCONT)


def wait_until_all_is_sent(stack: Stack, municipality: str, booked: int = 0) -> None:
    """Until the mail of every booking is out and counted, so that one row does not weigh on the next.

    `booked`: how many there are at least.
    """
    url, ends = f"{stack.url}/api/v1/{municipality}/reports/overview", {"from": "2026-01-01", "to": "2030-12-31"}
    headers = {"Authorization": f"Bearer {stack.machine_key(municipality)}"}
    while True:
        found = requests.get(url, params=ends, headers=headers, timeout=60)
        figures = found.json()["figures"] if found.ok else {}
        if figures and figures["messages"] >= figures["appointments"] >= booked:
            return
        time.sleep(0.5)


def wait_until_all_is_counted(stack: Stack) -> None:
    """Until reporting has seen twice, a second apart, that no day is out of date."""
    url = f"http://{LOOPBACK}:{stack.components['reporting'].port}/metrics"
    quiet = 0
    while quiet < 2:
        time.sleep(1)
        quiet = quiet + 1 if "\nloket_figures_stale_days 0.0\n" in requests.get(url, timeout=10).text else 0


def wait_until_capacity_is_published(stack: Stack, municipality: str) -> None:
    """Booking publishes the offered minutes of every resource-day of a new municipality, within a minute."""
    assert stack.servers is not None
    client: MongoClient[dict[str, Any]] = MongoClient(stack.servers.mongo_uri)
    published, counted = client.loket_booking.capacities, client.loket_reporting.capacities_1
    while published.count_documents({"municipality": municipality}) == 0 or counted.count_documents(
        {}
    ) < published.count_documents({}):
        time.sleep(1)
