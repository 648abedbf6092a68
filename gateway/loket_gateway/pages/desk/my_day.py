"""The day of the user: the next visit on top, visits still to be closed, and what visits lack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import structlog
from werkzeug.wrappers import Response

from loket_chassis.messaging.rpc import Unavailable
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.agenda_answers import ClaimEntry, ResourceEntry
from loket_contracts.rpc.booking.staff_answers import FoundVisit
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.notification import Notification

from ...access.accounts import identifier
from ...access.required_permission import needs
from ...access.workplaces import VIEWS, Workplace
from ...clients.catalogue_cache import CatalogueCache, on_site_locations
from ...http.authentication import Authentication
from ...http.clock import now
from ...http.request import GatewayRequest
from ..render import see_other
from .frame import date_of, desk_page, today
from .hall import counter_in, hall_of
from .refusals import desk_route
from .visits_of_day import VisitsOfDay, visits_of_day

READ = needs("agenda.read")
DAY = dt.timedelta(days=1)
#: hours for which a message that failed is shown with its visit
FAILED_HOURS = 7 * 24

log = structlog.get_logger()


@dataclass(frozen=True)
class MyDayPages:
    """Of the people that the user is. It refreshes automatically."""

    booking: Booking
    notification: Notification
    access: Authentication
    catalogue: CatalogueCache

    @desk_route("GET", "/<municipality>/balie/mijn-dag", READ)
    def my_day(self, request: GatewayRequest, municipality: str) -> Response:
        caller, moment = request.caller.as_staff("agenda.read"), now()
        people = _people(self.booking.resources(municipality, caller))
        workplace = workplace_of(self.access, request)
        own = [each["id"] for each in people if each["id"] in workplace.people]
        current_day = today(self.catalogue, municipality)
        date = date_of(request.args.get("date"), current_day)
        is_today = date == current_day
        catalogue = self.catalogue.of(municipality)
        receiving = on_site_locations(catalogue)
        place = workplace.location or (receiving[0]["id"] if receiving else None)
        claims = self._claims(municipality, date, own, caller)
        day = visits_of_day(claims, moment if is_today else None)
        return desk_page(
            "my_day.html", request, self.catalogue, municipality, at="mine", date=date, is_today=is_today,
            before=date - DAY, after=date + DAY, people=people, own=own, workplace=workplace, visits=day,
            moment=moment.astimezone(ZoneInfo(catalogue["municipality"]["time_zone"])).isoformat(),
            minutes={each["appointment"]: _minutes_until(each["start"], moment) for each in day.current},
            unclosed=self._unclosed(municipality, own, caller, day) if own and is_today else [],
            failed=self._failed(municipality) if own else frozenset(),
            names={each["id"]: each["name"] for each in people}, views=VIEWS,
            **hall_of(self.booking, request, municipality, place if own and is_today else None, claims),
            place=place, who=own[0] if len(own) == 1 else None, counter=workplace.counter,
        )  # fmt: skip

    @desk_route("POST", "/<municipality>/balie/mijn-dag", READ)
    def choose_workplace(self, request: GatewayRequest, municipality: str) -> Response:
        """Store whose day the user opens, and where they work."""
        given, caller = request.form, request.caller.as_staff("agenda.read")
        places = {each["id"] for each in on_site_locations(self.catalogue.of(municipality))}
        people = _people(self.booking.resources(municipality, caller))
        location, view = given.get("location", ""), given.get("view", "")
        workplace = Workplace(
            identifier(municipality, request.caller.name),
            tuple(each["id"] for each in people if each["id"] in given.getlist("people")),
            location if location in places else "",
            counter_in(given),
            view if view in VIEWS else "",
        )
        self.access.changes.workplaces.save(workplace)
        path, query = first_page(workplace)
        return see_other(request, f"/{municipality}/balie{path}", **query)

    def _claims(self, municipality: str, date: dt.date, own: Sequence[str], caller: Caller) -> list[ClaimEntry]:
        days = [self.booking.agenda(municipality, date.isoformat(), caller, resource=each) for each in own]
        return [claim for day in days for each in day["resources"] for claim in each["claims"]]

    def _unclosed(self, municipality: str, own: Sequence[str], caller: Caller, day: VisitsOfDay) -> list[FoundVisit]:
        """Return the visits that are over and not closed, without those in service now."""
        current = {each["appointment"] for each in day.current}
        found = self.booking.unclosed_visits(municipality, own, caller)
        return [each for each in found if each["appointment"] not in current]

    def _failed(self, municipality: str) -> frozenset[str]:
        """Return the appointments with a message that failed. Empty while notification does not respond."""
        try:
            found = self.notification.failures(municipality, FAILED_HOURS)
        except (Unavailable, Refusal) as error:
            log.warning("messages that failed cannot be shown", error=str(error))
            return frozenset()
        return frozenset(each["appointment"] for each in found if each["appointment"])


def workplace_of(access: Authentication, request: GatewayRequest) -> Workplace:
    """Return where the user of this request works."""
    return access.changes.workplaces.get(identifier(request.caller.municipality, request.caller.name))


def first_page(workplace: Workplace) -> tuple[str, dict[str, str]]:
    """Return the page that a login opens: its path below /balie, and its query."""
    people, view = workplace.people, workplace.view or ("mine" if workplace.people else "day")
    if view == "mine":
        return "/mijn-dag", {}
    if view == "week":
        return "/week", {"resource": people[0]} if people else {}
    return "/dag", {}


def _people(resources: Sequence[ResourceEntry]) -> list[ResourceEntry]:
    return [each for each in resources if each["kind"] == "person"]


def _minutes_until(start: str, moment: dt.datetime) -> int:
    """Return the minutes until a start, negative after it."""
    return round((dt.datetime.fromisoformat(start) - moment).total_seconds() / 60)
