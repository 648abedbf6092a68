"""Every route of the gateway, with an address that it serves."""

import re

from loket_gateway.service import GatewayService

#: what an address is filled with; nothing of the kind exists
NOTHING = {"municipality": "rumst", "date": "2026-11-30", "location": "gemeentehuis", "provider": "none"}


def routes(start="/"):
    """(method, url, entrypoint) of every route whose address begins so."""
    found = []
    for name in dir(GatewayService):
        for entrypoint in getattr(getattr(GatewayService, name), "nameko_entrypoints", ()):
            if entrypoint.url.startswith(start):
                found.append((entrypoint.method, entrypoint.url, entrypoint))
    return sorted(found, key=lambda each: (each[1], each[0]))


def address(url, **given):
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: {**NOTHING, **given}.get(match[1], "0" * 12), url)
