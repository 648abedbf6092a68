"""The request as this gateway knows it."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from .access.roles import ANYBODY, Caller


class GatewayRequest(Request):
    """werkzeug's, with who asks, what the address holds, and by which code it was refused, if it was."""

    caller: Caller = ANYBODY
    refused: str | None = None
    path_values: dict[str, Any]
