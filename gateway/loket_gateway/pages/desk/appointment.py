"""One appointment: answers, files and messages; its commands, moving and cancelling it."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import structlog
from werkzeug.wrappers import Response

from loket_chassis.messaging.rpc import Unavailable
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.agenda_answers import Dossier
from loket_contracts.rpc.booking.changes import RescheduleAppointment
from loket_contracts.rpc.booking.commands import CancelAppointment
from loket_contracts.rpc.booking.slot_answers import SlotEntry
from loket_contracts.rpc.booking.slots import FindSlots
from loket_contracts.rpc.booking.steps import AskResident, TakeStep
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.message import from_json
from loket_contracts.rpc.notification import Notification

from ...access.required_permission import needs
from ...clients.catalogue_cache import CatalogueCache, appointment_types_of
from ...clients.link_messages import CHANNELS, send_link
from ...http.request import GatewayRequest
from ...http.responses import file_answer
from ..render import localise, see_other
from .frame import APPOINTMENT_DONE, back_to_page, date_of, desk_page, form_idempotency_key, moment_of, today
from .refusals import desk_route

READ, HANDLE, CHANGE = needs("agenda.read"), needs("queue.handle"), needs("appointments.change")
ONE = "/<municipality>/balie/afspraak/<identifier>"
#: days of one search for another time
DAYS_AT_ONCE = dt.timedelta(days=13)
#: maximum distance of a free start from a point in the agenda
CLOSE_BY = dt.timedelta(minutes=20)
#: of a parameter that reports a change: no message was sent about it
QUIETLY = "quietly"

log = structlog.get_logger()


@dataclass(frozen=True)
class DeskAppointmentPages:
    """Booking refuses appointments of other teams as not found."""

    booking: Booking
    notification: Notification
    catalogue: CatalogueCache

    @desk_route("GET", ONE, READ)
    def desk_appointment(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        return self._show(request, municipality, identifier)

    @desk_route("GET", f"{ONE}/bestand/<file>", READ)
    def desk_appointment_file(self, request: GatewayRequest, municipality: str, identifier: str, file: str) -> Response:
        found = self.booking.read_file(municipality, identifier, file, request.caller.as_staff("agenda.read"))
        return file_answer(base64.b64decode(found["content"]), found["media_type"], found["name"])

    @desk_route("GET", f"{ONE}/brief", READ)
    def show_letter(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        """Show the confirmation as a letter, in the language of the page, for staff to print."""
        caller = request.caller.as_staff("agenda.read")
        found = self.booking.dossier(municipality, identifier, caller)
        catalogue = localise(request, self.catalogue.of(municipality))
        kinds = appointment_types_of(catalogue, found["appointment_types"])
        return desk_page(
            "letter.html", request, self.catalogue, municipality, at="day", found=found,
            date=today(self.catalogue, municipality).isoformat(),
            people=[
                each["name"]
                for each in self.booking.resources(municipality, caller)
                if each["kind"] == "person" and each["id"] in found["resources"]
            ],
            place=next((each for each in catalogue["locations"] if each["id"] == found["location"]), None),
            bring=[text for kind in kinds for text in kind["bring"]],
        )  # fmt: skip

    @desk_route("POST", f"{ONE}/stap", HANDLE)
    def give_command(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        """Give the command of the button."""
        body = {name: request.form[name] for name in ("outcome", "reason") if request.form.get(name)}
        if counter := request.form.get("counter"):
            body["desk"] = counter
        self.booking.step(
            municipality, identifier, request.form.get("command", ""), from_json(TakeStep, body),
            request.caller.as_staff("queue.handle"), idempotency_key=form_idempotency_key(request),
        )  # fmt: skip
        is_next_needed = request.form.get("command") == "complete" and body.get("outcome") == "follow_up"
        if is_next_needed and request.caller.may("appointments.change", municipality):
            return see_other(request, f"/{municipality}/balie/afspraak/{identifier}/vervolg")
        return self._back(request, municipality, identifier)

    @desk_route("POST", f"{ONE}/doorgeven", HANDLE)
    def transfer(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        """Transfer an appointment in service to the team of another topic."""
        command = from_json(TakeStep, {"appointment_types": [request.form.get("type", "")]})
        caller = request.caller.as_staff("queue.handle")
        self.booking.transfer(municipality, identifier, command, caller, idempotency_key=form_idempotency_key(request))
        return self._back(request, municipality, identifier, transferred="1")

    @desk_route("POST", f"{ONE}/annuleren", CHANGE)
    def desk_cancel(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        command = CancelAppointment(reason=_reason(request), notify=_notify(request))
        self.booking.cancel(municipality, identifier, command, request.caller.as_staff("appointments.change"))
        return self._back(request, municipality, identifier, cancelled="1" if command.notify else QUIETLY)

    @desk_route("POST", f"{ONE}/vraag", CHANGE)
    def ask(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        command = from_json(AskResident, {"text": request.form.get("text", "")})
        caller = request.caller.as_staff("appointments.change")
        self.booking.ask(municipality, identifier, command, caller, idempotency_key=form_idempotency_key(request))
        return self._back(request, municipality, identifier)

    @desk_route("POST", f"{ONE}/bericht", CHANGE)
    def resend(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        """Send a message of this appointment again. Booking checks that the caller may see it."""
        caller, message = request.caller.as_staff("appointments.change"), request.form.get("message", "")
        found = self.booking.dossier(municipality, identifier, caller)
        if message not in {each["message"] for each in self.notification.messages(municipality, found["appointment"])}:
            raise Refusal("unknown-message", {"message": message})
        self.notification.resend(municipality, message, idempotency_key=form_idempotency_key(request))
        return self._back(request, municipality, identifier)

    @desk_route("POST", f"{ONE}/link", CHANGE)
    def replace_link(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        """Replace the link of the resident, and send the new one unless staff say otherwise."""
        caller = request.caller.as_staff("appointments.change")
        appointment = self.booking.replace_link(municipality, identifier, caller)
        sent = _notify(request) and send_link(self.notification, municipality, appointment, CHANNELS)
        return self._back(request, municipality, identifier, replaced="1" if sent else QUIETLY)

    @desk_route("POST", f"{ONE}/adres", CHANGE)
    def lift_address(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        """Lift the suppression of an address that a mail server rejected."""
        caller, channel = request.caller.as_staff("appointments.change"), request.form.get("channel", "")
        found = self.booking.note_address_lifted(municipality, identifier, channel, caller)
        self.notification.lift(municipality, found, channel)
        return self._back(request, municipality, identifier, lifted="1")

    @desk_route("GET", f"{ONE}/verplaatsen", CHANGE)
    def show_move(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        """Show free times. `date` and `time` select a time, `resource` a resource."""
        caller = request.caller.as_staff("appointments.change")
        found = self.booking.dossier(municipality, identifier, caller)
        place = request.args.get("location") or None
        if found["move_refusal"] and place is None:
            raise Refusal(found["move_refusal"])
        day = date_of(request.args.get("from"), dt.date.fromisoformat(found["start"][:10]))
        asked = FindSlots(
            appointment_types=tuple(found["appointment_types"]), persons=found["persons"],
            location=place or found["location"], resource=request.args.get("resource") or None,
            language=None if request.args.get("resource") else found.get("specialist_language"),
        )  # fmt: skip
        wanted = None
        if request.args.get("date") and request.args.get("time"):
            day = date_of(request.args["date"], day)
            zone = self.catalogue.of(municipality)["municipality"]["time_zone"]
            start = moment_of(day.isoformat(), request.args["time"], zone)
            wanted = self._nearest(municipality, caller, asked, start)
        slots = [] if wanted else self._free(municipality, caller, asked, day, day + DAYS_AT_ONCE)
        people = self.booking.resources(municipality, caller)
        kinds = appointment_types_of(self.catalogue.of(municipality), found["appointment_types"])
        team = kinds[0]["team"] if kinds else None
        return desk_page(
            "move.html", request, self.catalogue, municipality, at="day", found=found, wanted=wanted,
            who=asked.resource, team=team, shown_from=day.isoformat(), people=people, place=place, slots=slots,
            names={each["id"]: each["name"] for each in people}, before=day - DAYS_AT_ONCE, after=day + DAYS_AT_ONCE,
        )  # fmt: skip

    @desk_route("POST", f"{ONE}/verplaatsen", CHANGE)
    def move(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        given = request.form
        body: dict[str, Any] = {"start": given.get("start", ""), "reason": _reason(request), "notify": _notify(request)}
        body |= {name: given[name] for name in ("resource", "location") if given.get(name)}
        command, caller = from_json(RescheduleAppointment, body), request.caller.as_staff("appointments.change")
        self.booking.reschedule(municipality, identifier, command, caller)
        return self._back(request, municipality, identifier, moved="1" if command.notify else QUIETLY)

    def _show(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        caller = request.caller.as_staff("agenda.read")
        found = self.booking.dossier(municipality, identifier, caller)
        try:
            messages = self.notification.messages(municipality, found["appointment"])
            suppressed = self.notification.barred(municipality, found["appointment"])
        except (Unavailable, Refusal) as error:  # the appointment is shown without them
            log.warning("the messages of an appointment cannot be shown", error=str(error))
            messages, suppressed = None, []
        people = self.booking.resources(municipality, caller)
        done = next(iter(request.args.keys() & APPOINTMENT_DONE), "")
        return desk_page(
            "appointment.html", request, self.catalogue, municipality, at="day", found=found, messages=messages,
            names={each["id"]: each["name"] for each in people}, questions=self._labels(municipality, found, request),
            done=done, done_quietly=request.args.get(done) == QUIETLY, barred=suppressed,
        )  # fmt: skip

    def _free(
        self, municipality: str, caller: Caller, asked: FindSlots, first: dt.date, last: dt.date
    ) -> list[SlotEntry]:
        return self.booking.free_slots(municipality, replace(asked, first=first, last=last), caller)["slots"]

    def _nearest(self, municipality: str, caller: Caller, asked: FindSlots, moment: str) -> str | None:
        """Return the free start closest to a point in the agenda; None when none is near."""
        try:
            wanted = dt.datetime.fromisoformat(moment)
        except ValueError:
            return None
        starts = [each["start"] for each in self._free(municipality, caller, asked, wanted.date(), wanted.date())]
        away = {start: abs(dt.datetime.fromisoformat(start) - wanted) for start in starts}
        return min((start for start in starts if away[start] <= CLOSE_BY), key=away.__getitem__, default=None)

    def _labels(self, municipality: str, found: Dossier, request: GatewayRequest) -> list[tuple[str, str | None]]:
        """Return each question with its answer as text; None for a missing answer."""
        catalogue, answers = localise(request, self.catalogue.of(municipality)), dict(found["answers"])
        shown: list[tuple[str, str | None]] = []
        for kind in appointment_types_of(catalogue, found["appointment_types"]):
            for question in kind["questions"]:
                if (answer := answers.pop(question["id"], None)) is not None:
                    choices = {each["id"]: each["label"] for each in question["choices"]}
                    shown.append((str(question["label"]), str(choices.get(answer, answer))))
                elif question["id"] in found["unanswered"]:
                    shown.append((str(question["label"]), None))
        return shown + list(answers.items())

    def _back(self, request: GatewayRequest, municipality: str, identifier: str, **query: str) -> Response:
        """Redirect to the page of the button: one with several visits, or the appointment."""
        if request.form.get("back"):
            return back_to_page(request, municipality, **query)
        return see_other(request, f"/{municipality}/balie/afspraak/{identifier}", **query)


def _notify(request: GatewayRequest) -> bool:
    """Return whether the resident gets a message. A form of the last release has no such box, and always sends one."""
    sent = request.form.getlist("notify")
    return not sent or "1" in sent


def _reason(request: GatewayRequest) -> str:
    """Return the chosen reason, which the message to the resident depends on. Raises Refusal: invalid-request."""
    if reason := request.form.get("reason"):
        return reason
    raise Refusal("invalid-request", errors=[{"pointer": "/reason", "detail": "Missing data for required field."}])
