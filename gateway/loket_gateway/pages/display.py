"""The display in the waiting room: calls, the queue and expected waits, without names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from werkzeug.wrappers import Response

from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.queue_answers import PersonEntry
from loket_contracts.visits import SERVING_STATES

from ..clients.catalogue_cache import CatalogueCache, on_site_locations
from ..http.authentication import Authentication
from ..http.clock import now
from ..http.request import GatewayRequest
from .device import require_screen, screen_problem
from .page_route import page_route
from .render import localise, municipality_context, page, see_other

#: seconds between reloads without a script
REFRESH = 10
MAX_SHOWN = 8
#: the first languages of the municipality, which the script shows in turn
LANGUAGES_IN_TURN = 2
#: how long a call is shown
SHOWN_FOR = dt.timedelta(minutes=2)


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
        line, known = self.booking.queue(municipality, place), catalogue["municipality"]
        called = newest_calls(line["called"], now())
        return page(
            "screens/display.html", request, **municipality_context(catalogue), place=place, refresh=REFRESH,
            name=next((each["name"] for each in receiving if each["id"] == place), place),
            called=called[:MAX_SHOWN], waiting=line["waiting"][:MAX_SHOWN],
            more=len(line["waiting"]) - MAX_SHOWN,
            zone=next((each["time_zone"] for each in receiving if each["id"] == place), known["time_zone"]),
            spoken=known["languages"][:LANGUAGES_IN_TURN],
        )  # fmt: skip


def newest_calls(called: Iterable[PersonEntry], at: dt.datetime) -> list[PersonEntry]:
    """Return those who were called within SHOWN_FOR, the last call first, whatever its kind."""

    def time_of(each: PersonEntry) -> dt.datetime:
        found = each.get("called_at")  # booking of 0.1 does not say it
        return dt.datetime.fromisoformat(found) if found else at

    recent = [each for each in called if each["state"] in SERVING_STATES and time_of(each) > at - SHOWN_FOR]
    return sorted(recent, key=time_of, reverse=True)
