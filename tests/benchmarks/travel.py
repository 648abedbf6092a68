"""The time from the response to a booking until its mail arrives and the overview counts it."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Any

import requests
from rich.table import Table

from loket_local.stack import Stack

SAMPLES = 30


def travel(stack: Stack) -> Table:
    """Book one by one on an idle stack, and look until both are there."""
    url = f"{stack.url}/api/v1/rumst"
    ahead = date.today() + timedelta(29)  # noqa: DTZ011 - the machine's own day is as good as any
    query = {"appointment_type": "hinder-melden", "location": "gemeentehuis", "to": str(ahead)}
    free = [slot["start"] for slot in requests.get(f"{url}/slots", params=query, timeout=10).json()["slots"]][::3]
    key = stack.machine_key("rumst")
    took = [_one(url, key, stack.mail_url, start, number) for number, start in enumerate(free[:SAMPLES])]
    table = Table("from the answer to the POST that books", "median ms", "longest ms")
    for name in ("mail", "figure"):
        values = sorted(each[name] for each in took)
        table.add_row(f"to the {name}", f"{values[len(values) // 2]:.0f}", f"{values[-1]:.0f}")
    return table


def _one(url: str, key: str, mail_url: str, start: str, number: int) -> dict[str, float]:
    address = f"travel{number}@example.org"
    body: dict[str, Any] = {
        "appointment_types": ["hinder-melden"], "location": "gemeentehuis", "start": start,
        "contact": {"name": "Traveller", "email": address}, "answers": {"soort-hinder": "geluid"},
    }  # fmt: skip
    before = _booked(url, key)
    requests.post(f"{url}/appointments", json=body, timeout=10).raise_for_status()
    answered = time.perf_counter()
    seen: dict[str, float] = {}
    while len(seen) < 2:
        if "figure" not in seen and _booked(url, key) > before:
            seen["figure"] = (time.perf_counter() - answered) * 1000
        if "mail" not in seen and _mailed(mail_url, address):
            seen["mail"] = (time.perf_counter() - answered) * 1000
    return seen


def _booked(url: str, key: str) -> int:
    ends, headers = {"from": "2026-01-01", "to": "2030-12-31"}, {"Authorization": f"Bearer {key}"}
    return int(
        requests.get(f"{url}/reports/overview", params=ends, timeout=10, headers=headers).json()["figures"]["booked"]
    )


def _mailed(mail_url: str, address: str) -> bool:
    return any(address in mail["to"] for mail in requests.get(f"{mail_url}/messages.json", timeout=10).json())
