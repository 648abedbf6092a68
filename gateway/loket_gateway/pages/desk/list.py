"""The visits of a day as a table, on a page to print and as a spreadsheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from werkzeug.wrappers import Response

from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.agenda_answers import ClaimedVisit, ResourceEntry

from ...access.required_permission import needs
from ...clients.catalogue_cache import CatalogueCache, including_removed
from ...http.request import GatewayRequest
from ...http.tables import table
from ...i18n import language
from .. import words
from ..render import localise
from .frame import date_of, desk_page, today
from .refusals import desk_route
from .visits_of_day import visits_of

READ = needs("agenda.read")
DAY = dt.timedelta(days=1)
#: the columns of the spreadsheet
COLUMNS = ("When", "Until", "Who", "People", "What", "With", "Where", "State", "Reference")


@dataclass(frozen=True)
class ListPages:
    booking: Booking
    catalogue: CatalogueCache

    @desk_route("GET", "/<municipality>/balie/lijst", READ)
    def list_of_day(self, request: GatewayRequest, municipality: str) -> Response:
        date, people, visits = self._visits(request, municipality)
        return desk_page(
            "list.html", request, self.catalogue, municipality, at="day", date=date, before=date - DAY,
            after=date + DAY, team=request.args.get("team"), who=request.args.get("resource"), people=people,
            names={each["id"]: each["name"] for each in people}, appointments=visits,
        )  # fmt: skip

    @desk_route("GET", "/<municipality>/balie/lijst.xlsx", READ)
    def spreadsheet_of_day(self, request: GatewayRequest, municipality: str) -> Response:
        date, people, visits = self._visits(request, municipality)
        lang = language.of(request)
        head = [language.translate(each, lang) for each in COLUMNS]
        rows = self._rows(request, municipality, people, visits)
        response = table(request, "xlsx", f"{municipality}-{date.isoformat()}", head, rows, lambda: ())
        response.headers["Cache-Control"] = "no-store"
        return response

    def _visits(
        self, request: GatewayRequest, municipality: str
    ) -> tuple[dt.date, list[ResourceEntry], list[ClaimedVisit]]:
        """Return the date of the address, the resources, and the visits of that day by start."""
        date = date_of(request.args.get("date"), today(self.catalogue, municipality))
        team, who = request.args.get("team") or None, request.args.get("resource") or None
        caller = request.caller.as_staff("agenda.read")
        found = self.booking.agenda(municipality, date.isoformat(), caller, team, who)
        return date, self.booking.resources(municipality, caller), visits_of(found["resources"])

    def _rows(
        self, request: GatewayRequest, municipality: str, people: list[ResourceEntry], visits: list[ClaimedVisit],
    ) -> Iterator[list[object]]:  # fmt: skip
        catalogue = localise(request, self.catalogue.of(municipality))
        names = {
            each["id"]: each["name"]
            for section in ("appointment_types", "resources", "locations")
            for each in including_removed(catalogue, section)
        }
        names |= {each["id"]: each["name"] for each in people}
        lang, zone = language.of(request), catalogue["municipality"]["time_zone"]
        for visit in visits:
            yield [
                language.clock(visit["start"], lang, zone), language.clock(visit["end"], lang, zone),
                visit["name"] or "", visit["persons"],
                ", ".join(names.get(each, each) for each in visit["appointment_types"]),
                ", ".join(names.get(each, each) for each in visit["resources"]),
                names.get(visit["location"], visit["location"]), words.said(words.STATES, visit["state"], lang),
                visit["reference"] or "",
            ]  # fmt: skip
