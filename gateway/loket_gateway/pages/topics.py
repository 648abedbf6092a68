"""The choice of a topic and a location, and static files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.answers import AppointmentTypeEntry, AppointmentView, Catalogue, LocationEntry
from loket_contracts.rpc.booking.slots import FindSlots

from ..clients.catalogue_cache import CatalogueCache
from ..clients.popular_topics import PopularTopics
from ..i18n import language
from ..topic_search.search import MAX_LENGTH, count_search, search
from .page_route import page_route
from .render import STATIC, compressed, localise, municipality_context, page, parse_number, see_other
from .theme import logo, stylesheet

#: a list of this length begins with the most popular topics
MANY_TOPICS, MAX_POPULAR = 8, 4


@dataclass(frozen=True)
class TopicPages:
    """The home page, topics, one topic, and static files."""

    booking: Booking
    catalogue: CatalogueCache
    popular: PopularTopics

    @page_route("GET", "/static/<name>", rate_limited=False)
    def static(self, request: Request, name: str) -> Response:
        if name not in STATIC:
            raise NotFound
        return compressed(request, *STATIC[name])

    @page_route("GET", "/<municipality>/thema.css", rate_limited=False)
    def theme(self, request: Request, municipality: str) -> Response:
        """Return the style sheet of the municipality."""
        return Response(
            stylesheet(self.catalogue.of(municipality)["look"]["colour"]), mimetype="text/css",
            headers={"Cache-Control": "public, max-age=60"},
        )  # fmt: skip

    @page_route("GET", "/<municipality>/logo", rate_limited=False)
    def logo(self, request: Request, municipality: str) -> Response:
        found = logo(self.catalogue.of(municipality)["look"]["logo"])
        if found is None:
            raise NotFound
        return Response(found[0], mimetype=found[1], headers={"Cache-Control": "public, max-age=60"})

    @page_route("GET", "/")
    def home(self, request: Request) -> Response:
        """List municipalities. A language chosen here is passed on; else each uses its default."""
        known = localise(request, self.catalogue.municipalities())
        return page("home.html", request, municipalities=known, chosen="lang" in request.args)

    @page_route("GET", "/<municipality>/")
    def choose(self, request: Request, municipality: str) -> Response:
        """List the topics, or those that a search found. The script of the page asks for the same address."""
        known = self.catalogue.of(municipality)
        text = request.args.get("search", "").strip()[:MAX_LENGTH]
        found = search(known, text, language.of(request)) if text else None
        if found and "typing" not in request.args:
            count_search(municipality, found)
        catalogue = localise(request, known)
        public = [kind for kind in catalogue["appointment_types"] if kind["visibility"] == "public"]
        by_id = {kind["id"]: kind for kind in public}
        popular = self.popular.of(municipality) if not text and len(public) >= MANY_TOPICS else ()
        return page(
            "choose.html", request, **municipality_context(catalogue), text=text, found=found,
            topics=[by_id[topic] for topic in found.topics] if found else [],
            categories=[(name, list(own)) for name, own in groupby(sorted(public, key=_category), _category)],
            popular=[by_id[topic] for topic in popular if topic in by_id][:MAX_POPULAR],
        )  # fmt: skip

    @page_route("GET", "/<municipality>/onderwerp/<kind>")
    def topic(self, request: Request, municipality: str, kind: str) -> Response:
        """Ask for location and number of persons, after guidance about the topic."""
        catalogue = localise(request, self.catalogue.of(municipality))
        found = kind_of(catalogue, kind)
        if found["visibility"] != "public":
            raise Refusal("unknown-appointment-type", {"appointment_type": kind})
        persons = parse_number(request.args.get("persons"), 1)
        first = self.booking.first_available(municipality, FindSlots(appointment_types=(kind,), persons=persons))
        soonest = {each["location"]: each["slot"] for each in first["locations"]}
        places = [place for place in catalogue["locations"] if place["id"] in found["locations"]]
        return page(
            "topic.html", request, **municipality_context(catalogue), kind=found, persons=persons,
            places=[(place, soonest.get(place["id"])) for place in places],
        )  # fmt: skip

    @page_route("GET", "/<municipality>/uitnodiging/<token>")
    def invited(self, request: Request, municipality: str, token: str) -> Response:
        """Redirect to the time slots of an invitation."""
        found = self.booking.invitation(municipality, token)
        place = {"location": found["location"]} if found["location"] else {}
        return see_other(
            request, f"/{municipality}/tijdstip", type=found["appointment_type"], invitation=token, **place
        )


def kind_of(catalogue: Catalogue, name: str) -> AppointmentTypeEntry:
    """Raises Refusal: unknown-appointment-type."""
    for kind in catalogue["appointment_types"]:
        if kind["id"] == name:
            return kind
    raise Refusal("unknown-appointment-type", {"appointment_type": name or "?"})


def asks_persons(kinds: Iterable[AppointmentTypeEntry], found: AppointmentView) -> bool:
    """Whether a page asks for the number of people: they are several already, or a visit takes longer with more."""
    return any(kind["per_extra_person"] for kind in kinds) or found["persons"] > 1


def location_of(catalogue: Catalogue, name: str) -> LocationEntry:
    """Return the location. Raises Refusal: unknown-location when it was removed meanwhile."""
    for place in catalogue["locations"]:
        if place["id"] == name:
            return place
    raise Refusal("unknown-location", {"location": name})


def _category(kind: dict[str, Any]) -> str:
    return str(kind["category"])
