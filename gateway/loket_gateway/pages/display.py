"""The display in the waiting room: calls, the queue and expected waits, without names."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.wrappers import Response

from loket_contracts.rpc.booking import Booking
from loket_contracts.visits import SERVING_STATES

from ..clients.catalogue_cache import CatalogueCache, on_site_locations
from ..http.authentication import Authentication
from ..http.request import GatewayRequest
from .device import require_screen, screen_problem
from .page_route import page_route
from .render import localise, municipality_context, page, see_other

#: seconds between reloads without a script
REFRESH = 10
MAX_SHOWN = 8


@dataclass(frozen=True)
class DisplayPages:
    """A script reloads it, plays a sound for a new call, and survives a lost connection."""

    booking: Booking
    access: Authentication
    catalogue: CatalogueCache

    @page_route("GET", "/<municipality>/scherm", render_refusal=screen_problem, rate_limited=False)
    def display(self, request: GatewayRequest, municipality: str) -> Response:
        if require_screen(self.access, request, municipality, "queue.read") is None:
            return see_other(request, f"/{municipality}/koppelen", next="scherm")
        catalogue = localise(request, self.catalogue.of(municipality))
        receiving = on_site_locations(catalogue)
        place = request.args.get("location") or next((each["id"] for each in receiving), "")
        line = self.booking.queue(municipality, place)
        called = [each for each in line["called"] if each["state"] in SERVING_STATES]
        return page(
            "screens/display.html", request, **municipality_context(catalogue), place=place, refresh=REFRESH,
            name=next((each["name"] for each in receiving if each["id"] == place), place),
            called=called[-MAX_SHOWN:][::-1], waiting=line["waiting"][:MAX_SHOWN],
            more=len(line["waiting"]) - MAX_SHOWN,
            zone=catalogue["municipality"]["time_zone"],
        )  # fmt: skip
