"""The three booking interfaces that `loket race` speaks, each as its clients do: over plain HTTP."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import quote

import click
import requests

#: seconds
TIMEOUT = 30
DAYS_AHEAD = 40


@dataclass(frozen=True)
class Choice:
    """What is booked: one appointment type (service, activity) at one location (branch)."""

    appointment_type: str
    location: str
    answers: dict[str, Any] = field(default_factory=dict)


class Interface(Protocol):
    """A booking interface over HTTP. Each method raises requests.RequestException when there is no answer."""

    def slot(self, choice: Choice) -> tuple[str, int | None]:
        """The last free start, and how many can book it when that is known."""

    def book(self, session: requests.Session, choice: Choice, start: str, number: int) -> tuple[str | None, str]:
        """An identifier to cancel with and what was answered; None for a refusal."""

    def cancel(self, identifier: str) -> None: ...


@dataclass
class Loket:
    """The HTTP interface of Loket, version 1."""

    root: str
    key: str
    tokens: dict[str, str] = field(default_factory=dict)

    def _headers(self, token: str = "") -> dict[str, str]:
        token = token or self.key
        return {"Authorization": f"Bearer {token}"} if token else {}

    def slot(self, choice: Choice) -> tuple[str, int | None]:
        to = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=DAYS_AHEAD)).isoformat()
        asked = {"appointment_type": choice.appointment_type, "location": choice.location, "to": to}
        answer = requests.get(f"{self.root}/slots", params=asked, headers=self._headers(), timeout=TIMEOUT)
        _require(answer)
        slots = answer.json()["slots"]
        if not slots:
            raise click.ClickException("There is no free slot to race for.")
        return slots[-1]["start"], slots[-1].get("capacity")

    def book(self, session: requests.Session, choice: Choice, start: str, number: int) -> tuple[str | None, str]:
        body = {
            "appointment_types": [choice.appointment_type], "location": choice.location, "start": start,
            "answers": choice.answers, "contact": {"name": f"Race {number}", "email": _address(number)},
        }  # fmt: skip
        answer = session.post(f"{self.root}/appointments", json=body, headers=self._headers(), timeout=TIMEOUT)
        result = _json(answer)
        if answer.status_code != 201:
            return None, f"{answer.status_code} {result.get('code', '')}".strip()
        self.tokens[result["id"]] = result.get("link_token", "")
        return result["id"], "booked"

    def cancel(self, identifier: str) -> None:
        _require(requests.post(
            f"{self.root}/appointments/{identifier}/cancel", json={"reason": "other"},
            headers=self._headers(self.tokens[identifier]), timeout=TIMEOUT,
        ))  # fmt: skip


@dataclass
class Qmatic:
    """Qmatic's Calendar Public Appointment API, version 2."""

    root: str
    key: str

    def _request(self, session: Any, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
        answer: requests.Response = session.request(
            method, f"{self.root}/{path}", headers=headers, timeout=TIMEOUT, **options
        )
        return answer

    def slot(self, choice: Choice) -> tuple[str, int | None]:
        service = f"servicePublicId={quote(choice.appointment_type)}"
        dates = self._request(requests, "GET", f"v2/branches/{choice.location}/dates;{service}")
        _require(dates)
        if not dates.json()["dates"]:
            raise click.ClickException("There is no free slot to race for.")
        day = dates.json()["dates"][-1][:10]
        times = self._request(requests, "GET", f"v2/branches/{choice.location}/dates/{day}/times;{service}")
        _require(times)
        return f"{day}T{times.json()['times'][-1]}", None

    def book(self, session: requests.Session, choice: Choice, start: str, number: int) -> tuple[str | None, str]:
        day, _, clock = start.partition("T")
        body = {
            "title": "Race", "services": [{"publicId": choice.appointment_type}],
            "customers": [{"firstName": "Race", "lastName": str(number), "email": _address(number)}],
        }  # fmt: skip
        path = f"v2/branches/{choice.location}/dates/{day}/times/{clock[:5]}/book"
        answer = self._request(session, "POST", path, data=json.dumps(body))
        if answer.status_code not in (200, 201):
            code = answer.headers.get("error_code") or _json(answer).get("code", "")
            return None, f"{answer.status_code} {code}".strip()
        return answer.json()["publicId"], "booked"

    def cancel(self, identifier: str) -> None:
        _require(self._request(requests, "DELETE", f"v1/appointments/{identifier}"))


@dataclass
class Jcc:
    """JCC-Afspraken, REST (WARP) version 1."""

    root: str
    key: str
    #: the length of the appointment, as `slot` reads it; `book` needs it
    seconds: int = 0

    @cached_property
    def token(self) -> str:
        form = {"grant_type": "client_credentials", "scope": "warp-api"}
        answer = requests.post(f"{self.root}/connect/token", data=form, auth=("portal", self.key), timeout=TIMEOUT)
        _require(answer)
        token: str = answer.json()["access_token"]
        return token

    def _request(self, session: Any, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        sent: requests.Response = session.request(
            method, f"{self.root}/{path}", headers=headers, timeout=TIMEOUT, **options
        )
        return sent

    def slot(self, choice: Choice) -> tuple[str, int | None]:
        today = dt.datetime.now(dt.UTC).date()
        asked = {
            "locationId": choice.location, "activityId": choice.appointment_type, "amount": 1,
            "fromDate": today.isoformat(), "toDate": (today + dt.timedelta(days=DAYS_AHEAD)).isoformat(),
        }  # fmt: skip
        answer = self._request(requests, "GET", "appointment/availabletimelist", params=asked)
        _require(answer)
        self.seconds = answer.json()["appointmentDuration"]
        if not answer.json()["availableTimesList"]:
            raise click.ClickException("There is no free slot to race for.")
        return answer.json()["availableTimesList"][-1], None

    def book(self, session: requests.Session, choice: Choice, start: str, number: int) -> tuple[str | None, str]:
        end = dt.datetime.fromisoformat(start) + dt.timedelta(seconds=self.seconds)
        customer = {"gender": 0, "firstName": "Race", "lastName": str(number), "emailAddress": _address(number)}
        body = {
            "id": None, "activityList": [{"activityId": choice.appointment_type, "amount": 1}],
            "customerList": [{**customer, "id": None, "isMainCustomer": True}], "locationId": choice.location,
            "fromDateTime": start, "toDateTime": end.isoformat(), "message": "", "fieldList": None,
        }  # fmt: skip
        answer = self._request(session, "POST", "appointment", json=body)
        result = _json(answer)
        if not result.get("acknowledgeIsSuccess"):
            return None, f"{answer.status_code} {result.get('code', '')}".strip()
        return result["id"], "booked"

    def cancel(self, identifier: str) -> None:
        _require(self._request(requests, "DELETE", "appointment", params={"id": identifier}))


PATHS = {"loket": "api/v1/{}", "qmatic": "compat/qmatic/{}", "jcc": "compat/jcc/{}"}
INTERFACES = {"loket": Loket, "qmatic": Qmatic, "jcc": Jcc}


def _address(number: int) -> str:
    return f"race-{number}@example.org"


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _require(answer: requests.Response) -> None:
    """Raise ClickException with what was answered, unless it was a success."""
    if not answer.ok:
        request = f"{answer.request.method} {answer.url}"
        raise click.ClickException(f"{request} was answered with {answer.status_code}: {answer.text[:300]}")
