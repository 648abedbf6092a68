"""A client of JCC-Afspraken's REST interface, as a form builder has one: OAuth 2.0, naive times read in the zone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import requests

ZONE = ZoneInfo("Europe/Brussels")


@dataclass
class JccClient:
    root: str
    key: str
    session: requests.Session = field(default_factory=requests.Session)

    @cached_property
    def token(self) -> str:
        response = self.session.post(
            f"{self.root}/connect/token", data={"grant_type": "client_credentials", "scope": "warp-api"},
            auth=("portal", self.key), timeout=20,
        )  # fmt: skip
        response.raise_for_status()
        token: str = response.json()["access_token"]
        return token

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", "language": "nl"}
        return self.session.request(method, f"{self.root}/{url}", headers=headers, timeout=20, **options)

    def get(self, url: str, **params: Any) -> Any:
        response = self.request("GET", url, params=params)
        response.raise_for_status()
        return response.json()

    def activities(self, chosen: list[str] | None = None, location: str = "") -> list[dict[str, Any]]:
        more = {"locationId": location} if location else {}
        if chosen is None:
            found: list[dict[str, Any]] = self.get("activity/listforappointment", **more)
            return found
        selected = {"selectedActivityId": chosen, "includeSelectedActivities": False}
        additional: list[dict[str, Any]] = self.get("activity/listforappointment/additional", **selected, **more)
        return additional

    def locations(self, chosen: list[str] | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (
            self.get("location") if chosen is None else self.get("location/forappointment", selectedActivityId=chosen)
        )
        return found

    def range(self, chosen: list[str]) -> tuple[dt.date, dt.date]:
        found = self.get("activity/appointmentdaterange", activityId=chosen)
        first, last = (dt.datetime.fromisoformat(found[each]).date() for each in ("minDate", "maxDate"))
        return first, last

    def times(
        self, location: str, wanted: list[tuple[str, int]], first: dt.date, end: dt.date
    ) -> tuple[list[dt.datetime], int]:
        """The free starts before `end`, and how many seconds it takes."""
        names, amounts = zip(*wanted, strict=True)
        found = self.get(
            "appointment/availabletimelist", locationId=location, fromDate=first.isoformat(), toDate=end.isoformat(),
            activityId=names, amount=amounts,
        )  # fmt: skip
        starts = [dt.datetime.fromisoformat(each).replace(tzinfo=ZONE) for each in found["availableTimesList"]]
        return starts, found["appointmentDuration"]

    def minutes(self, wanted: list[tuple[str, int]], day: dt.date) -> int:
        names, amounts = zip(*wanted, strict=True)
        found: int = self.get(
            "appointment/calculateduration", activityId=names, amount=amounts, dateTime=day.isoformat()
        )
        return found

    def book(
        self, location: str, wanted: list[tuple[str, int]], start: dt.datetime, customer: dict[str, Any],
        message: str = "",
    ) -> dict[str, Any]:  # fmt: skip
        end = start + dt.timedelta(minutes=self.minutes(wanted, start.date()))
        body = {
            "id": None, "activityList": [{"activityId": name, "amount": amount} for name, amount in wanted],
            "customerList": [{"gender": 0, **customer, "id": None, "isMainCustomer": True}],
            "fromDateTime": start.isoformat(), "toDateTime": end.isoformat(), "locationId": location,
            "message": message, "fieldList": None,
        }  # fmt: skip
        response = self.request("POST", "appointment", json=body)
        response.raise_for_status()
        result: dict[str, Any] = response.json()
        return result

    def cancel(self, identifier: str) -> dict[str, Any]:
        response = self.request("DELETE", "appointment", params={"id": identifier})
        response.raise_for_status()
        result: dict[str, Any] = response.json()
        return result
