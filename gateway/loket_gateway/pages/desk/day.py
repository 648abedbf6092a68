"""The day and the week in columns."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from werkzeug.wrappers import Response

from loket_contracts.rpc.booking import Booking

from ...access.required_permission import needs
from ...access.workplaces import Workplace
from ...clients.catalogue_cache import CatalogueCache, on_site_locations
from ...http.authentication import Authentication
from ...http.proof_of_work import ProofOfWork
from ...http.request import GatewayRequest
from ..render import see_other
from .columns import grid
from .frame import date_of, desk_page, today
from .hall import hall_of
from .my_day import first_page, workplace_of
from .refusals import desk_route
from .visits_of_day import visits_of

READ = needs("agenda.read")
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class DayPages:
    """The address holds the whole state, so that views can be bookmarked. They refresh automatically."""

    booking: Booking
    access: Authentication
    catalogue: CatalogueCache
    proof_of_work: ProofOfWork

    @desk_route("GET", "/<municipality>/balie", READ)
    def start(self, request: GatewayRequest, municipality: str) -> Response:
        """Open the first page of the user, or the day that the address describes."""
        workplace = workplace_of(self.access, request)
        if request.args.keys() <= {"lang"}:
            path, query = first_page(workplace)
            if path != "/dag":
                return see_other(request, f"/{municipality}/balie{path}", **query)
        return self._day(request, municipality, workplace)

    @desk_route("GET", "/<municipality>/balie/dag", READ)
    def day(self, request: GatewayRequest, municipality: str) -> Response:
        return self._day(request, municipality, workplace_of(self.access, request))

    def _day(self, request: GatewayRequest, municipality: str, workplace: Workplace) -> Response:
        date = date_of(request.args.get("date"), today(self.catalogue, municipality))
        team, who = request.args.get("team") or None, request.args.get("resource") or None
        caller = request.caller.as_staff("agenda.read")
        people = self.booking.resources(municipality, caller)
        found = self.booking.agenda(municipality, date.isoformat(), caller, team, who)
        shown = [each for each in found["resources"] if who or each["open"] or each["claims"]]
        visits = visits_of(shown)
        receiving = on_site_locations(self.catalogue.of(municipality))
        place = request.args.get("location") or workplace.location or (receiving[0]["id"] if receiving else None)
        is_today = date == today(self.catalogue, municipality)
        return desk_page(
            "day.html", request, self.catalogue, municipality,
            at="day", date=date, is_today=is_today, team=team, who=who, people=people, place=place,
            before=date - DAY, after=date + DAY,
            grid=grid((each["resource"], each["name"], each) for each in shown),
            appointments=visits if who else [],
            names={each["id"]: each["name"] for each in people},
            **hall_of(self.booking, request, municipality, place if is_today else None, visits),
            many_strangers=self.proof_of_work.is_automatically_on(municipality),
            counter=request.args.get("counter", workplace.counter),
        )  # fmt: skip

    @desk_route("GET", "/<municipality>/balie/week", READ)
    def week(self, request: GatewayRequest, municipality: str) -> Response:
        date = date_of(request.args.get("date"), today(self.catalogue, municipality))
        monday = date - dt.timedelta(days=date.weekday())
        caller = request.caller.as_staff("agenda.read")
        people = [each for each in self.booking.resources(municipality, caller) if each["kind"] == "person"]
        who = request.args.get("resource") or (people[0]["id"] if people else "")
        days = [
            self.booking.agenda(municipality, (monday + n * DAY).isoformat(), caller, resource=who)
            for n in range(7)
        ]  # fmt: skip
        shown = [
            (each["date"], each["date"], each["resources"][0])
            for n, each in enumerate(days)
            if each["resources"] and (n < 5 or each["resources"][0]["open"] or each["resources"][0]["claims"])
        ]
        return desk_page(
            "week.html", request, self.catalogue, municipality,
            at="week", monday=monday, who=who, people=people, before=monday - 7 * DAY, after=monday + 7 * DAY,
            grid=grid(shown), today=today(self.catalogue, municipality).isoformat(),
        )  # fmt: skip
