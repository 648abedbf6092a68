"""Residents and staff whose requests go on while versions change; what was confirmed to them is compared later."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.client import ANSWERS, Portal, a_visitor, in_days


@dataclass
class Confirmation:
    """What the municipality last confirmed about an appointment."""

    token: str
    start: str
    state: str = "booked"


@dataclass
class Traffic:
    """A resident's and a clerk's requests, one after the other, at `rate` requests a second.

    `confirmed`: by appointment. `refused`: each answer that is not the expected one, with its request.
    """

    portal: Portal
    rate: float
    seed: int = 1
    confirmed: dict[str, Confirmation] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    answered: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="traffic")

    def __enter__(self) -> Traffic:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def report(self) -> str:
        """How many requests of each kind were answered with which status, and how long the slowest took."""
        answers = ", ".join(f"{what}: {number}" for what, number in sorted(self.answered.items()))
        return f"{answers}; slowest request {self.slowest:.2f} s; not as expected: {len(self.refused)}"

    def move_to(self, url: str) -> None:
        """From the next request on, talk to the gateway at `url`, as a load balancer does."""
        self.portal.url = url

    def _run(self) -> None:
        actions = [
            self.book,
            self.book,
            self.book_a_hold,
            self.read,
            self.read_calendar,
            self.reschedule,
            self.cancel,
            self.wait_for_earlier,
            self.take_number,
        ]
        while not self._ended.is_set():
            began = time.monotonic()
            action = self._random.choice(actions)
            try:
                action()
            except requests.RequestException as error:
                self.refused.append(f"{action.__name__}: {error!r}")
            except AssertionError as error:
                self.refused.append(f"{action.__name__}: {error}")
            took = time.monotonic() - began
            self.slowest = max(self.slowest, took)
            self._ended.wait(max(0.0, 1 / self.rate - took))

    def book(self) -> None:
        visitor = a_visitor()
        start = self._free_start()
        answer = self.portal.book(start=start, key=visitor["email"], contact=visitor)
        if self._is_taken(answer):
            return
        made = self._expect(201, "book", answer)
        self.confirmed[made["id"]] = Confirmation(made["link_token"], made["start"])
        assert made["start"] == start, f"asked for {start}, got {made['start']}"

    def book_a_hold(self) -> None:
        """Hold a slot, and book it."""
        visitor = a_visitor()
        slot = {"appointment_types": ["bouwadvies"], "location": "gemeentehuis", "start": self._free_start()}
        held = self.portal.post("holds", slot)
        if self._is_taken(held):
            return
        body = {"hold": self._expect(201, "hold", held)["id"], "contact": visitor, "answers": ANSWERS}
        made = self._expect(201, "book", self.portal.post("appointments", body))
        self.confirmed[made["id"]] = Confirmation(made["link_token"], made["start"])

    def read_calendar(self) -> None:
        """Download the calendar entry."""
        if chosen := self._one("booked"):
            identifier, confirmation = chosen
            answer = self.portal.get(f"appointments/{identifier}/calendar.ics", confirmation.token)
            self.answered[f"calendar {answer.status_code}"] += 1
            assert answer.text.startswith("BEGIN:VCALENDAR"), f"{answer.status_code}: {answer.text[:300]}"

    def read(self) -> None:
        if chosen := self._one("booked", "cancelled"):
            self.check(*chosen)

    def check(self, identifier: str, confirmation: Confirmation) -> None:
        """The appointment is as it was last confirmed."""
        found = self._expect(200, "read", self.portal.get(f"appointments/{identifier}", confirmation.token))
        assert (found["start"], found["state"]) == (confirmation.start, confirmation.state), (
            f"{identifier}: {found} for {confirmation}"
        )

    def reschedule(self) -> None:
        if chosen := self._one("booked"):
            identifier, confirmation = chosen
            start = self._free_start()
            answer = self.portal.post(f"appointments/{identifier}/reschedule", {"start": start}, confirmation.token)
            if self._is_taken(answer):
                return
            confirmation.start = self._expect(200, "reschedule", answer)["start"]

    def cancel(self) -> None:
        if chosen := self._one("booked"):
            identifier, confirmation = chosen
            answer = self.portal.post(f"appointments/{identifier}/cancel", {}, confirmation.token)
            confirmation.state = self._expect(200, "cancel", answer)["state"]
            assert confirmation.state == "cancelled"

    def wait_for_earlier(self) -> None:
        """Join the waiting list and leave it."""
        if chosen := self._one("booked"):
            identifier, confirmation = chosen
            joined = self.portal.post("waiting-list", {"appointment": identifier}, confirmation.token)
            self._expect(201, "join", joined)
            self._expect(
                204, "leave", self.portal.send("DELETE", f"waiting-list/{identifier}", None, confirmation.token)
            )

    def take_number(self) -> None:
        """Take a number at the desk, and read the agenda and the queue."""
        key, body = self.portal.staff_key, {"appointment_types": ["dossier-inzien"], "location": "gemeentehuis"}
        self._expect(201, "ticket", self.portal.post("tickets", body, key))
        self._expect(200, "agenda", self.portal.get("agenda", key, params={"date": in_days(7)}))
        self._expect(200, "queue", self.portal.get("queue", key, params={"location": "gemeentehuis"}))

    def _free_start(self) -> str:
        starts = [slot["start"] for slot in self.portal.slots(to=in_days(60))]
        assert starts, "no start is free"
        return str(self._random.choice(starts[len(starts) // 2 :]))

    def _is_taken(self, answer: requests.Response) -> bool:
        """Whether the start was taken. One instance offers for a second what another one has just booked (ADR 0008)."""
        taken = answer.status_code == 409 and answer.json()["code"] == "slot-taken"
        self.answered["slot taken"] += taken
        return taken

    def _one(self, *states: str) -> tuple[str, Confirmation] | None:
        found = [item for item in self.confirmed.items() if item[1].state in states]
        return self._random.choice(found) if found else None

    def _expect(self, status: int, what: str, answer: requests.Response) -> Any:
        self.answered[f"{what} {answer.status_code}"] += 1
        assert answer.status_code == status, f"{what} answered {answer.status_code}: {answer.text[:300]}"
        return answer.json() if answer.content else None
