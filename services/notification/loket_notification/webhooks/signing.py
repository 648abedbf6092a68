"""Sign webhooks, so that receivers can verify origin and age (Standard Webhooks, version 1)."""

from __future__ import annotations

import base64
import hmac
import secrets

PREFIX = "whsec_"


def new_secret() -> str:
    """192 random bits, as the specification writes them."""
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def headers(secret: str, identifier: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of a webhook. `timestamp`: seconds since 1970; `identifier`: the same for each attempt."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{identifier}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    return {
        "webhook-id": identifier,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }
