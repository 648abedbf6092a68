"""The weekly report of a team: read before it leaves, and sent by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from loket_contracts.errors import Refusal
from loket_contracts.rpc.notification import Notification

from ...access.required_permission import needs
from ...clients.catalogue_cache import CatalogueCache
from ...http.request import GatewayRequest
from ..render import see_other
from .frame import desk_page, form_idempotency_key, today
from .refusals import desk_route

READ = needs("figures.read")


@dataclass(frozen=True)
class WeeklyReportPages:
    """Leads see and send the report of their own teams; the address is the one of the team."""

    notification: Notification
    catalogue: CatalogueCache

    @desk_route("GET", "/<municipality>/balie/weekverslag", READ)
    def weekly_report(self, request: GatewayRequest, municipality: str) -> Response:
        teams = self._teams(request, municipality)
        team = request.args.get("team") or teams[0]
        first, last = self._week(municipality)
        report = self.notification.weekly_report(municipality, _own(team, teams), first, last)
        return desk_page(
            "weekly_report.html", request, self.catalogue, municipality, at="figures", team=team, own_teams=teams,
            report=report, first=first, last=last, sent=request.args.get("sent", ""),
            may_send=request.caller.may("setup.change", municipality),
        )  # fmt: skip

    @desk_route("POST", "/<municipality>/balie/weekverslag", needs("setup.change"))
    def send_weekly_report(self, request: GatewayRequest, municipality: str) -> Response:
        team = _own(request.form.get("team", ""), self._teams(request, municipality))
        first, last = self._week(municipality)
        key = form_idempotency_key(request)
        self.notification.send_weekly_report(municipality, team, first, last, idempotency_key=key)
        return see_other(request, f"/{municipality}/balie/weekverslag", team=team, sent="1")

    def _week(self, municipality: str) -> tuple[str, str]:
        """Return Monday and Sunday of the last week that is over."""
        day = today(self.catalogue, municipality)
        monday = day - dt.timedelta(days=day.weekday() + 7)
        return str(monday), str(monday + dt.timedelta(days=6))

    def _teams(self, request: GatewayRequest, municipality: str) -> list[str]:
        """Return the teams of which the caller reads the figures. Raises Refusal: forbidden without any."""
        own = request.caller.teams("figures.read")
        known: list[Any] = self.catalogue.of(municipality)["teams"]
        found = [team["id"] for team in known if own is None or team["id"] in own]
        if not found:
            raise Refusal("forbidden", {"permission": "figures.read of a team"})
        return found


def _own(team: str, teams: list[str]) -> str:
    if team not in teams:
        raise Refusal("forbidden", {"permission": f"figures.read of {team}"})
    return team
