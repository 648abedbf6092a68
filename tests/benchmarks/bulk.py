"""A municipality with room for thousands of appointments, and that many booked."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

from loket_local.stack import Stack
from tests.client import Portal

from .municipality import municipality_yaml


def book_many(stack: Stack, folder: Path, many: int) -> list[str]:
    """Appointments at a municipality with room enough, straight through the API, side by side. Gives their ids."""
    file = folder / "post.yaml"
    file.write_text(municipality_yaml("post", 20, "07:00", "20:00", 15, notice_hours=96, horizon_days=60))
    stack.configure(file)
    portal = Portal(stack.url, stack.mail_url, municipality="post")
    last = str(date.today() + timedelta(50))  # noqa: DTZ011 - the machine's own day is as good as any
    starts = [slot["start"] for slot in portal.slots("visit", "hal", to=last) for _ in range(slot["capacity"])]
    random.Random(3).shuffle(starts)
    booked: list[str] = []

    def work(own: list[str]) -> None:
        mine = Portal(stack.url, stack.mail_url, municipality="post")
        for start in own:
            answer = mine.book(start, appointment_types=["visit"], location="hal", answers={})
            assert answer.status_code == 201, answer.text
            booked.append(answer.json()["id"])

    with ThreadPoolExecutor(8) as pool:
        for each in [pool.submit(work, starts[:many][first::8]) for first in range(8)]:
            each.result()
    return booked
