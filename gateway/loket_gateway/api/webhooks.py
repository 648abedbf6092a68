"""Webhooks: a portal subscribes to events, lists deliveries, and retries one."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.wrappers import Response

from loket_contracts.rpc.message import from_json
from loket_contracts.rpc.notification import Notification
from loket_contracts.rpc.notification.commands import Subscribe

from ..access.required_permission import needs
from ..http.parsing import json_object, query
from ..http.request import GatewayRequest
from ..http.responses import done, private
from ..http.routing import route
from ..schemas import PageQuery
from . import BASE

CHANGE = needs("webhooks.change")
ONE = f"{BASE}/webhooks/<webhook>"
_page_query = PageQuery()


@dataclass(frozen=True)
class WebhookRoutes:
    """Each key and account has webhooks of its own."""

    notification: Notification

    @route("GET", f"{BASE}/webhooks", CHANGE)
    def get_webhooks(self, request: GatewayRequest, municipality: str) -> Response:
        return private({"webhooks": self.notification.subscriptions(municipality, request.caller.name)}, request)

    @route("POST", f"{BASE}/webhooks", CHANGE)
    def post_webhooks(self, request: GatewayRequest, municipality: str) -> Response:
        command = from_json(Subscribe, json_object(request))
        made = self.notification.subscribe(municipality, request.caller.name, command)
        return private(made, request, 201)

    @route("DELETE", ONE, CHANGE)
    def delete_webhook(self, request: GatewayRequest, municipality: str, webhook: str) -> Response:
        self.notification.end_subscription(municipality, request.caller.name, webhook)
        return done()

    @route("POST", f"{ONE}/switch-on", CHANGE)
    def post_switch_on(self, request: GatewayRequest, municipality: str, webhook: str) -> Response:
        return private(self.notification.switch_on(municipality, request.caller.name, webhook), request)

    @route("GET", f"{ONE}/deliveries", CHANGE)
    def get_deliveries(self, request: GatewayRequest, municipality: str, webhook: str) -> Response:
        asked, owner = query(request, _page_query), request.caller.name
        return private(
            self.notification.deliveries(municipality, owner, webhook, asked["cursor"], asked["limit"]), request
        )

    @route("POST", f"{ONE}/deliveries/<event>/redeliver", CHANGE)
    def post_redeliver(self, request: GatewayRequest, municipality: str, webhook: str, event: str) -> Response:
        self.notification.redeliver(municipality, request.caller.name, webhook, event)
        return done()
