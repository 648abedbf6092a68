"""The configuration of every municipality, as its source text, by version. The newest counts."""

from __future__ import annotations

import datetime as dt
import threading
import time

from pymongo.database import Database

from loket_chassis.mongo import Document
from loket_chassis.versions import Versions
from loket_contracts.errors import Refusal

from ..configuration import reader
from ..domain.opening import Calendar
from .closures import Closures


class Configurations:
    """Keeps the municipalities in memory and asks once a second whether a newer version was stored."""

    NAME = "configurations"
    FRESH_FOR = 1.0

    def __init__(self, database: Database[Document]) -> None:
        self.versions = Versions(database[self.NAME])
        self.closures = Closures(database)
        self._looking = threading.Lock()
        self._revisions: dict[str, int] = {}
        self._calendars: dict[str, Calendar] = {}
        self._checked = float("-inf")

    def create_indexes(self) -> None:
        self.versions.create_indexes()
        self.closures.create_indexes()

    def calendar(self, municipality: str) -> Calendar:
        """The municipality with its working times. Raises Refusal: unknown-municipality."""
        self._refresh()
        if municipality not in self._calendars:
            raise Refusal("unknown-municipality", {"municipality": municipality})
        return self._calendars[municipality]

    def all(self) -> list[Calendar]:
        self._refresh()
        return [self._calendars[name] for name in sorted(self._calendars)]

    def store(self, text: str, by: str, now: dt.datetime, follows: int | None = None) -> tuple[Calendar, bool]:
        """Keep `text` as the newest version, unless it is what already counts. Returns whether it changed.

        Raises Refusal: invalid-configuration, and settings-changed when `follows` is not the version that counts; the
        old version then still counts.
        """
        identifier = reader.read(text).id
        _, changed = self.versions.store(identifier, text, by, now, follows)
        if changed:
            self.look_again()
        return self.calendar(identifier), changed

    def proposed(self, text: str) -> Calendar:
        """The calendar that there would be with `text`. Raises Refusal: invalid-configuration."""
        municipality = reader.read(text)
        return Calendar(municipality, self.closures.closed(municipality.id))

    def look_again(self) -> None:
        """What this process has just changed counts for it at once."""
        self._checked = float("-inf")

    def _refresh(self) -> None:
        if time.monotonic() - self._checked < self.FRESH_FOR:
            return
        with self._looking:  # who comes while another looks waits for what that one finds
            if time.monotonic() - self._checked >= self.FRESH_FOR:
                self._look()
                self._checked = time.monotonic()

    def _look(self) -> None:
        for name, version in self.versions.newest().items():
            revision = self.closures.revision(name)
            known = self._calendars.get(name)
            if known is not None and known.municipality.version == version:
                if self._revisions[name] != revision:
                    self._calendars[name] = Calendar(known.municipality, self.closures.closed(name))
            else:
                municipality = reader.read(self.versions.text(name, version), version)
                self._calendars[name] = Calendar(municipality, self.closures.closed(name))
            self._revisions[name] = revision
