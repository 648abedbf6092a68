"""The configuration of every municipality, as its source text, by version. The newest counts."""

from __future__ import annotations

import datetime as dt
import threading
import time

from pymongo import DESCENDING
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.mongo import Document
from loket_contracts.errors import Refusal

from ..configuration import reader
from ..domain.opening import Calendar
from .closures import Closures


class Configurations:
    """Keeps the municipalities in memory and asks once a second whether a newer version was stored."""

    NAME = "configurations"
    FRESH_FOR = 1.0

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]
        self.closures = Closures(database)
        self._looking = threading.Lock()
        self._revisions: dict[str, int] = {}
        self._calendars: dict[str, Calendar] = {}
        self._checked = float("-inf")

    def create_indexes(self) -> None:
        self.collection.create_index(
            [("municipality", 1), ("version", DESCENDING)], unique=True, name="municipality_version"
        )
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

    def store(self, text: str, by: str, now: dt.datetime) -> tuple[Calendar, bool]:
        """Keep `text` as the newest version, unless it is what already counts. Returns whether it changed.

        Raises Refusal: invalid-configuration; the old version then still counts.
        """
        identifier = reader.read(text).id
        while True:
            latest = self.collection.find_one({"municipality": identifier}, sort=[("version", DESCENDING)])
            if latest is not None and latest["text"] == text:
                return self.calendar(identifier), False
            version = latest["version"] + 1 if latest else 1
            try:
                self.collection.insert_one(
                    {"municipality": identifier, "version": version, "text": text, "by": by, "at": now}
                )
            except DuplicateKeyError:
                continue  # somebody stored a version at the same moment; theirs is the one to compare with now
            self.look_again()
            return self.calendar(identifier), True

    def look_again(self) -> None:
        """What this process has just changed counts for it at once."""
        self._checked = float("-inf")

    def text(self, municipality: str, version: int | None = None) -> str:
        """The source of a version, or of the one that counts. Raises Refusal: no-such-version."""
        query: Document = {"municipality": municipality}
        if version is not None:
            query["version"] = version
        found = self.collection.find_one(query, sort=[("version", DESCENDING)])
        if found is None:
            raise Refusal("no-such-version", {"version": version or "?"})
        return str(found["text"])

    def versions(self, municipality: str, most: int = 100) -> list[Document]:
        """Which versions there were, when, and by whom; the latest first."""
        found = self.collection.find({"municipality": municipality}, {"_id": 0, "version": 1, "by": 1, "at": 1})
        return list(found.sort("version", DESCENDING).limit(most))

    def _refresh(self) -> None:
        if time.monotonic() - self._checked < self.FRESH_FOR:
            return
        with self._looking:  # who comes while another looks waits for what that one finds
            if time.monotonic() - self._checked >= self.FRESH_FOR:
                self._look()
                self._checked = time.monotonic()

    def _look(self) -> None:
        newest = self.collection.aggregate(
            [
                {"$sort": {"municipality": 1, "version": -1}},
                {"$group": {"_id": "$municipality", "version": {"$first": "$version"}}},
            ]
        )
        for found in list(newest):
            name, version = found["_id"], found["version"]
            revision = self.closures.revision(name)
            known = self._calendars.get(name)
            if known is not None and known.municipality.version == version:
                if self._revisions[name] != revision:
                    self._calendars[name] = Calendar(known.municipality, self.closures.closed(name))
            else:
                municipality = reader.read(self.text(name, version), version)
                self._calendars[name] = Calendar(municipality, self.closures.closed(name))
            self._revisions[name] = revision
