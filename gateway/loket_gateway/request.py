"""The request as this gateway knows it."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from .access.roles import ANYBODY, Caller


class GatewayRequest(Request):
    """werkzeug's, with who asks and what the address holds."""

    caller: Caller = ANYBODY
    path_values: dict[str, Any]
