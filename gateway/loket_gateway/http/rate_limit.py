"""Rate limits per client, shared by all gateways through MongoDB.

A gateway takes permits in batches and hands them out from memory, so that most requests cost no write. A client that
uses several gateways can be limited one batch early, never late. When the database cannot be reached, each gateway
counts on its own.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypeVar

import structlog
from eventlet.semaphore import Semaphore
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, MongoDBStorage
from limits.strategies import FixedWindowRateLimiter
from nameko.extensions import SharedExtension
from prometheus_client import Counter

from loket_chassis.runtime.ttl_cache import TtlCache
from loket_chassis.runtime.unavailable import is_unavailable
from loket_contracts.errors import Refusal

from .client_address import client_network, limit_key
from .request import GatewayRequest

WINDOW = 60
#: batches per minute: a batch is this part of the limit
BATCHES = 20
MAX_REMEMBERED = 20_000
#: slots that one client may hold per minute by waiting instead of doing proof of work
WAITS_PER_MINUTE = 10

#: what is counted for a municipality in an hour: slots that strangers take, and warnings about them
STRANGERS, WARNED, HOUR = "strangers", "warned", 3600
#: what is counted of files in an hour, and the bytes of one unit
UPLOADS, UPLOAD_UNIT = "uploads", 100_000

T = TypeVar("T")

log = structlog.get_logger()

FRICTION_SWITCHED_ON = Counter(
    "loket_friction_switched_on_total", "Hours with proof of work because of many strangers", ["municipality"]
)


@dataclass
class Permits:
    """The permits of one client. `left`: in this gateway; `shared`: in the database; `resets`: end of the window, by
    time.time()."""

    left: int
    resets: float
    shared: int

    def is_usable(self) -> bool:
        """Whether it decides about the next request: a permit is left here, or none is left anywhere."""
        return self.resets > time.time() and (self.left > 0 or self.shared <= 0)


class SharedCounters(MongoDBStorage):
    """The counters of all gateways."""

    def __del__(self) -> None:
        """Do not close the connection, as the base class does: this fails when the interpreter is ending already."""


class Limits(SharedExtension):
    """Counts requests by limit and client. The counts of an address expire after a minute."""

    _has_warned = False

    def setup(self) -> None:
        settings = self.container.config["settings"]
        self.most = {
            "read": settings.reads_per_minute,
            "write": settings.writes_per_minute,
            "login": settings.logins_per_minute,
            "wrong": settings.wrong_per_minute,
            "patience": WAITS_PER_MINUTE,
        }
        self._most_uploaded = settings.upload_megabytes_per_hour
        self._most_uploaded_to_one = settings.municipality_upload_megabytes_per_hour
        self._permits: dict[tuple[str, str], Permits] = {}
        self._refilling: dict[tuple[str, str], Semaphore] = {}
        self._used_up: TtlCache[tuple[str, int], bool] = TtlCache(1.0)
        self._warned_until: dict[str, float] = {}

    @cached_property
    def _shared(self) -> FixedWindowRateLimiter:
        settings = self.container.config["settings"]
        return FixedWindowRateLimiter(
            SharedCounters(
                settings.mongo_uri, database_name=settings.mongo_database, wrap_exceptions=True, timeoutMS=1000
            )
        )

    @cached_property
    def _local(self) -> FixedWindowRateLimiter:
        return FixedWindowRateLimiter(MemoryStorage())

    def take(self, what: str, request: GatewayRequest) -> Permits:
        """Take one permit of the caller of a request. Raises Refusal: too-many-requests."""
        return self.take_for(what, limit_key(request.caller, request.remote_addr))

    def take_for(self, what: str, client: str) -> Permits:
        """Take one permit of a client, as `limit_key` names it. Raises Refusal: too-many-requests."""
        key = what, client
        permits = self._permits.get(key)
        if permits is None or not permits.is_usable():
            permits = self._refill_once(key)
        if permits.left <= 0:
            raise self._refusal(permits)
        permits.left -= 1
        return permits

    def _refill_once(self, key: tuple[str, str]) -> Permits:
        """Take a batch; concurrent requests of one client share it."""
        with self._refilling.setdefault(key, Semaphore()):
            permits = self._permits.get(key)
            if permits is None or not permits.is_usable():
                permits = self._refill(*key)
                if len(self._permits) >= MAX_REMEMBERED:
                    self._permits.clear()
                self._permits[key] = permits
        self._refilling.pop(key, None)
        return permits

    def _refusal(self, permits: Permits) -> Refusal:
        return Refusal("too-many-requests", {"seconds": max(1, round(permits.resets - time.time()))})

    def _refill(self, what: str, client: str) -> Permits:
        try:
            return self._refill_from(self._shared, what, client)
        except StorageError as error:
            self._report(error.storage_error)
            return self._refill_from(self._local, what, client)

    def _report(self, error: Exception) -> None:
        """Log why this gateway counts on its own. An error that will not pass is a warning, once per process."""
        is_outage = is_unavailable(error)
        level = logging.DEBUG if is_outage or self._has_warned else logging.WARNING
        self._has_warned |= not is_outage
        log.log(level, "the shared rate limits are unavailable; this gateway counts on its own", error=str(error))

    def _refill_from(self, limiter: FixedWindowRateLimiter, what: str, client: str) -> Permits:
        item = RateLimitItemPerMinute(self.most[what])
        batch = max(1, self.most[what] // BATCHES)
        taken = batch if limiter.hit(item, what, client, cost=batch) else 0
        window = limiter.get_window_stats(item, what, client)
        return Permits(taken, window.reset_time, window.remaining if taken else 0)

    def take_upload(self, request: GatewayRequest, municipality: str, size: int) -> None:
        """Count the bytes of files that a client sends to a municipality. Raises Refusal: too-many-requests."""
        units = size // UPLOAD_UNIT
        if not units or request.caller.is_known:
            return
        client = client_network(request.remote_addr)
        for most, counted in (
            (self._most_uploaded, f"client/{client}"),
            (self._most_uploaded_to_one, f"municipality/{municipality}"),
        ):
            item = RateLimitItemPerHour(most * 1_000_000 // UPLOAD_UNIT)
            ends = self._ask(partial(_take_units, item, counted, units))
            if ends is not None:
                raise Refusal("too-many-requests", {"seconds": max(1, round(ends - time.time()))})

    def take_free_slot(self, municipality: str, most: int) -> bool:
        """Count a slot that a stranger takes. False once there were `most` in this hour, which is logged once."""
        item = RateLimitItemPerHour(most)
        if self._hit(item, STRANGERS, municipality):
            return True
        if self._warned_until.get(municipality, 0.0) < time.time():
            self._warned_until[municipality] = time.time() + HOUR
            if self._hit(RateLimitItemPerHour(1), WARNED, municipality):
                FRICTION_SWITCHED_ON.labels(municipality).inc()
                log.warning("many slots taken by strangers: proof of work is on", municipality=municipality, most=most)
        return False

    def is_used_up(self, municipality: str, most: int) -> bool:
        """Whether strangers took `most` slots in this hour. It is cached for a second."""
        return self._used_up.get((municipality, most), lambda: self._is_used_up(municipality, most))

    def _is_used_up(self, municipality: str, most: int) -> bool:
        return not self._ask(lambda limiter: limiter.test(RateLimitItemPerHour(most), STRANGERS, municipality))

    def _hit(self, item: RateLimitItem, what: str, municipality: str) -> bool:
        return self._ask(lambda limiter: limiter.hit(item, what, municipality))

    def _ask(self, question: Callable[[FixedWindowRateLimiter], T]) -> T:
        """Ask the shared counters, else those of this gateway."""
        try:
            return question(self._shared)
        except StorageError as error:
            self._report(error.storage_error)
            return question(self._local)

    def headers(self, what: str, permits: Permits) -> list[tuple[str, str]]:
        """Return the headers of draft-ietf-httpapi-ratelimit-headers-10."""
        left, seconds = permits.left + permits.shared, max(0, round(permits.resets - time.time()))
        return [
            ("RateLimit-Policy", f'"{what}";q={self.most[what]};w={WINDOW}'),
            ("RateLimit", f'"{what}";r={left};t={seconds}'),
        ]


def _take_units(item: RateLimitItem, counted: str, units: int, limiter: FixedWindowRateLimiter) -> float | None:
    """Returns None, or when the hour ends if fewer units are left."""
    if limiter.hit(item, UPLOADS, counted, cost=units):
        return None
    return limiter.get_window_stats(item, UPLOADS, counted).reset_time
