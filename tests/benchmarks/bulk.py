"""A municipality with room for thousands, and that many appointments in it."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import yaml

from loket_local.stack import Stack
from tests.client import Portal


def book_many(stack: Stack, folder: Path, many: int) -> list[str]:
    """Appointments at a municipality with room enough, straight through the API, side by side. Gives their ids."""
    hours = [{"days": ["monday", "tuesday", "wednesday", "thursday", "friday"], "from": "07:00", "to": "20:00"}]
    specialist = {
        "kind": "person", "name": "S", "team": "team", "locations": ["hal"], "skills": ["x"], "hours": hours,
    }  # fmt: skip
    visit = {
        "name": "Visit", "team": "team", "locations": ["hal"], "duration": 15, "interval": 15, "notice_hours": 96,
        "horizon_days": 60, "needs": [{"kind": "person", "skill": "x"}],
    }  # fmt: skip
    town = {
        "id": "post", "name": "Post", "most_holds_per_client": 0, "locations": {"hal": {"name": "Hal"}},
        "teams": {"team": {"name": "Team"}}, "resources": {f"s-{number}": specialist for number in range(20)},
        "appointment_types": {"visit": visit},
    }  # fmt: skip
    file = folder / "post.yaml"
    file.write_text(yaml.safe_dump(town))
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
