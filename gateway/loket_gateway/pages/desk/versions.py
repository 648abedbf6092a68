"""The versions of the configuration, and the way back to an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking

from ...access.required_permission import needs
from ...clients.catalogue_cache import CatalogueCache
from ...http.request import GatewayRequest
from ...i18n import language
from ..render import parse_number, see_other
from .frame import desk_page, form_idempotency_key, version_of
from .refusals import desk_route

SEE, CHANGE = needs("configuration.read"), needs("configuration.change")


@dataclass(frozen=True)
class VersionPages:
    """An earlier version is loaded again as the newest one, so that the list shows that too."""

    booking: Booking
    slow_booking: Booking
    catalogue: CatalogueCache

    @desk_route("GET", "/<municipality>/balie/beheer/versies", SEE)
    def versions(self, request: GatewayRequest, municipality: str) -> Response:
        """List the versions; with `version`, what going back to it would change."""
        return self._versions(request, municipality, parse_number(request.args.get("version"), 0, digits=9))

    @desk_route("POST", "/<municipality>/balie/beheer/versies", CHANGE)
    def go_back(self, request: GatewayRequest, municipality: str) -> Response:
        chosen = parse_number(request.form.get("chosen"), 0, digits=9)
        text = self.booking.configuration(municipality, chosen)["text"]
        try:
            taken = self.slow_booking.configure(
                text, request.caller.as_staff("configuration.change"), municipality,
                confirmed=request.form.get("action") == "confirm", idempotency_key=form_idempotency_key(request),
                follows=version_of(request),
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.code not in ("removal-not-confirmed", "settings-changed"):
                raise
            return self._versions(request, municipality, chosen)
        self.catalogue.expire()
        return see_other(
            request, f"/{municipality}/balie/beheer/instellingen", version=str(taken["version"]),
            conflicts=str(len(taken["clashes"])),
        )  # fmt: skip

    def _versions(self, request: GatewayRequest, municipality: str, chosen: int) -> Response:
        stored = self.booking.configuration(municipality)
        shown: dict[str, Any] = {"compared": None, "errors": ()}
        if chosen and chosen != stored["version"]:
            text = self.booking.configuration(municipality, chosen)["text"]
            try:
                shown["compared"] = self.slow_booking.compare_configuration(text, municipality)
            except Refusal as refusal:
                if refusal.code != "invalid-configuration":
                    raise
                shown["errors"] = language.details(refusal.errors, language.of(request))
        return desk_page(
            "versions.html", request, self.catalogue, municipality, 422 if shown["errors"] else 200, at="run",
            version=stored["version"], versions=stored["versions"], chosen=chosen, names={}, **shown,
        )  # fmt: skip
