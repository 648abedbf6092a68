"""A web portal and its visitors, played by the tests over HTTP alone."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

import requests
from pymongo import MongoClient
from requests.adapters import HTTPAdapter

from loket_local.stack import Stack

T = TypeVar("T")
#: seconds; only a test that fails waits this long, and consumers run at low priority (nice) on a busy machine
PATIENCE = 60.0
#: seconds between two looks at what a test waits for
SHORTEST_PAUSE, LONGEST_PAUSE = 0.02, 0.5
#: of the gateway that the tests share
INSTALLATION_KEY = "a key of an installation for tests"
#: all tests come from one address
UNLIMITED = {f"{what}_PER_MINUTE": "1000000" for what in ("READS", "WRITES", "LOGINS", "WRONG")} | {
    f"{whose}UPLOAD_MEGABYTES_PER_HOUR": "1000000" for whose in ("", "MUNICIPALITY_")
}


class FromAddress(HTTPAdapter):
    """Sends from one address of the loopback network."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args, **options):
        super().init_poolmanager(*args, source_address=(self._address, 0), **options)


def eventually(probe: Callable[[], T | None], patience: float = PATIENCE, longest_pause: float = LONGEST_PAUSE) -> T:
    """Call `probe` until it returns something true, and return that.

    The longer the wait, the rarer the calls: they take processor time from what they wait for.
    """
    began = time.monotonic()
    while True:
        found = probe()
        if found:
            return found
        waited = time.monotonic() - began
        if waited > patience:
            raise AssertionError(f"not seen within {patience:.0f} s")
        time.sleep(min(max(waited / 10, SHORTEST_PAUSE), longest_pause))


def unbounded(text: str) -> str:
    """A configuration without bounds per client or hour of the day.

    All tests come from one address, leave forms unfinished, and run also at night.
    """
    bounds = r"^(most_(?:holds|bookings)_per_client:|online: .*friction_from:) \d+"
    return re.sub(bounds, r"\1 0", text, flags=re.MULTILINE) + 'offer_hours: {from: "00:00", to: "00:00"}\n'


_visitors = itertools.count(1)


def a_visitor(**changes: Any) -> dict[str, Any]:
    """A visitor with an address of their own, so that a test can find their mail."""
    number = next(_visitors)
    person = {"name": f"Lieve Demo {number}", "email": f"lieve.{number}.{time.time_ns()}@example.org"}
    return {**person, "phone": "0470 12 34 56", **changes}


def in_days(days: int) -> str:
    """The date `days` days from now."""
    return str(date.today() + timedelta(days))  # noqa: DTZ011


ANSWERS = {"perceel": "Kerkstraat 1, 2840 Rumst", "werken": "verbouwen"}


@dataclass
class Portal:
    """A client of the API at `url`; it can look into the mail catcher too."""

    url: str
    mail_url: str
    municipality: str = "rumst"
    key: str | None = None
    staff_key: str | None = None
    session: requests.Session = field(default_factory=requests.Session)
    mongo_uri: str = ""

    @classmethod
    def on(cls, stack: Stack, municipality: str = "rumst", key: str | None = None) -> Portal:
        """A client of a stack, who may read its figures too."""
        return cls(
            stack.url,
            stack.mail_url,
            municipality,
            key=key,
            staff_key=stack.machine_key(municipality),
            mongo_uri=stack.servers.mongo_uri if stack.servers else "",
        )

    def path(self, rest: str) -> str:
        return f"{self.url}/api/v1/{self.municipality}/{rest}"

    def get(self, rest: str, token: str | None = None, **options: Any) -> requests.Response:
        return self.session.get(self.path(rest), headers=_headers(token or self.key, options), timeout=15, **options)

    def post(self, rest: str, body: Any = None, token: str | None = None, **options: Any) -> requests.Response:
        return self.send("POST", rest, body, token, **options)

    def send(
        self, method: str, rest: str, body: Any = None, token: str | None = None, **options: Any
    ) -> requests.Response:
        headers = _headers(token or self.key, options)
        return self.session.request(method, self.path(rest), json=body, headers=headers, timeout=15, **options)

    def slots(self, appointment_type: str = "bouwadvies", location: str = "gemeentehuis", **query: Any) -> list[Any]:
        # further ahead than a search goes by default, so that all tests together do not take all of two weeks
        ahead = {} if "from" in query else {"to": in_days(40)}
        given = {"appointment_type": appointment_type, "location": location, **ahead, **query}
        answer = self.get("slots", params=given)
        assert answer.status_code == 200, answer.text
        found: list[Any] = answer.json()["slots"]
        return found

    def book(self, start: str | None = None, key: str | None = None, **changes: Any) -> requests.Response:
        """Book straight from a start; the last free one when none is named."""
        body = {
            "appointment_types": ["bouwadvies"],
            "location": "gemeentehuis",
            "start": start or self.slots()[-1]["start"],
            "contact": a_visitor(),
            "answers": ANSWERS,
            **changes,
        }
        return self.post("appointments", body, key=key)

    def booked(self, **changes: Any) -> dict[str, Any]:
        """An appointment that is booked."""
        answer = self.book(**changes)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def begin(self, identifier: str, minutes: int = 5) -> None:
        """Let an appointment have begun `minutes` minutes ago, as if the time until then had passed."""
        start = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0) - timedelta(minutes=minutes)
        time_ = {"appointment.start": start, "appointment.end": start + timedelta(minutes=30)}
        with MongoClient[dict[str, Any]](self.mongo_uri) as client:
            changed = client.loket_booking.agendas.update_one(
                {"owners": identifier},
                {"$set": {f"claims.$[own].{name}": value for name, value in time_.items()}},
                array_filters=[{"own.id": identifier, "own.appointment": {"$exists": True}}],
            )
        assert changed.modified_count == 1

    def mails_to(self, address: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = requests.get(
            f"{self.mail_url}/messages.json", params={"to": address}, timeout=15
        ).json()
        return found

    def overview(self, days: int = 100, **asked: str) -> dict[str, Any]:
        """The figures of `days` days back and ahead."""
        ends = {"from": str(date.today() - timedelta(days)), "to": str(date.today() + timedelta(days))}  # noqa: DTZ011
        found: dict[str, Any] = self.get("reports/overview", self.staff_key, params={**ends, **asked}).json()
        return found

    def figures(self, **asked: str) -> dict[str, Any]:
        found: dict[str, Any] = self.overview(**asked)["figures"]
        return found


def _headers(token: str | None, options: dict[str, Any]) -> dict[str, str]:
    headers = dict(options.pop("headers", {}))
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    if (key := options.pop("key", None)) is not None:
        headers["Idempotency-Key"] = key
    return headers


def link_in(mail: dict[str, Any]) -> str:
    """The address in a mail's text."""
    found = re.search(r"https?://\S+", mail["text"])
    assert found, mail["text"]
    return found.group()
