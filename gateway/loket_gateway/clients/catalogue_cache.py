"""Cache of the catalogue of booking. It serves expired entries while booking is unavailable."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from nameko.extensions import DependencyProvider, SharedExtension

from loket_chassis.messaging.rpc import RpcCaller, Unavailable
from loket_contracts.languages import LANGUAGES

log = structlog.get_logger()
ALL_MUNICIPALITIES = "*"
NEVER: tuple[float, Any] = (float("-inf"), None)
#: seconds between two loads of the list for the languages of an unknown municipality
MIN_REFRESH_INTERVAL = 1.0
#: seconds without another attempt after booking did not respond, as every request would wait for it
RETRY_AFTER_FAILURE = 10.0


#: of a version of booking that does not return removed entries
NOTHING_REMOVED: dict[str, list[dict[str, Any]]] = {}


def including_removed(catalogue: dict[str, Any], section: str) -> list[dict[str, Any]]:
    """Return the entries of a section, and the removed ones, whose names old appointments still need."""
    in_force: list[dict[str, Any]] = catalogue.get(section, [])
    return in_force + catalogue.get("removed", NOTHING_REMOVED).get(section, [])


def appointment_types_of(catalogue: dict[str, Any], names: Iterable[str]) -> list[dict[str, Any]]:
    """Return the appointment types with these ids, as far as they are known."""
    wanted = set(names)
    return [kind for kind in including_removed(catalogue, "appointment_types") if kind["id"] in wanted]


class CatalogueCache(SharedExtension):
    """What municipalities offer. Raises Refusal: unknown-municipality; Unavailable when it was never loaded."""

    booking = RpcCaller("booking")

    def setup(self) -> None:
        self._ttl = self.container.config["settings"].catalogue_seconds
        self._cached: dict[str, tuple[float, Any]] = {}
        self._refreshed_at = float("-inf")

    def municipalities(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._get(ALL_MUNICIPALITIES)
        return found

    def of(self, municipality: str) -> dict[str, Any]:
        found: dict[str, Any] = self._get(municipality)
        return found

    def languages(self, municipality: str) -> Sequence[str]:
        """Return the languages of a municipality, its default first; all languages for an unknown one.

        Clients can invent names, so an unknown one causes no call of its own: the list is loaded at most once in
        MIN_REFRESH_INTERVAL seconds. While booking is unavailable, the last known languages are used.
        """
        at, known = self._cached.get(municipality, NEVER)
        if known is not None and time.monotonic() - at < self._ttl:
            found: Sequence[str] = known["municipality"]["languages"]
            return found
        listed = self._entry_of(municipality) or (known and known["municipality"])
        return listed["languages"] if listed else LANGUAGES

    def _entry_of(self, municipality: str) -> Any:
        """Return the entry of a municipality in the list, or None."""
        at, listed = self._cached.get(ALL_MUNICIPALITIES, NEVER)
        found = next((each for each in listed or () if each["id"] == municipality), None)
        is_fresh = found is not None and time.monotonic() - at < self._ttl
        if is_fresh or time.monotonic() - self._refreshed_at < MIN_REFRESH_INTERVAL:
            return found
        self._refreshed_at = time.monotonic()
        try:
            self._cached[ALL_MUNICIPALITIES] = time.monotonic(), self.booking.outside_work().municipalities()
        except Unavailable:
            self._refreshed_at = time.monotonic() + RETRY_AFTER_FAILURE
            return found
        return next((each for each in self._cached[ALL_MUNICIPALITIES][1] if each["id"] == municipality), None)

    def expire(self) -> None:
        """Load all entries again when next needed, after a change of the configuration."""
        self._cached = {name: (float("-inf"), known) for name, (_, known) in self._cached.items()}
        self._refreshed_at = float("-inf")

    def _get(self, name: str) -> Any:
        at, known = self._cached.get(name, NEVER)
        if time.monotonic() - at < self._ttl:
            return known
        booking = self.booking.outside_work()
        try:
            asked = booking.municipalities() if name == ALL_MUNICIPALITIES else booking.catalogue(name)
        except Unavailable:
            if known is None:
                raise
            log.warning("booking is unavailable; serving the expired catalogue", municipality=name)
            asked = known
        self._cached[name] = time.monotonic(), asked
        return asked


class CatalogueProvider(DependencyProvider):
    """Provides the service class with the catalogue."""

    cache = CatalogueCache()

    def get_dependency(self, worker_ctx: Any) -> CatalogueCache:
        return self.cache
