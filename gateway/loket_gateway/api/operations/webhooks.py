"""Events pushed to a portal, signed as Standard Webhooks."""

from __future__ import annotations

from loket_contracts.rpc.notification.commands import SubscribeSchema

from ... import schemas
from .operation import BASE, BODY, Operation

_ONE = f"{BASE}/webhooks/{{webhook}}"
_MAY = "webhooks.change"

OPERATIONS = (
    Operation(
        id="listWebhooks", method="get", path=f"{BASE}/webhooks", permission=_MAY,
        summary="List the webhooks of this key",
        status=200, answer=schemas.Webhooks,
    ),
    Operation(
        id="makeWebhook", method="post", path=f"{BASE}/webhooks", body=SubscribeSchema, permission=_MAY,
        summary="Create a webhook that sends events to a URL", status=201, answer=schemas.NewWebhook,
        refusals=(*BODY, "webhook-target-refused", "too-many-webhooks"),
    ),
    Operation(
        id="removeWebhook", method="delete", path=_ONE, permission=_MAY, summary="Delete a webhook", status=204,
        refusals=("webhook-not-found",),
    ),
    Operation(
        id="switchOnWebhook", method="post", path=f"{_ONE}/switch-on", permission=_MAY,
        summary="Enable a webhook that was disabled because deliveries failed", status=200, answer=schemas.Webhook,
        refusals=("webhook-not-found",),
    ),
    Operation(
        id="listDeliveries", method="get", path=f"{_ONE}/deliveries", query=schemas.PageQuery, permission=_MAY,
        summary="List the deliveries of a webhook and their results", status=200, answer=schemas.Deliveries,
        refusals=("invalid-request", "webhook-not-found"),
    ),
    Operation(
        id="redeliver", method="post", path=f"{_ONE}/deliveries/{{event}}/redeliver", permission=_MAY,
        summary="Deliver one event again", status=204, refusals=("webhook-not-found",),
    ),
)  # fmt: skip
