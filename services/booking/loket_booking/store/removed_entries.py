"""Entries of earlier configurations that were removed, but to which appointments still refer.

The collection is derived from the stored versions, so it can be dropped and is then built again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import structlog
from pymongo import UpdateOne
from pymongo.database import Database

from loket_chassis.storage.codec import Codec
from loket_chassis.storage.connection import Document
from loket_chassis.storage.versioned_documents import Versions
from loket_contracts.errors import Refusal
from loket_contracts.unknown_fields import PreservesUnknownFields

from ..configuration.offload import ConfigurationReader
from ..domain.catalogue import Municipality
from ..domain.removal import SECTIONS, removed

log = structlog.get_logger()


@dataclass(frozen=True)
class RemovedEntry(PreservesUnknownFields):
    """`version`: the last one with the entry."""

    municipality: str
    section: str
    name: str
    version: int


REMOVED_ENTRY = Codec(RemovedEntry)


class RemovedEntries:
    """One document per removed entry, with the id municipality/section/name.

    One more document per municipality, {_id: municipality, compared}, has the last version that was compared. All
    writes are idempotent, so several processes may do this at once.
    """

    NAME = "removed_entries"

    def __init__(self, database: Database[Document], versions: Versions, reader: ConfigurationReader) -> None:
        self.collection = database[self.NAME]
        self.versions = versions
        self.reader = reader

    def create_indexes(self) -> None:
        self.collection.create_index("municipality", name="municipality")

    def added_to(self, municipality: Municipality) -> Municipality:
        """`municipality`, which is in force, with every removed entry as in the last version that had it."""
        self._compare_up_to(municipality)
        by_version: dict[int, list[tuple[str, str]]] = {}
        for found in map(REMOVED_ENTRY.decode, self.collection.find({"municipality": municipality.id})):
            if found.name not in getattr(municipality, found.section):
                by_version.setdefault(found.version, []).append((found.section, found.name))
        sections: dict[str, Any] = {section: dict(getattr(municipality, section)) for section in SECTIONS}
        for version, entries in by_version.items():
            earlier = self._read(municipality.id, version)
            for section, name in entries if earlier else ():
                sections[section][name] = getattr(earlier, section)[name]
        return replace(municipality, **sections) if by_version else municipality

    def last_version(self, municipality: str, section: str, name: str) -> int | None:
        """The last version with an entry that was removed since; None when there is none."""
        found = REMOVED_ENTRY.decode_found(self.collection.find_one({"_id": f"{municipality}/{section}/{name}"}))
        return found.version if found else None

    def _compare_up_to(self, current: Municipality) -> None:
        progress = self.collection.find_one({"_id": current.id})
        compared = int(progress["compared"]) if progress else 1
        if compared >= current.version:
            return
        writes = []
        before = self._read(current.id, compared)
        for version in range(compared + 1, current.version + 1):
            after = current if version == current.version else self._read(current.id, version)
            if after is None:
                continue
            for section, name in removed(before, after) if before else ():
                entry = REMOVED_ENTRY.encode(RemovedEntry(current.id, section, name, before.version))  # type: ignore[union-attr]
                newest = {"version": entry.pop("version")}
                key = {"_id": f"{current.id}/{section}/{name}"}
                writes.append(UpdateOne(key, {"$max": newest, "$setOnInsert": entry}, upsert=True))
            before = after
        if writes:
            self.collection.bulk_write(writes)
        self.collection.update_one({"_id": current.id}, {"$max": {"compared": current.version}}, upsert=True)

    def _read(self, name: str, version: int) -> Municipality | None:
        """None when this version of Loket does not accept the text."""
        try:
            return self.reader.read(self.versions.text(name, version), version)
        except Refusal:
            log.warning("an earlier configuration cannot be read", municipality=name, version=version)
            return None
