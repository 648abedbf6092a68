"""Files that programs look for at fixed addresses: security.txt (RFC 9116) and robots.txt (RFC 9309)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from loket_contracts.languages import LANGUAGES

from ..http.routing import route

#: RFC 9116 advises less than a year
VALID = dt.timedelta(days=180)
SECURITY = "/.well-known/security.txt"
#: what a search engine does not read: the API, and pages for one person or for staff
DISALLOWED = (
    "/api/", "/compat/", "/*/afspraak/", "/*/bevestigen", "/*/uitnodiging/", "/*/balie", "/*/onthaal", "/*/scherm",
)  # fmt: skip


@dataclass(frozen=True)
class WellKnownRoutes:
    """`security_contact`: a URI; empty when the installation has none."""

    public_url: str
    security_contact: str

    @route("GET", SECURITY, cache_seconds=60)
    def get_security(self, request: Request) -> Response:
        if not self.security_contact:
            raise NotFound
        expires = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0) + VALID
        return _text(
            f"Contact: {self.security_contact}",
            f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
            f"Preferred-Languages: {', '.join(LANGUAGES)}",
            f"Canonical: {self.public_url}{SECURITY}",
        )

    @route("GET", "/robots.txt", cache_seconds=60)
    def get_robots(self, request: Request) -> Response:
        return _text("User-agent: *", *(f"Disallow: {path}" for path in DISALLOWED))


def _text(*lines: str) -> Response:
    return Response("".join(f"{line}\n" for line in lines), content_type="text/plain; charset=utf-8")
