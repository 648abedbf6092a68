"""The settings of the gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from loket_chassis.runtime.allowed_values import (
    Between,
    ContactAddress,
    ListenAddress,
    LongSecret,
    WebAddress,
    Words,
)
from loket_chassis.runtime.settings import WORKERS, MongoSettings, setting

PER_MINUTE = PER_HOUR = Between(1)


@dataclass(frozen=True, kw_only=True)
class GatewaySettings(MongoSettings):
    """Gateway: the HTTP API and the pages."""

    http_address: str = setting("Where the API and the pages answer", default="127.0.0.1:8080", allowed=ListenAddress())
    probe_address: str = setting(
        "Where probes and metrics answer, and HTTP_ADDRESS then has none; at HTTP_ADDRESS if empty",
        default="",
        allowed=ListenAddress(),
    )
    public_url: str = setting(
        "The address by which the outside reaches this gateway; links begin with it", allowed=WebAddress()
    )
    security_contact: str = setting(
        "Where a vulnerability is reported, as https://host/path or mailto:address; shown in /.well-known/security.txt",
        default="",
        allowed=ContactAddress(),
    )
    max_workers: int = setting("How many requests are worked on at once", default=64, allowed=WORKERS)
    most_body_bytes: int = setting(
        "The largest body that is taken", default=1_000_000, allowed=Between(1_000, 100_000_000)
    )
    most_file_bytes: int = setting(
        "The largest file that a resident can send", default=5_000_000, allowed=Between(1_000, 50_000_000)
    )
    trusted_proxies: int = setting(
        "How many reverse proxies are in front of this gateway, whose X-Forwarded-For is trusted",
        default=0,
        allowed=Between(0, 10),
    )
    catalogue_seconds: float = setting(
        "How long the catalogue is served from memory", default=2.0, allowed=Between(0, 3600)
    )
    oidc_issuer: str = setting(
        "The provider of identities by which staff log in, as https://host; none if empty",
        default="",
        allowed=WebAddress(secure=True),
    )
    oidc_client_id: str = setting("How the provider knows this gateway", default="loket")
    oidc_client_secret: str = setting("The secret that the provider gave", default="", secret=True)
    oidc_scope: str = setting("What is asked of the provider", default="openid", allowed=Words("openid"))
    oidc_roles_claim: str = setting(
        "The claim with the user's roles, as a list of municipality/role or municipality/role/team",
        default="loket_roles",
    )
    password_login: bool = setting("Whether accounts of this Loket can log in with a password", default=True)
    second_factor_for_administrators: bool = setting(
        "Whether administrators who log in with a password need an authenticator app", default=False
    )
    installation_key: str = setting(
        "The key of the page /installatie, on which a new municipality is created; no such page if empty",
        default="",
        secret=True,
        allowed=LongSecret(24),
    )
    slowest_body_seconds: float = setting(
        "How long the body of a request may take to come in", default=30.0, allowed=Between(1, 3600)
    )
    share_port: bool = setting("Whether several gateways of this machine listen on the same port", default=False)
    reads_per_minute: int = setting(
        "How often one client may read, in a minute, over all gateways", default=1200, allowed=PER_MINUTE
    )
    writes_per_minute: int = setting(
        "How often one client may book or change something, in a minute", default=120, allowed=PER_MINUTE
    )
    logins_per_minute: int = setting(
        "How often one client may log in wrongly, in a minute", default=20, allowed=PER_MINUTE
    )
    wrong_per_minute: int = setting(
        "How many keys that open nothing one client may send, in a minute", default=30, allowed=PER_MINUTE
    )
    upload_megabytes_per_hour: int = setting(
        "How many megabytes of files one client may send, in an hour", default=100, allowed=PER_HOUR
    )
    municipality_upload_megabytes_per_hour: int = setting(
        "How many megabytes of files all clients together may send to one municipality, in an hour",
        default=2_000,
        allowed=PER_HOUR,
    )

    def for_nameko(self) -> dict[str, Any]:
        return {**super().for_nameko(), "PROBE_ADDRESS": self.probe_address}
