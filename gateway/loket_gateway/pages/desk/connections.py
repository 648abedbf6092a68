"""Webhooks of portals with their deliveries, and dead letters."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.wrappers import Response

from loket_contracts.rpc.notification import Notification
from loket_contracts.rpc.reporting import Reporting

from ...access.required_permission import needs
from ...clients.catalogue_cache import CatalogueCache
from ...http.request import GatewayRequest
from ..action import chosen_action
from ..render import see_other
from .frame import desk_page
from .refusals import desk_route

RUN = needs("access.change")
WEBHOOKS, STUCK = "/<municipality>/balie/beheer/webhooks", "/<municipality>/balie/beheer/vastgelopen"
LISTED = 100


@dataclass(frozen=True)
class ConnectionPages:
    """For administrators, over all portals."""

    notification: Notification
    reporting: Reporting
    catalogue: CatalogueCache

    @desk_route("GET", WEBHOOKS, RUN)
    def show_webhooks(self, request: GatewayRequest, municipality: str) -> Response:
        return desk_page(
            "webhooks.html", request, self.catalogue, municipality, at="run",
            webhooks=self.notification.subscriptions(municipality, None), done=request.args.to_dict(),
        )  # fmt: skip

    @desk_route("POST", WEBHOOKS, RUN)
    def change_webhooks(self, request: GatewayRequest, municipality: str) -> Response:
        """Do what the button says: switch on again, or end."""
        webhook = request.form.get("webhook", "")
        if chosen_action(request, "on", "end") == "end":
            self.notification.end_subscription(municipality, None, webhook)
        else:
            self.notification.switch_on(municipality, None, webhook)
        return see_other(request, f"/{municipality}/balie/beheer/webhooks", done="1")

    @desk_route("GET", f"{WEBHOOKS}/<webhook>", RUN)
    def show_deliveries(self, request: GatewayRequest, municipality: str, webhook: str) -> Response:
        found = self.notification.deliveries(municipality, None, webhook, request.args.get("cursor") or None, LISTED)
        return desk_page(
            "deliveries.html", request, self.catalogue, municipality, at="run", webhook=webhook,
            deliveries=found["deliveries"], following=found["next"], done=request.args.to_dict(),
        )  # fmt: skip

    @desk_route("POST", f"{WEBHOOKS}/<webhook>", RUN)
    def deliver_again(self, request: GatewayRequest, municipality: str, webhook: str) -> Response:
        self.notification.redeliver(municipality, None, webhook, request.form.get("event", ""))
        return see_other(request, f"/{municipality}/balie/beheer/webhooks/{webhook}", done="1")

    @desk_route("GET", STUCK, RUN)
    def show_stuck(self, request: GatewayRequest, municipality: str) -> Response:
        found = self.notification.dead_letters(municipality) + self.reporting.dead_letters(municipality)
        return desk_page(
            "stuck.html", request, self.catalogue, municipality, at="run", letters=found, done=request.args.to_dict()
        )

    @desk_route("POST", STUCK, RUN)
    def retry_stuck(self, request: GatewayRequest, municipality: str) -> Response:
        count = self.notification.retry_dead_letters(municipality) + self.reporting.retry_dead_letters(municipality)
        return see_other(request, f"/{municipality}/balie/beheer/vastgelopen", retried=str(count))
