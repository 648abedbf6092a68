"""Which other sites may call the API from a browser (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol).

A municipality lists their origins in its configuration. Their requests never carry cookies: they are anonymous.
"""

from __future__ import annotations

from nameko.extensions import SharedExtension
from werkzeug.wrappers import Response

from loket_chassis.messaging.rpc import Unavailable
from loket_contracts.errors import Refusal

from ..clients.catalogue_cache import CatalogueCache
from .request import GatewayRequest

MAY_SEND = "Authorization, Content-Type, Idempotency-Key, If-None-Match, Accept-Language"
MAY_READ = "API-Version, ETag, Location, Retry-After, RateLimit, RateLimit-Policy, Content-Language"
KEPT_SECONDS = "600"


class CorsHeaders(SharedExtension):
    """Answers the browser whether the calling page may read the response."""

    catalogue = CatalogueCache()

    def add_headers(self, request: GatewayRequest, response: Response) -> None:
        response.vary.add("Origin")
        origin = request.headers["Origin"]
        parts = request.path.split("/")
        municipality = parts[3] if len(parts) > 4 else ""
        if municipality and not self._lists(municipality, origin):
            return
        response.headers["Access-Control-Allow-Origin"] = origin if municipality else "*"
        response.headers["Access-Control-Expose-Headers"] = MAY_READ
        if request.method == "OPTIONS" and "Allow" in response.headers:
            response.headers["Access-Control-Allow-Methods"] = response.headers["Allow"]
            response.headers["Access-Control-Allow-Headers"] = MAY_SEND
            response.headers["Access-Control-Max-Age"] = KEPT_SECONDS

    def _lists(self, municipality: str, origin: str) -> bool:
        try:
            return origin in self.catalogue.of(municipality)["online"]["origins"]
        except (Refusal, Unavailable):
            return False
