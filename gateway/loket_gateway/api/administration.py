"""The configuration, the data of a resident, and the audit log."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.wrappers import Response

from loket_contracts.errors import load
from loket_contracts.rpc.booking import Booking

from ..access.required_permission import needs
from ..clients.catalogue_cache import CatalogueCache
from ..http.parsing import json_object, query, text
from ..http.request import GatewayRequest
from ..http.responses import private
from ..http.routing import route
from ..schemas import AuditQuery, ConfigurationQuery, ResidentWish
from . import BASE

_configuration_query, _audit_query, _resident_command = ConfigurationQuery(), AuditQuery(), ResidentWish()
YAML = "application/yaml"


@dataclass(frozen=True)
class AdministrationRoutes:
    """A configuration is applied as a whole or not at all. Previous versions remain available."""

    booking: Booking
    slow_booking: Booking
    catalogue: CatalogueCache

    @route("GET", f"{BASE}/configuration", needs("configuration.read"))
    def get_configuration(self, request: GatewayRequest, municipality: str) -> Response:
        found = self.booking.configuration(municipality, query(request, _configuration_query)["version"])
        if request.accept_mimetypes.best_match(("application/json", YAML)) != YAML:
            return private(found, request)
        return Response(found["text"], content_type=f"{YAML}; charset=utf-8", headers={"Cache-Control": "no-store"})

    @route("PUT", f"{BASE}/configuration", needs("configuration.change"))
    def put_configuration(self, request: GatewayRequest, municipality: str) -> Response:
        """Apply a configuration file, in YAML (RFC 9512) or JSON. `?dry_run=true` returns what it would change.

        Removing entries that future appointments refer to needs `?confirm=true`.
        """
        given, asked = text(request, YAML, "application/json"), query(request, _configuration_query)
        if asked["dry_run"]:
            return private(self.slow_booking.compare_configuration(given, municipality), request)
        caller = request.caller.as_staff("configuration.change")
        loaded = self.slow_booking.configure(given, caller, municipality, confirmed=asked["confirm"])
        self.catalogue.expire()
        return private(loaded, request)

    @route("POST", f"{BASE}/residents/export", needs("residents.erase"))
    def post_export(self, request: GatewayRequest, municipality: str) -> Response:
        """Return all data of one resident (GDPR, articles 15 and 20)."""
        command = load(_resident_command, json_object(request))
        caller = request.caller.as_staff("residents.erase")
        return private(self.slow_booking.export_resident(municipality, command["person"], caller), request)

    @route("POST", f"{BASE}/residents/erase", needs("residents.erase"))
    def post_erase(self, request: GatewayRequest, municipality: str) -> Response:
        """Erase the data of one resident, and cancel future appointments (GDPR, article 17)."""
        command = load(_resident_command, json_object(request))
        caller = request.caller.as_staff("residents.erase")
        erased = self.slow_booking.erase_resident(municipality, command["person"], caller)
        return private({"appointments": erased}, request)

    @route("GET", f"{BASE}/audit", needs("audit.read"))
    def get_audit(self, request: GatewayRequest, municipality: str) -> Response:
        asked = query(request, _audit_query)
        return private(self.booking.audit(municipality, asked["appointment"], asked["limit"], asked["cursor"]), request)
