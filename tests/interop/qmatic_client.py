"""A client of Qmatic's Calendar Public Appointment API, as a form builder has one: v1 unless an address says v2."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import requests


class ServerError(Exception):
    """HTTP 500, with what the field `error_message` said."""


@dataclass
class QmaticClient:
    root: str
    key: str

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        if not url.startswith(("v1/", "v2/")):
            url = f"v1/{url}"
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
        response = requests.request(method, f"{self.root}/{url}", headers=headers, timeout=20, **options)
        if response.status_code == 500:
            raise ServerError(response.headers.get("error_message", response.text))
        return response

    def get(self, url: str) -> Any:
        response = self.request("GET", url)
        response.raise_for_status()
        return response.json()

    def services(self, branch: str = "") -> list[dict[str, Any]]:
        listed = self.get(f"branches/{branch}/services" if branch else "services")["serviceList"]
        return [each for each in listed if each["publicEnabled"] and each["active"]]

    def with_these(self, services: list[str], branch: str = "") -> set[str]:
        """The services that may be added to those that were chosen."""
        chosen = ";".join(f"servicePublicId={each}" for each in services)
        if branch:
            groups = self.get(f"v2/branches/{branch}/services/groups;{chosen}")
        else:
            groups = [group for each in self.get(f"v1/services/groups;{chosen}") for group in each["serviceGroups"]]
        return {each["publicId"] for group in groups for each in group["services"]}

    def branches(self, service: str = "") -> list[dict[str, Any]]:
        listed = self.get(f"services/{service}/branches" if service else "branches")["branchList"]
        return [each for each in listed if each["addressZip"]]

    def zone(self, branch: str) -> ZoneInfo:
        return ZoneInfo(self.get(f"v1/branches/{branch}")["branch"]["timeZone"])

    def dates(self, branch: str, services: list[str], customers: int = 1) -> list[dt.date]:
        found = self.get(f"v2/branches/{branch}/dates;{_parameters(services, customers)}")["dates"]
        return [dt.datetime.fromisoformat(each).date() for each in found]

    def times(self, branch: str, services: list[str], day: dt.date, customers: int = 1) -> list[dt.datetime]:
        url = f"v2/branches/{branch}/dates/{day.isoformat()}/times;{_parameters(services, customers)}"
        zone = self.zone(branch)
        return [dt.datetime.combine(day, dt.time.fromisoformat(each), zone) for each in self.get(url)["times"]]

    def book(
        self, branch: str, services: list[str], start: dt.datetime, customer: dict[str, Any], customers: int = 1,
        notes: str = "",
    ) -> str:  # fmt: skip
        body = {
            "title": "Formulier", "customers": [customer] * customers, "notes": notes,
            "services": [{"publicId": each} for each in services],
        }  # fmt: skip
        local = start.astimezone(self.zone(branch))
        url = f"v2/branches/{branch}/dates/{local.date().isoformat()}/times/{local:%H:%M}/book"
        response = self.request("POST", url, data=json.dumps(body))
        response.raise_for_status()
        identifier: str = response.json()["publicId"]
        return identifier

    def appointment(self, identifier: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"appointments/{identifier}")["appointment"]
        return found

    def cancel(self, identifier: str) -> int:
        return self.request("DELETE", f"appointments/{identifier}").status_code


def _parameters(services: list[str], customers: int) -> str:
    """Who comes along is counted from the second person on."""
    parts = [f"servicePublicId={each}" for each in services]
    return ";".join([*parts, f"numberOfCustomers={customers - 1}"] if customers > 1 else parts)
