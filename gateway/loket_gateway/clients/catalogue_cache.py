"""Cache of the catalogue of booking. It serves expired entries while booking is unavailable."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import structlog
from nameko.extensions import DependencyProvider, SharedExtension

from loket_chassis.messaging.rpc import RpcCaller, Unavailable
from loket_chassis.runtime.ttl_cache import TtlCache
from loket_contracts.errors import Refusal
from loket_contracts.languages import LANGUAGES
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.answers import (
    AppointmentTypeEntry,
    Catalogue,
    LocationEntry,
    MunicipalityEntry,
)

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
log = structlog.get_logger()
#: seconds between two loads of the list for the languages of an unknown municipality
MIN_REFRESH_INTERVAL = 1.0
#: seconds without another attempt after booking did not respond, as every request would wait for it
RETRY_AFTER_FAILURE = 11.0


def including_removed(localised: Mapping[str, Any], section: str) -> list[dict[str, Any]]:
    """Return the entries of a section, and the removed ones, whose names old appointments still need.

    `localised`: a catalogue in one language.
    """
    return [*localised.get(section, ()), *localised["removed"][section]]


def all_appointment_types(catalogue: Catalogue) -> list[AppointmentTypeEntry]:
    """Return the appointment types in force, and the removed ones."""
    return catalogue["appointment_types"] + catalogue["removed"]["appointment_types"]


def appointment_types_of(catalogue: Catalogue, names: Iterable[str]) -> list[AppointmentTypeEntry]:
    """Return the appointment types with these ids, as far as they are known."""
    wanted = set(names)
    return [kind for kind in all_appointment_types(catalogue) if kind["id"] in wanted]


def on_site_locations(catalogue: Catalogue) -> list[LocationEntry]:
    """Return the locations that receive visitors."""
    return [location for location in catalogue["locations"] if location["channel"] == "on_site"]


class CatalogueCache(SharedExtension):
    """What municipalities offer. Raises Refusal: unknown-municipality; Unavailable when it was never loaded."""

    booking = RpcCaller(Booking)

    def setup(self) -> None:
        seconds = self.container.config["settings"].catalogue_seconds
        self._catalogues: TtlCache[str, Catalogue] = TtlCache(seconds)
        self._lists: TtlCache[None, list[MunicipalityEntry]] = TtlCache(seconds)
        self._next_refresh = float("-inf")

    def municipalities(self) -> list[MunicipalityEntry]:
        return _load_or_stale(self._lists, None, lambda: self.booking.outside_work().municipalities())

    def of(self, municipality: str) -> Catalogue:
        return _load_or_stale(
            self._catalogues, municipality, lambda: self.booking.outside_work().catalogue(municipality)
        )

    def last_known(self, municipality: str) -> Catalogue | None:
        """Return the catalogue as far as it is known, for a page that says what went wrong.

        As in `languages`, a name that a client invents causes no call of its own.
        """
        if (known := self._catalogues.stale(municipality)) is not None or self._entry_of(municipality) is None:
            return known
        try:
            return self.of(municipality)
        except (Refusal, Unavailable):
            return None

    def languages(self, municipality: str) -> Sequence[str]:
        """Return the languages of a municipality, its default first; all languages for an unknown one.

        Clients can invent names, so an unknown one causes no call of its own: the list is loaded at most once in
        MIN_REFRESH_INTERVAL seconds. While booking is unavailable, the last known languages are used.
        """
        if (fresh := self._catalogues.fresh(municipality)) is not None:
            return fresh["municipality"]["languages"]
        known = self._catalogues.stale(municipality)
        listed = self._entry_of(municipality) or (known and known["municipality"])
        return listed["languages"] if listed else LANGUAGES

    def _entry_of(self, municipality: str) -> MunicipalityEntry | None:
        """Return the entry of a municipality in the list, or None."""
        found = _entry(self._lists.stale(None), municipality)
        is_fresh = found is not None and self._lists.fresh(None) is not None
        if is_fresh or time.monotonic() < self._next_refresh:
            return found
        self._next_refresh = time.monotonic() + MIN_REFRESH_INTERVAL
        try:
            listed = self.booking.outside_work().municipalities()
        except Unavailable:
            self._next_refresh = time.monotonic() + RETRY_AFTER_FAILURE
            return found
        self._lists.put(None, listed)
        return _entry(listed, municipality)

    def expire(self) -> None:
        """Load all entries again when next needed, after a change of the configuration."""
        self._catalogues.expire()
        self._lists.expire()
        self._next_refresh = float("-inf")


def _load_or_stale(cache: TtlCache[K, V], key: K, load: Callable[[], V]) -> V:
    def loaded() -> V:
        try:
            return load()
        except Unavailable:
            if (known := cache.stale(key)) is None:
                raise
            log.debug("booking is unavailable; serving the expired catalogue", municipality=key)
            return known

    return cache.get(key, loaded)


def _entry(listed: Iterable[MunicipalityEntry] | None, municipality: str) -> MunicipalityEntry | None:
    return next((each for each in listed or () if each["id"] == municipality), None)


class CatalogueProvider(DependencyProvider):
    """Provides the service class with the catalogue."""

    cache = CatalogueCache()

    def get_dependency(self, worker_ctx: Any) -> CatalogueCache:
        return self.cache
