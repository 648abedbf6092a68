"""Cache of responses that are the same for all callers, with conditional requests (RFC 9110, 13).

A write through this gateway invalidates all responses of the municipality, so that callers see their own changes. A
write through another gateway is seen when the response expires.
"""

from __future__ import annotations

import gzip
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nameko.extensions import SharedExtension
from werkzeug.wrappers import Request, Response

MAX_BYTES = 8_000_000
MAX_REQUESTS = 5_000
#: bytes that a response costs beside its body; requests longer than LONGEST are not cached
OVERHEAD, LONGEST = 2_000, 1_000
COMPRESS_FROM_BYTES = 1000
Headers = list[tuple[str, str]]
#: headers that a 304 repeats (RFC 9110, 15.4.5)
NOT_MODIFIED_HEADERS = frozenset({"Cache-Control", "Content-Language", "ETag", "Vary"})


@dataclass
class CachedResponse:
    """A response of one route. `etag` is weak: it is the same with and without compression."""

    route: str
    until: float
    body: bytes
    zipped: bytes | None
    etag: str
    headers: Headers

    @property
    def size(self) -> int:
        return OVERHEAD + len(self.body) + len(self.zipped or b"")

    def to(self, environ: dict[str, Any]) -> tuple[int, Headers, bytes]:
        """Return status, headers and body for one request."""
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if asked is not None and _etag_matches(asked, self.etag):
            return 304, [each for each in self.headers if each[0] in NOT_MODIFIED_HEADERS], b""
        body, more = self.body, []
        if self.zipped is not None and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
            body, more = self.zipped, [("Content-Encoding", "gzip")]
        return 200, [*self.headers, *more, ("Content-Length", str(len(body)))], body


class ResponseCache(SharedExtension):
    """Cached responses by municipality, bounded in bytes."""

    def setup(self) -> None:
        self._by_municipality: dict[str, dict[str, CachedResponse]] = {}
        #: municipality and key of the response to an identical request, which may have expired
        self._keys_by_request: dict[tuple[str, str, str], tuple[str, str]] = {}
        self._bytes = 0
        self._changes = 0

    def lookup(self, environ: dict[str, Any]) -> CachedResponse | None:
        """Return the cached response to an identical request, if it is fresh."""
        if environ["REQUEST_METHOD"] != "GET" or "HTTP_CACHE_CONTROL" in environ:
            return None
        place = self._keys_by_request.get(_request_key(environ))
        return self._find(*place) if place is not None else None

    def answer(
        self, request: Request, route: str, municipality: str, language: str, seconds: float,
        make: Callable[[], Response],
    ) -> Response:  # fmt: skip
        """Return the cached response for this address and language, else that of `make`, cached when it is a 200."""
        path, query, _ = _request_key(request.environ)
        key = f"{language} {path}?{query}"
        cached = self._find(municipality, key)
        must_revalidate = request.environ.get("HTTP_CACHE_CONTROL") == "no-cache"  # RFC 9111, 5.2.1.4
        if cached is None or must_revalidate:
            changes = self._changes
            response = make()
            if response.status_code != 200:
                return response
            cached = _cached_response(response, route, seconds)
            if changes == self._changes and len(key) <= LONGEST:  # a change meanwhile may have made it stale
                self._store(municipality, key, cached)
        if len(self._keys_by_request) >= MAX_REQUESTS:
            self._keys_by_request.clear()
        if sum(map(len, _request_key(request.environ))) <= LONGEST:
            self._keys_by_request[_request_key(request.environ)] = municipality, key
        status, headers, body = cached.to(request.environ)
        sent = Response(body, status=status)
        sent.headers.clear()
        sent.headers.extend(headers)
        return sent

    def drop(self, municipality: str) -> None:
        """Invalidate all responses of a municipality."""
        self._changes += 1
        self._bytes -= sum(each.size for each in self._by_municipality.pop(municipality, {}).values())

    def _find(self, municipality: str, key: str) -> CachedResponse | None:
        cached = self._by_municipality.get(municipality, {}).get(key)
        return cached if cached is not None and cached.until >= time.monotonic() else None

    def _store(self, municipality: str, key: str, cached: CachedResponse) -> None:
        if self._bytes > MAX_BYTES:
            self._by_municipality.clear()
            self._bytes = 0
        shelf = self._by_municipality.setdefault(municipality, {})
        self._bytes += cached.size - (shelf[key].size if key in shelf else 0)
        shelf[key] = cached


def _request_key(environ: dict[str, Any]) -> tuple[str, str, str]:
    return environ["PATH_INFO"], environ.get("QUERY_STRING", ""), environ.get("HTTP_ACCEPT_LANGUAGE", "")


def _cached_response(response: Response, route: str, seconds: float) -> CachedResponse:
    body = response.get_data()
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'
    headers = [(name, value) for name, value in response.headers if name not in ("Content-Length", "Vary")]
    return CachedResponse(
        route=route,
        until=time.monotonic() + seconds,
        body=body,
        zipped=gzip.compress(body, 5, mtime=0) if len(body) > COMPRESS_FROM_BYTES else None,
        etag=etag,
        headers=[*headers, ("ETag", etag), ("Vary", "Accept-Language, Accept-Encoding")],
    )


def _etag_matches(asked: str, etag: str) -> bool:
    """Whether If-None-Match matches, compared weakly (RFC 9110, 13.1.2)."""
    return asked.strip() == "*" or etag.removeprefix("W/") in {
        each.strip().removeprefix("W/") for each in asked.split(",")
    }
