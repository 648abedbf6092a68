"""The configuration of every municipality, as its source text, by version. The newest is in force."""

from __future__ import annotations

import contextvars
import datetime as dt
import threading
from collections import defaultdict
from dataclasses import replace

import structlog
from pymongo.database import Database

from loket_chassis.runtime.ttl_cache import CachedValue
from loket_chassis.storage.connection import Document
from loket_chassis.storage.versioned_documents import Versions
from loket_contracts.errors import Refusal

from ..configuration.offload import ConfigurationReader
from ..domain.catalogue import Municipality
from ..domain.opening_hours import Calendar
from .closures import Closures
from .removed_entries import RemovedEntries

log = structlog.get_logger()
#: the version and the revision of the closures of a municipality that was not read yet
NEVER = (-1, -1)


class Configurations:
    """Caches the municipalities, and checks once a second whether a newer version was stored.

    A newer version is read when its municipality is needed. So only callers of that municipality wait for it, which
    takes seconds for a large one.
    """

    NAME = "configurations"
    #: seconds
    MAX_AGE = 1.0

    def __init__(self, database: Database[Document], reader: ConfigurationReader | None = None) -> None:
        self.reader = reader or ConfigurationReader()
        self.versions = Versions(database[self.NAME])
        self.closures = Closures(database)
        self.removed = RemovedEntries(database, self.versions, self.reader)
        self._newest = CachedValue(self._load_newest, self.MAX_AGE)
        self._loading: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._seen: dict[str, tuple[int, int]] = {}
        self._calendars: dict[str, Calendar] = {}
        self._including_removed: dict[str, Municipality] = {}

    def create_indexes(self) -> None:
        self.versions.create_indexes()
        self.closures.create_indexes()
        self.removed.create_indexes()

    def calendar(self, municipality: str) -> Calendar:
        """The municipality with its working time. Raises Refusal: unknown-municipality."""
        newest = self._newest.get().get(municipality)
        calendar = self._current(municipality, newest) if newest else None
        if calendar is None:
            raise Refusal("unknown-municipality", {"municipality": municipality})
        return calendar

    def including_removed(self, municipality: str) -> Municipality:
        """The municipality with the removed entries of earlier versions: to describe appointments, not to book them.

        Raises Refusal: unknown-municipality.
        """
        self.calendar(municipality)
        return self._including_removed[municipality]

    def all(self) -> list[Calendar]:
        found = (self._current(name, newest) for name, newest in sorted(self._newest.get().items()))
        return [calendar for calendar in found if calendar is not None]

    def store(
        self, text: str, by: str, now: dt.datetime, follows: int | None = None, municipality: Municipality | None = None
    ) -> tuple[Calendar, bool]:
        """Store `text` as the newest version, unless it equals the one in force. Returns whether it changed.

        `municipality`: the one in `text`, when the caller has read it already. Raises Refusal: invalid-configuration;
        settings-changed when `follows` is not the version in force. The old version then stays in force.
        """
        municipality = municipality or self.reader.read(text)
        version, changed = self.versions.store(municipality.id, text, by, now, follows)
        if changed:
            revision = self.closures.revision(municipality.id)
            self._use(replace(municipality, version=version), revision)
        self.invalidate()
        return self.calendar(municipality.id), changed

    def calendar_of(self, municipality: Municipality) -> Calendar:
        """The calendar that a municipality would have with this configuration."""
        return Calendar(municipality, self.closures.closed(municipality.id))

    def invalidate(self) -> None:
        """Reload on the next call, after a change by this process."""
        self._newest.expire()

    def _load_newest(self) -> dict[str, tuple[int, int]]:
        """The version in force and the revision of the closures, by municipality."""
        return {name: (version, self.closures.revision(name)) for name, version in self.versions.newest().items()}

    def _current(self, name: str, newest: tuple[int, int]) -> Calendar | None:
        """The calendar of the version in force; None when no version of the municipality can be read.

        The callers that wait share one reading, so it runs without the deadline of the one that began it.
        """
        if self._seen.get(name, NEVER) < newest:
            with self._loading[name]:
                if self._seen.get(name, NEVER) < newest:
                    contextvars.Context().run(self._load, name, *newest)
        return self._calendars.get(name)

    def _load(self, name: str, version: int, revision: int) -> None:
        municipality = self._municipality(name, version)
        if municipality is not None:
            self._use(municipality, revision)
        self._seen[name] = version, revision

    def _use(self, municipality: Municipality, revision: int) -> None:
        """Cache a version, unless a newer one was cached while this one was read."""
        name = municipality.id
        including_removed = self._including_removed.get(name)
        if including_removed is None or including_removed.version != municipality.version:
            including_removed = self.removed.added_to(municipality)
        calendar = self.calendar_of(municipality)
        # others may have run while the database was read; from here on, none does
        known = self._calendars.get(name)
        if known is None or known.municipality.version <= municipality.version:
            self._including_removed[name], self._calendars[name] = including_removed, calendar
            self._seen[name] = municipality.version, revision

    def _municipality(self, name: str, version: int) -> Municipality | None:
        """The parsed version. Falls back to the one before when this version of Loket does not accept the text."""
        known = self._calendars[name].municipality if name in self._calendars else None
        if known is not None and known.version == version:
            return known
        try:
            return self.reader.read_stored(self.versions.text(name, version), version)
        except Refusal as refusal:
            wrong = [f"{each['line']}: {each['pointer']}: {each['detail']}" for each in refusal.errors]
            log.error("a stored configuration cannot be read", municipality=name, version=version, errors=wrong)
            return known
