"""Unsubscribing from e-mail reminders: the page of List-Unsubscribe (RFC 8058)."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.wrappers import Request, Response

from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.notification import Notification

from ..clients.catalogue_cache import CatalogueCache
from .page_route import page_route
from .render import localise, municipality_context, page


@dataclass(frozen=True)
class UnsubscribePages:
    """Only a POST unsubscribes, as mail scanners follow links."""

    booking: Booking
    notification: Notification
    catalogue: CatalogueCache

    @page_route("GET", "/<municipality>/afspraak/<token>/berichten")
    def messages(self, request: Request, municipality: str, token: str) -> Response:
        self.booking.appointment_by_link(municipality, token)
        return self._page(request, municipality, token, done=False)

    @page_route("POST", "/<municipality>/afspraak/<token>/berichten")
    def unsubscribe(self, request: Request, municipality: str, token: str) -> Response:
        """Return the page itself, as mail programs follow no redirect."""
        proof = request.args.get("proof", "")
        self.notification.unsubscribe(municipality, f"{token}.{proof}" if proof else token, "email")
        return self._page(request, municipality, token, done=True)

    def _page(self, request: Request, municipality: str, token: str, done: bool) -> Response:
        catalogue = localise(request, self.catalogue.of(municipality))
        context = municipality_context(catalogue)
        return page("messages.html", request, **context, token=token, proof=request.args.get("proof", ""), done=done)
