"""Cache of the catalogue of booking. It serves expired entries while booking is unavailable."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from nameko.extensions import DependencyProvider, SharedExtension

from loket_chassis.messaging.rpc import RpcCaller, Unavailable
from loket_chassis.runtime.ttl_cache import TtlCache
from loket_contracts.languages import LANGUAGES
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.answers import MunicipalityEntry

log = structlog.get_logger()
ALL_MUNICIPALITIES = "*"
#: seconds between two loads of the list for the languages of an unknown municipality
MIN_REFRESH_INTERVAL = 1.0
#: seconds without another attempt after booking did not respond, as every request would wait for it
RETRY_AFTER_FAILURE = 11.0


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


def on_site_locations(catalogue: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the locations that receive visitors."""
    return [location for location in catalogue["locations"] if location["channel"] == "on_site"]


class CatalogueCache(SharedExtension):
    """What municipalities offer. Raises Refusal: unknown-municipality; Unavailable when it was never loaded."""

    booking = RpcCaller(Booking)

    def setup(self) -> None:
        self._cache: TtlCache[str, Any] = TtlCache(self.container.config["settings"].catalogue_seconds)
        self._next_refresh = float("-inf")

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
        if (fresh := self._cache.fresh(municipality)) is not None:
            found: Sequence[str] = fresh["municipality"]["languages"]
            return found
        known = self._cache.stale(municipality)
        listed = self._entry_of(municipality) or (known and known["municipality"])
        return listed["languages"] if listed else LANGUAGES

    def _entry_of(self, municipality: str) -> Any:
        """Return the entry of a municipality in the list, or None."""
        found = _entry(self._cache.stale(ALL_MUNICIPALITIES), municipality)
        is_fresh = found is not None and self._cache.fresh(ALL_MUNICIPALITIES) is not None
        if is_fresh or time.monotonic() < self._next_refresh:
            return found
        self._next_refresh = time.monotonic() + MIN_REFRESH_INTERVAL
        try:
            listed = self.booking.outside_work().municipalities()
        except Unavailable:
            self._next_refresh = time.monotonic() + RETRY_AFTER_FAILURE
            return found
        self._cache.put(ALL_MUNICIPALITIES, listed)
        return _entry(listed, municipality)

    def expire(self) -> None:
        """Load all entries again when next needed, after a change of the configuration."""
        self._cache.expire()
        self._next_refresh = float("-inf")

    def _get(self, name: str) -> Any:
        return self._cache.get(name, lambda: self._load(name))

    def _load(self, name: str) -> Any:
        booking = self.booking.outside_work()
        try:
            return booking.municipalities() if name == ALL_MUNICIPALITIES else booking.catalogue(name)
        except Unavailable:
            if (known := self._cache.stale(name)) is None:
                raise
            log.warning("booking is unavailable; serving the expired catalogue", municipality=name)
            return known


def _entry(listed: Iterable[MunicipalityEntry] | None, municipality: str) -> Any:
    return next((each for each in listed or () if each["id"] == municipality), None)


class CatalogueProvider(DependencyProvider):
    """Provides the service class with the catalogue."""

    cache = CatalogueCache()

    def get_dependency(self, worker_ctx: Any) -> CatalogueCache:
        return self.cache
