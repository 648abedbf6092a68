"""Pairing of kiosks and displays with a municipality, a location and an API key.

An administrator pairs a device once. Its browser stores the key in a cookie for our pages only. The key can be revoked
at the desk.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Request, Response

from loket_contracts.errors import Refusal

from ..access.roles import Caller
from ..clients.catalogue_cache import CatalogueCache, on_site_locations
from ..http.authentication import Authentication
from ..http.request import GatewayRequest
from .page_route import page_route
from .problem_page import problem_page
from .render import localise, municipality_context, page, see_other

COUPLED_FOR = dt.timedelta(days=400)
#: last segments of the addresses of kiosk and display
SCREENS = ("onthaal", "scherm")


def screen_problem(refusal: Refusal, request: Request, public_url: str) -> Response:
    """Render a refusal on a kiosk or display, which returns to its first page automatically."""
    municipality = request.path.split("/")[1]
    place = request.args.get("location", "") if refusal.code != "unknown-location" else ""
    screen = SCREENS[1] if request.path.endswith(SCREENS[1]) else SCREENS[0]
    start = iri_to_uri(f"/{municipality}/{screen}") + (f"?{urlencode({'location': place})}" if place else "")
    return problem_page(refusal, request, public_url, start)


@dataclass(frozen=True)
class DevicePages:
    """Pair a device: its key and its location."""

    access: Authentication
    catalogue: CatalogueCache

    @page_route("GET", "/<municipality>/koppelen")
    def show_coupling(self, request: GatewayRequest, municipality: str) -> Response:
        return self._coupling(request, municipality, request.args.get("next", ""))

    @page_route("POST", "/<municipality>/koppelen")
    def couple(self, request: GatewayRequest, municipality: str) -> Response:
        self.access.require_own_page(request)
        key, there = request.form.get("key", "").strip(), request.form.get("next", "")
        try:
            caller = self.access.authenticate_key(request, key)
        except Refusal as refusal:
            if refusal.code != "login-needed":
                raise
            return self._coupling(request, municipality, there, refused=True)
        if not caller.may("queue.read", municipality):
            return self._coupling(request, municipality, there, refused=True)
        screen = there if there in SCREENS else SCREENS[0]
        response = see_other(request, f"/{municipality}/{screen}", location=request.form.get("location", ""))
        self.access.set_device_cookie(response, key, COUPLED_FOR)
        return response

    def _coupling(self, request: GatewayRequest, municipality: str, there: str, refused: bool = False) -> Response:
        catalogue = localise(request, self.catalogue.of(municipality))
        return page(
            "screens/couple.html", request, 401 if refused else 200, **municipality_context(catalogue),
            places=on_site_locations(catalogue), there=there, refused=refused,
        )  # fmt: skip


def require_screen(
    access: Authentication, request: GatewayRequest, municipality: str, permission: str
) -> Caller | None:
    """Return the device, or a member of staff who looks at its pages; None when it must be paired first.

    Raises Refusal: csrf for a form that was not sent from our pages.
    """
    caller = access.device_caller(request)
    if caller.may(permission, municipality):
        if request.method == "POST":
            access.require_own_page(request)
        return caller
    return None
