"""Webhooks and their deliveries."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class Webhook(Schema):
    id = fields.String(required=True)
    owner = fields.String(required=True, metadata={"description": "the name of the key or account that subscribed"})
    url = fields.Url(required=True, require_tld=False)
    types = fields.List(fields.String(), required=True)
    active = fields.Boolean(required=True, metadata={"description": "false after days in which all deliveries failed"})
    made_at = fields.AwareDateTime(required=True)
    failing_since = fields.AwareDateTime(required=True, allow_none=True)


class NewWebhook(Webhook):
    secret = fields.String(
        required=True, metadata={"description": "returned only this once; deliveries are signed with it"}
    )


class Webhooks(Schema):
    webhooks = fields.List(fields.Nested(Webhook), required=True)


class Try(Schema):
    at = fields.AwareDateTime(required=True)
    status = fields.Integer(required=True, allow_none=True)
    error = fields.String(required=True, allow_none=True)


class Delivery(Schema):
    event = fields.String(required=True)
    type = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("waiting", "delivered", "failed")))
    made_at = fields.AwareDateTime(required=True)
    next_try = fields.AwareDateTime(required=True, allow_none=True)
    tries = fields.List(fields.Nested(Try), required=True)


class Deliveries(Schema):
    deliveries = fields.List(fields.Nested(Delivery), required=True)
    next = fields.String(required=True, allow_none=True)
