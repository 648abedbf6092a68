"""The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header), scoped to caller and address."""

from __future__ import annotations

import hashlib

from .client_address import limit_key
from .parsing import idempotency_key
from .request import GatewayRequest


def scoped_key(request: GatewayRequest) -> str | None:
    """Return the Idempotency-Key as it is stored, so that callers and addresses have their own keys.

    The key of an anonymous caller belongs to its network address. Raises Refusal: invalid-request.
    """
    key = idempotency_key(request)
    if key is None:
        return None
    owner = limit_key(request.caller, request.remote_addr)
    return hashlib.sha256("\0".join((owner, request.path, key)).encode()).hexdigest()
