"""Booking in pages: choose, pick a slot, fill in, done; and picking another slot for an appointment that there is."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from loket_chassis.rpc import Service
from loket_contracts.errors import Refusal

from .. import language
from ..catalogue import Catalogue
from ..routing import route
from .render import STATIC, about, in_words, page, see

WEEKS_SHOWN = 2
CONTACT = ("name", "email", "phone")


class BookingPages:
    """Every step has its own address, so back and refresh work; every change is a POST that ends in a redirect."""

    booking: Service
    catalogue: Catalogue

    @route("GET", "/static/<name>", page=True, counts=False)
    def static(self, request: Request, name: str) -> Response:
        if name not in STATIC:
            raise NotFound
        body, media_type = STATIC[name]
        return Response(body, mimetype=media_type, headers={"Cache-Control": "public, max-age=3600"})

    @route("GET", "/", page=True)
    def home(self, request: Request) -> Response:
        return page("home.html", request, municipalities=in_words(request, self.catalogue.municipalities()))

    @route("GET", "/<municipality>/", page=True)
    def choose(self, request: Request, municipality: str) -> Response:
        catalogue = self._catalogue(request, municipality)
        kinds = sorted(
            (kind for kind in catalogue["appointment_types"] if kind["visibility"] == "public"),
            key=lambda kind: kind["category"],
        )
        categories = [(name, list(group)) for name, group in groupby(kinds, key=lambda kind: kind["category"])]
        return page("choose.html", request, **about(catalogue), categories=categories)

    @route("GET", "/<municipality>/uitnodiging/<token>", page=True)
    def invited(self, request: Request, municipality: str, token: str) -> Response:
        """Straight to the moments of what somebody is invited to."""
        found = self.booking.invitation(municipality, token)
        place = {"location": found["location"]} if found["location"] else {}
        return see(request, f"/{municipality}/tijdstip", type=found["appointment_type"], uitnodiging=token, **place)

    @route("GET", "/<municipality>/tijdstip", page=True)
    def slots(self, request: Request, municipality: str) -> Response:
        catalogue = self._catalogue(request, municipality)
        kind = _kind(catalogue, request.args.get("type", ""))
        locations = [place for place in catalogue["locations"] if place["id"] in kind["locations"]]
        chosen = request.args.get("location") or locations[0]["id"]
        persons = _whole(request.args.get("persons"), 1)
        asked = {"type": kind["id"], "persons": str(persons)}
        resource = None
        if invitation := request.args.get("uitnodiging"):
            asked["uitnodiging"] = invitation
            resource = self.booking.invitation(municipality, invitation)["resource"]
        return self._slots(
            request,
            catalogue,
            [kind],
            persons,
            chosen,
            resource,
            locations=locations,
            action=f"/{municipality}/reserveren",
            hidden={**asked, "location": chosen},
            address=f"/{municipality}/tijdstip?{urlencode(asked)}",
            back=f"/{municipality}/",
        )

    @route("GET", "/<municipality>/afspraak/<token>/verplaatsen", page=True)
    def other_slots(self, request: Request, municipality: str, token: str) -> Response:
        catalogue = self._catalogue(request, municipality)
        found = self.booking.appointment_by_link(municipality, token)
        kinds = [_kind(catalogue, kind["id"]) for kind in found["appointment_types"]]
        chosen = found["location"]["id"]
        here = f"/{municipality}/afspraak/{token}"
        return self._slots(
            request,
            catalogue,
            kinds,
            found["persons"],
            chosen,
            None,
            locations=[place for place in catalogue["locations"] if place["id"] == chosen],
            action=f"{here}/verplaatsen",
            hidden={},
            address=f"{here}/verplaatsen?",
            back=here,
        )

    @route("POST", "/<municipality>/afspraak/<token>/verplaatsen", page=True)
    def reschedule(self, request: Request, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        self.booking.reschedule(municipality, found["id"], token, {"start": request.form.get("start", "")})
        return see(request, f"/{municipality}/afspraak/{token}", verplaatst="1")

    @route("POST", "/<municipality>/reserveren", page=True)
    def hold(self, request: Request, municipality: str) -> Response:
        body: dict[str, Any] = {
            "appointment_types": [request.form.get("type", "")],
            "location": request.form.get("location") or None,
            "persons": _whole(request.form.get("persons"), 1),
            "start": request.form.get("start", ""),
            "invitation": request.form.get("uitnodiging") or None,
        }
        held = self.booking.hold(municipality, body, None, request.remote_addr)
        invited = {"uitnodiging": body["invitation"]} if body["invitation"] else {}
        return see(request, f"/{municipality}/gegevens", hold=held["id"], **invited)

    @route("GET", "/<municipality>/gegevens", page=True)
    def form(self, request: Request, municipality: str) -> Response:
        given = {"uitnodiging": request.args.get("uitnodiging", "")}
        return self._form(request, municipality, request.args.get("hold", ""), given, {})

    @route("POST", "/<municipality>/gegevens", page=True)
    def book(self, request: Request, municipality: str) -> Response:
        hold = request.form.get("hold", "")
        given = {name: value for name, value in request.form.items() if name != "hold"}
        body = {
            "hold": hold,
            "invitation": given.get("uitnodiging") or None,
            "contact": {
                **{name: given[name].strip() for name in CONTACT if given.get(name, "").strip()},
                "language": language.of(request),
            },
            "answers": {name[7:]: value for name, value in given.items() if name.startswith("answer-")},
        }
        try:
            # a second click, or a reload of the answer, is the same booking
            booked = self.booking.book(municipality, body, f"page {hold}")
        except Refusal as refusal:
            if refusal.code != "invalid-request":
                raise
            wrong = {error["pointer"]: error["detail"] for error in refusal.errors}
            return self._form(request, municipality, hold, given, wrong)
        return see(request, f"/{municipality}/afspraak/{booked['link_token']}", nieuw="1")

    def _slots(
        self, request: Request, catalogue: Any, kinds: list[Any], persons: int, location: str, resource: str | None,
        **shown: Any,
    ) -> Response:  # fmt: skip
        """The free moments of two weeks, as buttons of one form."""
        first = _date(request.args.get("from"))
        step = dt.timedelta(weeks=WEEKS_SHOWN)
        wish = {
            "appointment_types": [kind["id"] for kind in kinds],
            "persons": persons,
            "location": location,
            "resource": resource,
            "from": first and first.isoformat(),
            "to": first and (first + step - dt.timedelta(days=1)).isoformat(),
        }
        found = self.booking.free_slots(catalogue["municipality"]["id"], wish)
        nearest = None if found["slots"] else self.booking.explain(catalogue["municipality"]["id"], wish)["nearest"]
        days = [(date, list(group)) for date, group in groupby(found["slots"], key=lambda slot: slot["start"][:10])]
        begins = dt.date.fromisoformat(found["from"])
        return page(
            "slots.html",
            request,
            **about(catalogue),
            **shown,
            kinds=kinds,
            chosen=location,
            days=[(dt.date.fromisoformat(date), slots) for date, slots in days],
            zone=found["time_zone"],
            nearest=nearest,
            later=(begins + step).isoformat(),
            earlier=(begins - step).isoformat() if first else None,
        )

    def _form(
        self, request: Request, municipality: str, hold: str, given: dict[str, str], wrong: dict[str, str]
    ) -> Response:
        catalogue = self._catalogue(request, municipality)
        held = self.booking.held(municipality, hold)
        kinds = [_kind(catalogue, name) for name in held["appointment_types"]]
        minutes = dt.datetime.fromisoformat(held["expires_at"]) - dt.datetime.now(dt.UTC)
        return page(
            "form.html",
            request,
            422 if wrong else 200,
            **about(catalogue),
            hold=hold,
            held=held,
            kinds=kinds,
            place=next(place for place in catalogue["locations"] if place["id"] == held["location"]),
            minutes=max(0, round(minutes / dt.timedelta(minutes=1))),
            given=given,
            wrong={pointer: language.translate(detail, language.of(request)) for pointer, detail in wrong.items()},
        )

    def _catalogue(self, request: Request, municipality: str) -> Any:
        return in_words(request, self.catalogue.of(municipality))


def _kind(catalogue: dict[str, Any], name: str) -> dict[str, Any]:
    for kind in catalogue["appointment_types"]:
        if kind["id"] == name:
            found: dict[str, Any] = kind
            return found
    raise Refusal("unknown-appointment-type", {"appointment_type": name or "?"})


def _whole(text: str | None, usual: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else usual


def _date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None
