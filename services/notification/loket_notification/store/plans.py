"""The message plans of the municipalities, as their source text, by version. The newest counts."""

from __future__ import annotations

import datetime as dt
import time

from pymongo import DESCENDING
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.mongo import Document
from loket_contracts.errors import Refusal

from ..configuration import reader
from ..domain.planning import Plan

USUAL = Plan()


class Plans:
    """Keeps the plans in memory and asks every few seconds whether a newer version was stored."""

    NAME = "plans"
    FRESH_FOR = 2.0

    def __init__(self, database: Database[Document], most_segments: int) -> None:
        self.collection = database[self.NAME]
        self._most_segments = most_segments
        self._plans: dict[str, tuple[int, Plan]] = {}
        self._checked = float("-inf")

    def create_indexes(self) -> None:
        self.collection.create_index([("municipality", 1), ("version", DESCENDING)], unique=True, name="version")

    def of(self, municipality: str) -> Plan:
        """The plan of a municipality; the usual one when it has set none."""
        if time.monotonic() - self._checked >= self.FRESH_FOR:
            self._look()
        return self._plans.get(municipality, (0, USUAL))[1]

    def store(self, text: str, by: str, now: dt.datetime) -> tuple[str, int]:
        """Keep `text` as the newest version, unless it is what already counts. Returns the municipality and version.

        Raises Refusal: invalid-configuration; the old version then still counts.
        """
        municipality, _ = reader.read(text, self._most_segments)
        while True:
            latest = self.collection.find_one({"municipality": municipality}, sort=[("version", DESCENDING)])
            if latest is not None and latest["text"] == text:
                return municipality, int(latest["version"])
            version = latest["version"] + 1 if latest else 1
            try:
                self.collection.insert_one(
                    {"municipality": municipality, "version": version, "text": text, "by": by, "at": now}
                )
            except DuplicateKeyError:
                continue
            self._checked = float("-inf")
            return municipality, version

    def text(self, municipality: str) -> str:
        """The source that counts. Raises Refusal: no-such-version."""
        found = self.collection.find_one({"municipality": municipality}, sort=[("version", DESCENDING)])
        if found is None:
            raise Refusal("no-such-version", {"version": "?"})
        return str(found["text"])

    def _look(self) -> None:
        newest = self.collection.aggregate(
            [
                {"$sort": {"municipality": 1, "version": -1}},
                {"$group": {"_id": "$municipality", "version": {"$first": "$version"}, "text": {"$first": "$text"}}},
            ]
        )
        for found in list(newest):
            if self._plans.get(found["_id"], (0, USUAL))[0] != found["version"]:
                self._plans[found["_id"]] = (found["version"], reader.read(found["text"], self._most_segments)[1])
        self._checked = time.monotonic()
