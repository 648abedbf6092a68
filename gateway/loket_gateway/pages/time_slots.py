"""The choice of a time slot: free days of a month, and times of one day. For booking and for moving."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from werkzeug.wrappers import Response

from loket_contracts.errors import Refusal
from loket_contracts.fields import is_in_range, parse_day
from loket_contracts.languages import SPOKEN_LANGUAGES
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.answers import AppointmentView, LocationEntry
from loket_contracts.rpc.booking.changes import RescheduleAppointment
from loket_contracts.rpc.booking.slot_answers import SlotEntry
from loket_contracts.rpc.booking.slots import MAX_PERSONS, FindSlots, HoldSlot
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.message import from_json

from ..clients.catalogue_cache import CatalogueCache
from ..http.client_address import client_network
from ..http.clock import today_in
from ..http.proof_of_work import ProofOfWork
from ..http.request import GatewayRequest
from ..i18n import language
from .page_route import appointment_route, form_route, page_route
from .render import localise, municipality_context, page, parse_number, see_other
from .topics import asks_persons, kind_of

#: alternatives that are offered for a slot that was just taken
MAX_NEAREST = 3
#: refusals after which the same day is shown, each with its parameter: the slot that was chosen
NOT_FREE = {
    "slot-taken": "taken", "slot-not-offered": "taken", "slot-in-the-past": "taken", "work-needed": "wait"
}  # fmt: skip
#: parameters of the search
OF_A_CHOICE = ("type", "location", "persons", "specialist_language", "invitation", "instead_of")
#: hour at which each part of the day begins
PARTS = (("morning", 0), ("afternoon", 12), ("evening", 17))


@dataclass(frozen=True)
class Offer:
    """The purpose of the page: its `address`, the `action` that takes a slot, and the page to go `back` to.

    `present`: start and end of the appointment to move; None for a new appointment. `persons`: the number of people, if
    it can be changed.
    """

    address: str
    action: str
    back: str
    hidden: dict[str, str]
    present: dict[str, str] | None = None
    persons: int | None = None

    @property
    def moving(self) -> bool:
        return self.present is not None


@dataclass(frozen=True)
class TimeSlotPages:
    """A POST holds the slot and redirects."""

    booking: Booking
    catalogue: CatalogueCache
    proof_of_work: ProofOfWork

    @form_route("GET", "/<municipality>/tijdstip")
    def moments(self, request: GatewayRequest, municipality: str) -> Response:
        catalogue = localise(request, self.catalogue.of(municipality))
        kind = kind_of(catalogue, request.args.get("type", ""))
        place = request.args.get("location") or kind["locations"][0]
        asked = {"type": kind["id"], "location": place, "persons": str(parse_number(request.args.get("persons"), 1))}
        resource, back = None, f"/{municipality}/onderwerp/{kind['id']}"
        if invitation := request.args.get("invitation"):
            asked["invitation"] = invitation
            resource, back = self.booking.invitation(municipality, invitation)["resource"], f"/{municipality}/"
        spoken = _specialist_language(request.args.get("specialist_language"))
        if spoken:
            asked["specialist_language"] = spoken
        criteria = FindSlots(
            appointment_types=(kind["id"],), persons=int(asked["persons"]), location=place, resource=resource,
            language=spoken,
        )  # fmt: skip
        if instead := request.args.get("instead_of"):
            asked["instead_of"] = instead
        address = f"/{municipality}/tijdstip?{urlencode(asked)}"
        return self._moments(
            request, catalogue, [kind], criteria, Offer(address, f"/{municipality}/reserveren", back, asked)
        )

    @form_route("POST", "/<municipality>/reserveren")
    def hold(self, request: GatewayRequest, municipality: str) -> Response:
        given = request.form
        body: dict[str, Any] = {
            "appointment_types": given.getlist("type"),
            "location": given.get("location") or None,
            "persons": parse_number(given.get("persons"), 1),
            "start": given.get("start", ""),
            "specialist_language": _specialist_language(given.get("specialist_language")),
            "invitation": given.get("invitation") or None,
        }
        before = given.get("instead_of")
        caller = Caller.resident(client=client_network(request.remote_addr))
        try:
            self.proof_of_work.require_work(request, municipality, given.get("stamp", ""), given.get("work", ""))
            command = from_json(HoldSlot, body)
            if before:
                held = self.booking.hold_instead(municipality, before, command, caller)
            else:
                held = self.booking.hold(municipality, command, caller)
        except Refusal as refusal:
            asked = {name: given[name] for name in OF_A_CHOICE if given.get(name)}
            return _overtaken(request, refusal, f"/{municipality}/tijdstip", body["start"], asked)
        invited = {"invitation": body["invitation"]} if body["invitation"] else {}
        return see_other(request, f"/{municipality}/vragen", hold=held["id"], **invited)

    @page_route("GET", "/<municipality>/afspraak/<token>/verplaatsen")
    def other_moments(self, request: GatewayRequest, municipality: str, token: str) -> Response:
        catalogue = localise(request, self.catalogue.of(municipality))
        found = self.booking.appointment_by_link(municipality, token)
        here, place = f"/{municipality}/afspraak/{token}", _other_place(found, request.args.get("location"))
        if "reschedule" not in found["allowed"] and place is None:  # its page explains why
            return see_other(request, here)
        kinds = [kind_of(catalogue, kind["id"]) for kind in found["appointment_types"]]
        persons = _persons(request.args.get("persons"), found)
        criteria = FindSlots(
            appointment_types=tuple(kind["id"] for kind in kinds), persons=persons,
            location=(place or found["location"])["id"], language=found.get("specialist_language"),
        )  # fmt: skip
        asked = {"location": place["id"]} if place else {}
        if persons != found["persons"]:
            asked["persons"] = str(persons)
        lang = {"lang": request.args["lang"]} if request.args.get("lang") else {}
        present = {"start": found["start"], "end": found["end"]}
        offer = Offer(
            f"{here}/verplaatsen?{urlencode(asked)}", f"{here}/verplaatsen/nakijken", here, {**lang, **asked}, present,
            persons if asks_persons(kinds, found) else None,
        )  # fmt: skip
        return self._moments(request, catalogue, kinds, criteria, offer)

    @page_route("GET", "/<municipality>/afspraak/<token>/verplaatsen/nakijken")
    def check_move(self, request: GatewayRequest, municipality: str, token: str) -> Response:
        """Ask for confirmation, with the old time and the new one."""
        catalogue = localise(request, self.catalogue.of(municipality))
        found = localise(request, self.booking.appointment_by_link(municipality, token))
        start = request.args.get("start", "")
        place = _other_place(found, request.args.get("location"))
        if not _moment(start) or ("reschedule" not in found["allowed"] and place is None):
            return see_other(request, f"/{municipality}/afspraak/{token}/verplaatsen")
        persons = _persons(request.args.get("persons"), found)
        begins, now, until = (dt.datetime.fromisoformat(each) for each in (start, found["start"], found["end"]))
        return page(
            "move.html",
            request,
            **municipality_context(catalogue),
            appointment=found,
            token=token,
            start=start,
            # with another number of people it may take longer or shorter
            end=(begins + (until - now)).isoformat() if persons == found["persons"] else None,
            place=place,
            persons=persons,
            stays=begins == now,
        )

    @appointment_route("POST", "/<municipality>/afspraak/<token>/verplaatsen")
    def reschedule(self, request: GatewayRequest, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        start = request.form.get("start", "")
        asked: dict[str, str] = {}
        body: dict[str, Any] = {"start": start}
        if persons := parse_number(request.form.get("persons"), 0):
            asked["persons"], body["persons"] = str(persons), persons
        if place := request.form.get("location"):
            asked["location"] = body["location"] = place
        try:
            command = from_json(RescheduleAppointment, body)
            self.booking.reschedule(municipality, found["id"], command, Caller.resident(token))
        except Refusal as refusal:
            return _overtaken(request, refusal, f"/{municipality}/afspraak/{token}/verplaatsen", start, asked)
        stays = command.start == dt.datetime.fromisoformat(found["start"])
        return see_other(request, f"/{municipality}/afspraak/{token}", **{"changed" if stays else "moved": "1"})

    def _moments(
        self, request: GatewayRequest, catalogue: Any, kinds: list[Any], criteria: FindSlots, offer: Offer
    ) -> Response:
        municipality = catalogue["municipality"]["id"]
        first = self.booking.first_available(municipality, criteria)["locations"][0]["slot"]
        chosen = _date(request.args.get("day")) or (first and dt.date.fromisoformat(first["start"][:10]))
        month = _month(request.args.get("month")) or (chosen or dt.datetime.now(dt.UTC).date()).replace(day=1)
        if chosen is not None and (chosen.year, chosen.month) != (month.year, month.month):
            chosen = None
        last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
        counted = self.booking.day_counts(municipality, replace(criteria, first=month, last=last))
        free = {each["date"]: each["starts"] for each in counted["days"] if each["date"][:7] == f"{month:%Y-%m}"}
        chosen = chosen or next((dt.date.fromisoformat(each) for each, starts in free.items() if starts), None)
        slots = (
            self.booking.free_slots(municipality, replace(criteria, first=chosen, last=chosen))["slots"]
            if chosen
            else []
        )
        present = offer.present["start"] if offer.present else None
        slots = [each for each in slots if each["start"][:10] == str(chosen) and each["start"] != present]
        late = self._late_documents(municipality, kinds, chosen, counted["time_zone"])
        overtaken = request.args.get("taken") if _moment(request.args.get("taken")) else None
        return page(
            "moments.html",
            request,
            **municipality_context(catalogue),
            kinds=kinds,
            place=next((place for place in catalogue["locations"] if place["id"] == criteria.location), None),
            offer=offer,
            spoken=criteria.language,
            first=first,
            late=late,
            month=month,
            weeks=_weeks(month, free),
            weekdays=_weekdays(language.of(request)),
            chosen=chosen,
            parts=_by_part(slots),
            overtaken=overtaken,
            wait=request.args.get("wait") if _moment(request.args.get("wait")) else None,
            seconds=parse_number(request.args.get("seconds"), 10),
            nearest=nearest_to(overtaken, [slot["start"] for slot in slots], MAX_NEAREST) if overtaken else [],
            zone=counted["time_zone"],
            before=_other_month(month, -1) if month > dt.datetime.now(dt.UTC).date() else None,
            after=_other_month(month, 1) if _is_open_after(month, kinds, counted["time_zone"]) else None,
            stamp=None if offer.moving else self.proof_of_work.stamp(municipality),
        )

    def _late_documents(
        self, municipality: str, kinds: list[Any], chosen: dt.date | None, zone: str
    ) -> list[tuple[str, str]]:
        """Return the required documents for which a visit on this day leaves no time, each with its last day."""
        labels = {
            each["id"]: each["label"] for kind in kinds for each in kind["questions"]
            if each["kind"] == "file" and each["required"]
        }  # fmt: skip
        if chosen is None or not labels:
            return []
        due = self.booking.documents_due(municipality, [kind["id"] for kind in kinds], chosen.isoformat())
        today = today_in(zone).isoformat()
        return [(labels[name], last) for name, last in due.items() if name in labels and last <= today]


def _other_place(found: AppointmentView, name: str | None) -> LocationEntry | None:
    """Return the chosen location of an appointment whose own one was removed."""
    return next((each for each in found["move_to"] if each["id"] == name), None)


def _persons(text: str | None, found: AppointmentView) -> int:
    """Return the chosen number of people, or that of the appointment."""
    chosen = parse_number(text, found["persons"])
    return chosen if 1 <= chosen <= MAX_PERSONS else found["persons"]


def _specialist_language(text: str | None) -> str | None:
    """Return the chosen language; None for any."""
    return text if text in SPOKEN_LANGUAGES else None


def _overtaken(request: GatewayRequest, refusal: Refusal, address: str, start: str, asked: dict[str, str]) -> Response:
    """Redirect to the same day, with the nearest alternatives for a slot that is not free, or the slot once more."""
    if refusal.code not in NOT_FREE or not _moment(start):
        raise refusal
    seconds = {"seconds": refusal.params["seconds"]} if refusal.code == "work-needed" else {}
    chosen = {NOT_FREE[refusal.code]: start, **seconds}
    return see_other(request, address, **asked, day=start[:10], month=start[:7], **chosen)


def nearest_to(start: str, starts: list[str], most: int) -> list[str]:
    """Return the slots closest to a time, in order."""
    wanted = dt.datetime.fromisoformat(start)
    closest = sorted(starts, key=lambda each: abs(dt.datetime.fromisoformat(each) - wanted))
    return sorted(closest[:most])


def _moment(text: str | None) -> bool:
    """Whether a text is RFC 3339 with an offset, on a day that Loket accepts."""
    try:
        moment = dt.datetime.fromisoformat(text) if text else None
    except ValueError:
        return False
    return moment is not None and moment.tzinfo is not None and is_in_range(moment.date())


def _is_open_after(month: dt.date, kinds: list[Any], zone: str) -> bool:
    """Whether a day after this month can be booked, by the horizon of the topics."""
    last = today_in(zone) + dt.timedelta(days=min(kind["horizon_days"] for kind in kinds))
    return (month.year, month.month) < (last.year, last.month)


def _weeks(month: dt.date, free: dict[str, int]) -> list[list[tuple[dt.date, int] | None]]:
    """Return the days of the month by week from Monday, each with its free slots; None outside the month."""
    return [
        [(day, free.get(day.isoformat(), 0)) if day.month == month.month else None for day in week]
        for week in calendar.Calendar().monthdatescalendar(month.year, month.month)
    ]


def _weekdays(lang: str) -> list[tuple[str, str]]:
    """Return the full and short names of weekdays, from Monday."""
    short = [name.rstrip(".") for name in language.weekdays(lang, "abbreviated")]
    return list(zip(language.weekdays(lang), short, strict=True))


def _by_part(slots: list[SlotEntry]) -> list[tuple[str, list[SlotEntry]]]:
    found: dict[str, list[SlotEntry]] = {name: [] for name, _ in PARTS}
    for slot in slots:
        hour = int(slot["start"][11:13])
        found[[name for name, begins in PARTS if begins <= hour][-1]].append(slot)
    return [(name, own) for name, own in found.items() if own]


def _other_month(month: dt.date, step: int) -> str:
    number = month.year * 12 + month.month - 1 + step
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _month(text: str | None) -> dt.date | None:
    return _date(f"{text}-01") if text else None


def _date(text: str | None) -> dt.date | None:
    try:
        return parse_day(text) if text else None
    except ValueError:
        return None
