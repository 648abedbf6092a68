"""Residents who lost the link to their appointment have it sent to their e-mail address once more."""

from __future__ import annotations

import time
from dataclasses import dataclass

import eventlet
from marshmallow import ValidationError
from werkzeug.wrappers import Request, Response

from loket_contracts.fields import Email
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.notification import Notification

from ..clients.catalogue_cache import CatalogueCache
from ..clients.link_messages import send_link
from ..i18n import language
from .page_route import page_route
from .render import localise, municipality_context, page, see_other

#: seconds that every answer takes, so that it does not reveal whether there is an appointment
SECONDS = 1.0


@dataclass(frozen=True)
class LostLinkPages:
    """The answer is the same for every address."""

    booking: Booking
    notification: Notification
    catalogue: CatalogueCache

    @page_route("GET", "/<municipality>/mijn-afspraak")
    def ask_for_link(self, request: Request, municipality: str) -> Response:
        return self._page(request, municipality)

    @page_route("POST", "/<municipality>/mijn-afspraak")
    def send_link(self, request: Request, municipality: str) -> Response:
        began, typed = time.monotonic(), request.form.get("email", "")
        try:
            email = str(Email().deserialize(typed))
        except ValidationError as error:
            wrong = {"email": language.detail(str(error.messages[0]), language.of(request))}
            return self._page(request, municipality, typed, wrong)
        for appointment in self.booking.coming_appointments(municipality, email):
            send_link(self.notification, municipality, appointment, channels=("email",))
        eventlet.sleep(max(0.0, began + SECONDS - time.monotonic()))
        return see_other(request, f"/{municipality}/mijn-afspraak", sent="1")

    def _page(
        self, request: Request, municipality: str, typed: str = "", wrong: dict[str, str] | None = None
    ) -> Response:
        context = municipality_context(localise(request, self.catalogue.of(municipality)))
        sent = bool(request.args.get("sent"))
        return page("lost_link.html", request, 422 if wrong else 200, **context, typed=typed, wrong=wrong, sent=sent)
