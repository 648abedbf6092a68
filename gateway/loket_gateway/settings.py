"""The settings of the gateway."""

from __future__ import annotations

from dataclasses import dataclass

from loket_chassis.settings import Settings, setting


@dataclass(frozen=True, kw_only=True)
class GatewaySettings(Settings):
    """Gateway: the HTTP API and the pages."""

    http_address: str = setting("Where the API and the pages answer", default="127.0.0.1:8080")
    public_url: str = setting("The address by which the outside reaches this gateway; links begin with it")
    max_workers: int = setting("How many requests are worked on at once", default=64)
    most_body_bytes: int = setting("The largest body that is taken", default=1_000_000)
    most_file_bytes: int = setting("The largest file that a resident can send", default=5_000_000)
    trusted_proxies: int = setting(
        "How many reverse proxies stand before this gateway, whose X-Forwarded-For counts", default=0
    )
    catalogue_seconds: float = setting("How long the catalogue is served from memory", default=2.0)
