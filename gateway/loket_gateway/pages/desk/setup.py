"""Setup by leads: weekly hours and topics, with a preview."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from loket_contracts.errors import Refusal
from loket_contracts.fields import WEEKDAYS
from loket_contracts.rpc.amend_part import AmendPart
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.administration_answers import PartValues, ProposedPart

from ...access.required_permission import needs
from ...clients.catalogue_cache import CatalogueCache
from ...http.request import GatewayRequest
from ...i18n import language
from ..render import see_other
from . import hours, topic_form
from .frame import desk_page, errors_of, form_idempotency_key, version_of
from .refusals import desk_route

SET_UP = needs("setup.change")
PEOPLE, TOPICS = "resources", "appointment_types"


@dataclass(frozen=True)
class SetupPages:
    """The button previews or applies the change. Leads of a team set up that team."""

    booking: Booking
    slow_booking: Booking
    catalogue: CatalogueCache

    @desk_route("GET", "/<municipality>/balie/inrichten", SET_UP)
    def set_up(self, request: GatewayRequest, municipality: str) -> Response:
        caller = request.caller.as_staff("setup.change")
        teams = caller.teams
        kinds = self.catalogue.of(municipality)["appointment_types"]
        return desk_page(
            "setup.html", request, self.catalogue, municipality, at="setup",
            people=self.booking.resources(municipality, caller),
            topics=[kind["id"] for kind in kinds if teams is None or kind["team"] in teams],
            durations={kind["id"]: kind["duration"] for kind in kinds}, done=request.args.to_dict(),
            may_change=lambda person: teams is None or person["team"] in teams,
        )  # fmt: skip

    @desk_route("GET", "/<municipality>/balie/inrichten/uren/<resource>", SET_UP)
    def hours(self, request: GatewayRequest, municipality: str, resource: str) -> Response:
        part = self._part_of(request, municipality, PEOPLE, resource)
        values = part["values"]
        spoken = values.get("languages") or []
        return self._show_hours(
            request, municipality, resource, part["version"], hours.rows_of(values["hours"]), spoken
        )

    @desk_route("POST", "/<municipality>/balie/inrichten/uren/<resource>", SET_UP)
    def change_hours(self, request: GatewayRequest, municipality: str, resource: str) -> Response:
        self._part_of(request, municipality, PEOPLE, resource)  # refuses an unknown resource
        rules, rows = hours.rules_of(request.form)
        spoken = hours.languages_of(request.form)
        values = {"hours": rules} if spoken is None else {"hours": rules, "languages": spoken}
        try:
            proposed, version = self._look_or_take(request, municipality, PEOPLE, resource, values)
        except Refusal as refusal:
            wrong = hours.places_of(errors_of(refusal, request), rows)
            version = self._version_after(refusal, request, municipality, PEOPLE, resource)
            sent = hours.sent(request.form)
            return self._show_hours(request, municipality, resource, version, sent, spoken, wrong=wrong)
        if proposed is None:
            return see_other(request, f"/{municipality}/balie/inrichten", done=resource)
        return self._show_hours(
            request, municipality, resource, version, hours.rows_of(rules), spoken, proposed=proposed,
            week=hours.week_of(rules),
        )  # fmt: skip

    @desk_route("GET", "/<municipality>/balie/inrichten/onderwerpen/<kind>", SET_UP)
    def topic_texts(self, request: GatewayRequest, municipality: str, kind: str) -> Response:
        part = self._part_of(request, municipality, TOPICS, kind)
        fields = topic_form.shown(part, self._spoken_in(municipality))
        return self._show_topic(request, municipality, kind, part["version"], fields)

    @desk_route("POST", "/<municipality>/balie/inrichten/onderwerpen/<kind>", SET_UP)
    def change_topic(self, request: GatewayRequest, municipality: str, kind: str) -> Response:
        lang, part = self._spoken_in(municipality), self._part_of(request, municipality, TOPICS, kind)
        fields = topic_form.filled_in(request.form, lang)
        values = topic_form.changes(part, fields, lang)
        try:
            proposed, version = self._look_or_take(request, municipality, TOPICS, kind, values)
        except Refusal as refusal:
            wrong = topic_form.places_of(errors_of(refusal, request), lang)
            version = self._version_after(refusal, request, municipality, TOPICS, kind)
            return self._show_topic(request, municipality, kind, version, fields, wrong=wrong)
        if proposed is None:
            return see_other(request, f"/{municipality}/balie/inrichten", done=kind)
        return self._show_topic(request, municipality, kind, version, fields, proposed=proposed)

    def _part_of(self, request: GatewayRequest, municipality: str, section: str, name: str) -> PartValues:
        return self.booking.part(municipality, section, name, request.caller.as_staff("setup.change"))

    def _look_or_take(
        self, request: GatewayRequest, municipality: str, section: str, name: str, values: dict[str, Any]
    ) -> tuple[ProposedPart | None, int]:
        """Return the preview and the version that it is based on; None when the change was applied.

        Raises Refusal: invalid-request, settings-changed.
        """
        version = version_of(request)
        command = AmendPart(section=section, name=name, version=version, values=values)
        caller = request.caller.as_staff("setup.change")
        if request.form.get("action") != "take":
            return self.slow_booking.propose_part(municipality, command, caller), version
        taken = self.slow_booking.amend_part(
            municipality, command, caller, idempotency_key=form_idempotency_key(request)
        )
        self.catalogue.expire()
        return None, taken["version"]

    def _version_after(
        self, refusal: Refusal, request: GatewayRequest, municipality: str, section: str, name: str
    ) -> int:
        """Return the version of the form, unless it was reported as outdated."""
        if refusal.code == "settings-changed":
            return self._part_of(request, municipality, section, name)["version"]
        return version_of(request)

    def _spoken_in(self, municipality: str) -> list[str]:
        return list(self.catalogue.of(municipality)["municipality"]["languages"])

    def _show_hours(
        self, request: GatewayRequest, municipality: str, resource: str, version: int, rows: list[dict[str, Any]],
        spoken: list[str] | None, **more: Any,
    ) -> Response:  # fmt: skip
        """`spoken`: the languages of a person, which a room has not."""
        usual: dict[str, Any] = {"proposed": None, "wrong": {}, "week": []}
        people = self.booking.resources(municipality, request.caller.as_staff("setup.change"))
        names = {each["id"]: each["name"] for each in people}
        if any(each["id"] == resource and each["kind"] != "person" for each in people):
            spoken = None
        return desk_page(
            "hours.html", request, self.catalogue, municipality, 422 if more.get("wrong") else 200, at="setup",
            resource=resource, name=names[resource], names=names, version=version, rows=rows, weekdays=WEEKDAYS,
            weekday_names=language.weekdays(language.of(request)), spoken=spoken,
            offered_languages=dict.fromkeys([*self._spoken_in(municipality), *(spoken or ())]),
            **{**usual, **more},
        )  # fmt: skip

    def _show_topic(
        self, request: GatewayRequest, municipality: str, kind: str, version: int, fields: dict[str, str], **more: Any
    ) -> Response:
        usual: dict[str, Any] = {"proposed": None, "wrong": {}}
        # for the visits that a change affects
        caller = request.caller.as_staff("setup.change")
        people = self.booking.resources(municipality, caller) if more.get("proposed") else []
        names = {each["id"]: each["name"] for each in people}
        return desk_page(
            "topic.html", request, self.catalogue, municipality, 422 if more.get("wrong") else 200, at="setup",
            kind=kind, version=version, fields=fields, spoken=self._spoken_in(municipality), names=names,
            **{**usual, **more},
        )  # fmt: skip
