"""The privacy statement and the accessibility statement of a municipality, written from its configuration."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Request, Response

from loket_contracts.languages import pick
from loket_contracts.rpc.booking.answers import AccessibilityEntry, Catalogue, PrivacyEntry

from ..clients.catalogue_cache import CatalogueCache
from ..i18n import language
from .page_route import page_route
from .public_bodies import ALL_AUTHORITIES, PublicBody, authority_of, enforcement_in, law_in
from .render import localise, municipality_context, page

#: when the pages were last assessed as a whole: docs/pages.md, "Accessibility"
ASSESSED = dt.date(2026, 11, 28)
#: of a booking of release 0.1, which knows no statements
NO_PRIVACY: PrivacyEntry = {
    "url": None, "address": None, "officer_email": None, "officer_phone": None, "recipients": [], "authority": None,
    "retention_days": 180, "retention_of_types": [], "message_record_days": 400, "text": {},
}  # fmt: skip
NO_ACCESSIBILITY: AccessibilityEntry = {
    "url": None, "status": "partial", "gaps": [], "burdens": [], "exempt": [], "prepared": None, "reviewed": None,
    "assessed_by": "self", "report_url": None, "email": None, "phone": None, "enforcement": None, "law": {},
}  # fmt: skip


@dataclass(frozen=True)
class StatementPages:
    """What the law requires every public site to state."""

    catalogue: CatalogueCache
    public_url: str

    @page_route("GET", "/<municipality>/privacy")
    def privacy(self, request: Request, municipality: str) -> Response:
        """Show the privacy statement (GDPR, articles 13 and 14)."""
        known = self.catalogue.of(municipality)
        statement = known.get("privacy", NO_PRIVACY)
        authority = statement["authority"] or authority_of(known["municipality"]["country"])
        return page(
            "privacy.html", request, **_context(request, known, statement), authority=_named(authority, request),
            all_authorities=ALL_AUTHORITIES,
        )  # fmt: skip

    @page_route("GET", "/<municipality>/toegankelijkheid")
    def accessibility(self, request: Request, municipality: str) -> Response:
        """Show the accessibility statement, in the form of Implementing Decision (EU) 2018/1523."""
        known = self.catalogue.of(municipality)
        statement, entry = known.get("accessibility", NO_ACCESSIBILITY), known["municipality"]
        region = entry["country"], entry["languages"][0]
        law = statement["law"] or law_in(*region)
        return page(
            "accessibility.html", request, **_context(request, known, statement),
            address=f"{self.public_url}/{municipality}/",
            law=pick(law, language.of(request)) if law else None,
            prepared=statement["prepared"] or ASSESSED,
            enforcement=_named(statement["enforcement"] or enforcement_in(*region), request),
        )  # fmt: skip


def _context(request: Request, known: Catalogue, statement: Mapping[str, Any]) -> dict[str, Any]:
    return {**municipality_context(localise(request, known)), "statement": localise(request, statement)}


def _named(body: Mapping[str, Any] | PublicBody | None, request: Request) -> tuple[str, str] | None:
    """Return the name of an organisation in the language of the request, and its address."""
    return (pick(body["name"], language.of(request)), body["url"]) if body else None
