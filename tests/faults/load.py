"""Residents who book, move and cancel over HTTP at a steady rate, and write down each answer."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import requests
import yaml

from .history import NOT_JSON, Effect, History, Outcome

ZONE = ZoneInfo("Europe/Brussels")
DAYS = 20
FIRST_HOUR, LAST_HOUR = 7, 18
#: seconds that a gateway which failed gets no requests; nginx has 10
FAILED_FOR = 2.0
CONNECT_TIMEOUT, ANSWER_TIMEOUT = 3.0, 10.0
#: of the bookings, how many are moved and how many are cancelled afterwards
MOVED, CANCELLED = 0.25, 0.15
#: after an unknown outcome or 503: how many residents try again, and how often
INSISTING, ATTEMPTS = 0.5, 4


def municipality_yaml(name: str, people: int, for_portal: bool = False) -> str:
    """A municipality in which `people` specialists receive on DAYS days; one visit in four needs a room as well.

    Strangers book without a confirmation. `for_portal`: they cannot, and the last release reads the file too.
    """
    first = dt.datetime.now(ZONE).date() + dt.timedelta(3)
    everyday = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    hours = [{"days": everyday, "from": f"{FIRST_HOUR:02}:00", "to": f"{LAST_HOUR + 1}:00",
              "valid_from": str(first), "valid_until": str(first + dt.timedelta(DAYS - 1))}]  # fmt: skip
    person = {"kind": "person", "name": "P", "team": "t", "locations": ["hal"], "skills": ["x"], "hours": hours}
    room = {"kind": "room", "name": "R", "locations": ["hal"], "hours": hours}
    usual = {"team": "t", "locations": ["hal"], "interval": 15, "duration": 30, "notice_hours": 0}
    return yaml.safe_dump(
        {
            **({} if for_portal else {"online": {"confirm": "none", "friction_from": 0}}),
            "id": name, "name": name, "most_holds_per_client": 0, "most_bookings_per_client": 0, "most_per_contact": 0,
            "locations": {"hal": {"name": "Hal"}}, "teams": {"t": {"name": "T"}},
            "resources": {
                **{f"p-{number}": person for number in range(people)},
                **{f"r-{number}": room for number in range(max(2, people // 3))},
            },
            "appointment_types": {
                "alone": {**usual, "name": "A", "needs": [{"skill": "x"}]},
                "together": {**usual, "name": "T", "needs": [{"skill": "x"}, {"kind": "room"}]},
            },
        }
    )  # fmt: skip


def messages_yaml(name: str) -> str:
    """One mail for each event, immediately."""
    unwanted = dict.fromkeys(("reminder", "reminder_soon", "alert_booked", "alert_cancelled"), False)
    kinds = {kind: {"by": ["email"]} for kind in ("confirmation", "reschedule", "cancellation")}
    return yaml.safe_dump({"municipality": name, "quiet_hours": False, "messages": {**kinds, **unwanted}})


class Unsent(Exception):
    """No gateway accepted the connection, so nothing was sent."""


class Gateways:
    """Chooses a gateway for each request, as nginx does: one that failed is left out for a while.

    A request that was sent is not repeated at another gateway.
    """

    def __init__(self, urls: Sequence[str]) -> None:
        self.urls = list(urls)
        self._failed: dict[str, float] = {}
        self._turn = itertools.count()

    def post(self, session: requests.Session, path: str, **options: Any) -> requests.Response:
        """Raises Unsent, or RequestException when there was no answer."""
        for url in self._candidates():
            try:
                return session.post(f"{url}{path}", timeout=(CONNECT_TIMEOUT, ANSWER_TIMEOUT), **options)
            except requests.RequestException as error:
                self._failed[url] = time.monotonic() + FAILED_FOR
                if not _is_unsent(error):
                    raise
        raise Unsent

    def _candidates(self) -> list[str]:
        turn, now = next(self._turn), time.monotonic()
        urls = [self.urls[(turn + n) % len(self.urls)] for n in range(len(self.urls))]
        return sorted(urls, key=lambda url: self._failed.get(url, 0) > now)


def _is_unsent(error: requests.RequestException) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or type(reason).__name__ == "NewConnectionError"


@dataclass
class Booked:
    """An appointment as its resident knows it. `starts`: those already asked for; each is asked for once."""

    id: str
    token: str
    contact: str
    starts: set[str]


class Load:
    """`rate` bookings a second, moves and cancellations besides, from several clients. A context manager.

    `key`: the API key with which they book.
    """

    def __init__(
        self, gateways: Gateways, municipality: str, rate: float, seed: int, history: History, key: str | None = None
    ) -> None:
        self.gateways, self.base, self.rate, self.history = gateways, f"/api/v1/{municipality}/", rate, history
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._seed = seed
        self._turns: Iterator[int] = itertools.count()
        self._over = threading.Event()
        self._errors: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._run, args=(number,), name=f"client {number}")
            for number in range(min(24, 4 + int(rate)))
        ]

    def __enter__(self) -> Load:
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        if self._errors:
            raise self._errors[0]

    def _run(self, number: int) -> None:
        client = _Client(self, number, random.Random(f"{self._seed}-{number}"))
        try:
            while not self._over.is_set():
                due = self._began + next(self._turns) / self.rate
                if self._over.wait(max(0.0, due - time.monotonic())):
                    return
                if time.monotonic() - due > 1:  # an outage: do not catch up afterwards
                    self._skip()
                client.act()
        except BaseException as error:
            self._errors.append(error)

    def _skip(self) -> None:
        for turn in self._turns:
            if self._began + turn / self.rate >= time.monotonic():
                return


class _Client:
    def __init__(self, load: Load, number: int, chance: random.Random) -> None:
        self.load, self.number, self.chance = load, number, chance
        self.session = requests.Session()
        self.session.headers.update(load.headers)
        self.first = dt.datetime.now(ZONE).date() + dt.timedelta(3)
        self.mine: list[Booked] = []
        self.names = itertools.count()

    def act(self) -> None:
        self.book()
        if self.mine and self.chance.random() < MOVED:
            self.move(self.chance.choice(self.mine))
        if self.mine and self.chance.random() < CANCELLED:
            self.cancel(self.mine.pop(self.chance.randrange(len(self.mine))))

    def book(self) -> None:
        contact, start = f"r{self.number}-{next(self.names)}@example.org", self.start()
        body = {
            "appointment_types": [self.chance.choice(["alone", "alone", "alone", "together"])],
            "location": "hal", "start": start, "contact": {"name": "R", "email": contact},
        }  # fmt: skip
        answer = self.insist(Effect("book", contact), "appointments", body, {"Idempotency-Key": contact})
        if answer is not None:
            self.mine.append(Booked(answer["id"], answer["link_token"], contact, {start}))

    def move(self, booked: Booked) -> None:
        start = self.start()
        if start in booked.starts:
            return
        booked.starts.add(start)
        in_utc = dt.datetime.fromisoformat(start).astimezone(dt.UTC).isoformat()
        self.insist(
            Effect("reschedule", booked.contact, in_utc), f"appointments/{booked.id}/reschedule", {"start": start},
            {"Authorization": f"Bearer {booked.token}"},
        )  # fmt: skip

    def cancel(self, booked: Booked) -> None:
        token = {"Authorization": f"Bearer {booked.token}"}
        self.insist(Effect("cancel", booked.contact), f"appointments/{booked.id}/cancel", {}, token)

    def start(self) -> str:
        minutes = self.chance.randrange(FIRST_HOUR * 4, LAST_HOUR * 4) * 15
        day = self.first + dt.timedelta(self.chance.randrange(DAYS))
        return dt.datetime.combine(day, dt.time(minutes // 60, minutes % 60), ZONE).isoformat()

    def insist(self, effect: Effect, path: str, body: Any, headers: dict[str, str]) -> Any:
        """The answer. Some residents repeat a command of unknown outcome; the same key makes that harmless."""
        attempts = ATTEMPTS if self.chance.random() < INSISTING else 1
        for _ in range(attempts):
            number = self.load.history.invoke(effect)
            outcome, code, answer = self.ask(path, body, headers)
            self.load.history.complete(number, outcome, code, answer.get("id", "") if outcome == "ok" else "")
            if outcome in ("ok", "refused"):
                return answer if outcome == "ok" else None
            time.sleep(0.3)
        return None

    def ask(self, path: str, body: Any, headers: dict[str, str]) -> tuple[Outcome, str, Any]:
        try:
            answer = self.load.gateways.post(self.session, self.load.base + path, json=body, headers=headers)
        except Unsent:
            return "unavailable", "not connected", {}
        except requests.RequestException as error:
            return "unknown", type(error).__name__, {}
        try:
            found = answer.json()
        except requests.JSONDecodeError:
            return "unknown", f"{NOT_JSON}: {answer.status_code} {answer.text[:100]}", {}
        if answer.ok:
            return "ok", "", found
        code = found["code"]
        if answer.status_code >= 500:
            return ("unavailable" if code == "service-unavailable" else "unknown"), code, found
        return "refused", code, found
