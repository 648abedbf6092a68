"""The day and the week: appointments, the queue, and calling the next visitor."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.agenda_answers import ClaimedVisit
from loket_contracts.rpc.booking.steps import CallNext, TakeStep
from loket_contracts.rpc.booking.tickets import IssueTicket
from loket_contracts.rpc.message import from_json

from ...access.required_permission import needs
from ...clients.catalogue_cache import CatalogueCache, on_site_locations
from ...http.proof_of_work import ProofOfWork
from ...http.request import GatewayRequest
from ..render import parse_number, see_other
from .columns import grid
from .frame import date_of, desk_page, form_idempotency_key, today
from .refusals import desk_route

READ, HANDLE = needs("agenda.read"), needs("queue.handle")
DAY = dt.timedelta(days=1)
#: commands with a button in the list, in this order
USUAL_COMMANDS = ("check_in", "start", "complete", "no_show", "undo_check_in", "undo_no_show")


@dataclass(frozen=True)
class DayPages:
    """The address holds the whole state, so that views can be bookmarked. They refresh automatically."""

    booking: Booking
    catalogue: CatalogueCache
    proof_of_work: ProofOfWork

    @desk_route("GET", "/<municipality>/balie", READ)
    def day(self, request: GatewayRequest, municipality: str) -> Response:
        date = date_of(request.args.get("date"), today(self.catalogue, municipality))
        team, who = request.args.get("team") or None, request.args.get("resource") or None
        caller = request.caller.as_staff("agenda.read")
        people = self.booking.resources(municipality, caller)
        found = self.booking.agenda(municipality, date.isoformat(), caller, team, who)
        shown = [each for each in found["resources"] if who or each["open"] or each["claims"]]
        mine = [claim for each in shown for claim in each["claims"] if "state" in claim and claim["purpose"] == "visit"]
        receiving = on_site_locations(self.catalogue.of(municipality))
        place = request.args.get("location") or (receiving[0]["id"] if receiving else None)
        is_today = date == today(self.catalogue, municipality)
        return desk_page(
            "day.html", request, self.catalogue, municipality,
            at="day", date=date, is_today=is_today, team=team, who=who, people=people, place=place,
            before=date - DAY, after=date + DAY,
            grid=grid((each["resource"], each["name"], each) for each in shown),
            appointments=sorted(_each_once(mine), key=lambda claim: claim["start"]) if who else [],
            names={each["id"]: each["name"] for each in people},
            line=self.booking.queue(municipality, place) if place and is_today else None,
            many_strangers=self.proof_of_work.is_automatically_on(municipality),
            usual=USUAL_COMMANDS, counter=request.args.get("counter", ""),
            issued=parse_number(request.args.get("ticket"), 0, digits=6),
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

    @desk_route("POST", "/<municipality>/balie/volgende", HANDLE)
    def call_next(self, request: GatewayRequest, municipality: str) -> Response:
        """Call the next visitor to this person's counter."""
        given, caller = request.form, request.caller.as_staff("queue.handle")
        body = {name: given.get(name, "") for name in ("resource", "location")}
        if counter := given.get("counter", "").strip():
            body["desk"] = counter[:40]
        called = self.booking.call_next(
            municipality, from_json(CallNext, body), caller, idempotency_key=form_idempotency_key(request)
        )
        query = {"resource": body["resource"], "location": body["location"], "counter": given.get("counter", "")}
        if called["kind"] == "appointment":
            return see_other(request, f"/{municipality}/balie/afspraak/{called['id']}")
        return see_other(request, f"/{municipality}/balie", called=called["shown"], **query)

    @desk_route("POST", "/<municipality>/balie/volgnummer", needs("tickets.issue"))
    def issue(self, request: GatewayRequest, municipality: str) -> Response:
        """Issue a number for a walk-in."""
        command = IssueTicket(
            appointment_types=(request.form.get("type", ""),), location=request.form.get("location") or None
        )
        issued = self.booking.issue_ticket(municipality, command, idempotency_key=form_idempotency_key(request))
        return see_other(
            request, f"/{municipality}/balie", ticket=issued["shown"], location=request.form.get("location", "")
        )

    @desk_route("POST", "/<municipality>/balie/nummer/<location>/<date>/<number>/<step>", HANDLE)
    def ticket_step(
        self, request: GatewayRequest, municipality: str, location: str, date: str, number: str, step: str
    ) -> Response:
        body: dict[str, Any] = {"outcome": outcome} if (outcome := request.form.get("outcome")) else {}
        if topic := request.form.get("type"):  # of the appointment that is transferred
            body["appointment_types"] = [topic]
        self.booking.ticket_step(
            municipality, f"{municipality}/{location}/{date}/{number}", step, from_json(TakeStep, body),
            request.caller.as_staff("queue.handle"), idempotency_key=form_idempotency_key(request),
        )  # fmt: skip
        return see_other(request, f"/{municipality}/balie", location=location)


def _each_once(claims: list[ClaimedVisit]) -> list[ClaimedVisit]:
    """Return each appointment once; agendas of all its resources contain it."""
    return list({claim["appointment"]: claim for claim in claims}.values())
