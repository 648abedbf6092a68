"""The catalogue: what can be booked, where and with which people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Request, Response

from loket_contracts.rpc.booking.answers import Catalogue

from ..clients.catalogue_cache import CatalogueCache
from ..http.parsing import query
from ..http.responses import answer
from ..http.routing import route
from ..i18n import language
from ..schemas.queries import TopicQuery
from ..topic_search.search import search
from . import BASE

_query = TopicQuery()
#: seconds for which a response is cached; a configuration loaded through another gateway is visible after them
FRESH_FOR = 2.0


@dataclass(frozen=True)
class CatalogueRoutes:
    """Open to all, with texts in the language of the request."""

    catalogue: CatalogueCache

    @route("GET", "/api/v1/municipalities", cache_seconds=FRESH_FOR)
    def get_municipalities(self, request: Request) -> Response:
        return _listed("municipalities", self.catalogue.municipalities(), request)

    @route("GET", f"{BASE}/appointment-types", cache_seconds=FRESH_FOR)
    def get_appointment_types(self, request: Request, municipality: str) -> Response:
        """List the public appointment types, or those that a search found, best first."""
        catalogue = self.catalogue.of(municipality)
        public = _public(catalogue)
        if text := query(request, _query)["search"].strip():
            by_id = {kind["id"]: kind for kind in public}
            public = [by_id[topic] for topic in search(catalogue, text, language.of(request)).topics]
        return _listed("appointment_types", public, request)

    @route("GET", f"{BASE}/locations", cache_seconds=FRESH_FOR)
    def get_locations(self, request: Request, municipality: str) -> Response:
        return _listed("locations", self.catalogue.of(municipality)["locations"], request)

    @route("GET", f"{BASE}/teams", cache_seconds=FRESH_FOR)
    def get_teams(self, request: Request, municipality: str) -> Response:
        return _listed("teams", self.catalogue.of(municipality)["teams"], request)


def _public(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return the public appointment types; the others are for staff, or by invitation."""
    return [
        {name: value for name, value in kind.items() if name != "visibility"}
        for kind in catalogue["appointment_types"]
        if kind["visibility"] == "public"
    ]


def _listed(name: str, documents: Sequence[Mapping[str, Any]], request: Request) -> Response:
    return answer({name: language.localised(documents, language.of(request))}, request)
