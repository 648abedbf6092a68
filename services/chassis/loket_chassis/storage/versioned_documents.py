"""Versions of a text that a municipality sets, with author and time. The newest is in force."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pymongo import DESCENDING
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from loket_contracts.errors import Refusal
from loket_contracts.rpc.service import StoredVersion
from loket_contracts.unknown_fields import PreservesUnknownFields

from .codec import Codec
from .connection import Document


@dataclass(frozen=True)
class Version(PreservesUnknownFields):
    """A text and its author."""

    municipality: str
    version: int
    text: str
    by: str
    at: dt.datetime


VERSION = Codec(Version)


class Versions:
    """One document per version."""

    def __init__(self, collection: Collection[Document]) -> None:
        self.collection = collection

    def create_indexes(self) -> None:
        self.collection.create_index(
            [("municipality", 1), ("version", DESCENDING)], unique=True, name="municipality_version"
        )

    def store(
        self, municipality: str, text: str, by: str, now: dt.datetime, follows: int | None = None
    ) -> tuple[int, bool]:
        """Store `text` as the newest version, unless it equals the one in force. Return the version, and whether it is
        new.

        `follows`: the version that was changed. Raises Refusal: settings-changed when another is in force by now.
        """
        while True:
            latest = self._latest(municipality)
            if follows is not None and follows != (latest.version if latest else 0):
                raise Refusal("settings-changed")
            if latest is not None and latest.text == text:
                return latest.version, False
            version = latest.version + 1 if latest else 1
            try:
                self.collection.insert_one(VERSION.encode(Version(municipality, version, text, by, now)))
            except DuplicateKeyError:
                continue  # another process stored a version at the same moment: compare with that one
            return version, True

    def text(self, municipality: str, version: int | None = None) -> str:
        """The text of a version, or of the one in force. Raises Refusal: no-such-version."""
        found = self._latest(municipality, version)
        if found is None:
            raise Refusal("no-such-version", {"version": version or "?"})
        return found.text

    def latest(self, municipality: str) -> tuple[int, str]:
        """The version in force and its text; 0 and "" when there is none yet."""
        found = self._latest(municipality)
        return (found.version, found.text) if found else (0, "")

    def in_force(self, municipality: str) -> StoredVersion | None:
        """The version in force with its time and author."""
        return next(iter(self.listed(municipality, 1)), None)

    def listed(self, municipality: str, most: int = 100) -> list[StoredVersion]:
        """The versions with time and author, the latest first."""
        found = self.collection.find({"municipality": municipality}, {"version": 1, "by": 1, "at": 1})
        return [
            {"version": each["version"], "at": each["at"].isoformat(), "by": each["by"]}
            for each in found.sort("version", DESCENDING).limit(most)
        ]

    def newest(self) -> dict[str, int]:
        """The version in force, by municipality."""
        found = self.collection.aggregate(
            [
                {"$sort": {"municipality": 1, "version": -1}},
                {"$group": {"_id": "$municipality", "version": {"$first": "$version"}}},
            ]
        )
        return {each["_id"]: each["version"] for each in found}

    def _latest(self, municipality: str, version: int | None = None) -> Version | None:
        query: Document = {"municipality": municipality}
        if version is not None:
            query["version"] = version
        return VERSION.decode_found(self.collection.find_one(query, sort=[("version", DESCENDING)]))
