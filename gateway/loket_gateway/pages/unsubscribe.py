"""Unsubscribing from e-mail reminders: the page of List-Unsubscribe (RFC 8058)."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.wrappers import Request, Response

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.notification import Notification

from ..clients.catalogue_cache import CatalogueCache
from .page_route import page_route
from .render import localise, municipality_context, page, see_other


@dataclass(frozen=True)
class UnsubscribePages:
    """Only a POST unsubscribes, as mail scanners follow links."""

    booking: Booking
    notification: Notification
    catalogue: CatalogueCache

    @page_route("GET", "/<municipality>/afspraak/<token>/berichten")
    def messages(self, request: Request, municipality: str, token: str) -> Response:
        self.booking.appointment_by_link(municipality, token)
        return self._page(request, municipality, token, done=bool(request.args.get("done")))

    @page_route("POST", "/<municipality>/afspraak/<token>/berichten")
    def unsubscribe(self, request: Request, municipality: str, token: str) -> Response:
        """Redirect a reader of the page. Mail programs follow no redirect, so they get the page itself."""
        proof = request.args.get("proof", "")
        self.booking.appointment_by_link(municipality, token)
        try:
            self.notification.unsubscribe(municipality, f"{token}.{proof}" if proof else token, "email")
        except Refusal as refusal:
            if refusal.code != "appointment-not-found":
                raise
            # the link of the appointment alone does not show that the mailbox is theirs
            return self._page(request, municipality, token, done=False, status=404)
        if request.form.get("page"):
            query = {"proof": proof} if proof else {}
            return see_other(request, f"/{municipality}/afspraak/{token}/berichten", done="1", **query)
        return self._page(request, municipality, token, done=True)

    def _page(self, request: Request, municipality: str, token: str, done: bool, status: int = 200) -> Response:
        catalogue = localise(request, self.catalogue.of(municipality))
        context = municipality_context(catalogue)
        proof = request.args.get("proof", "")
        return page(
            "messages.html", request, status, **context, token=token, proof=proof, done=done, refused=status != 200
        )
