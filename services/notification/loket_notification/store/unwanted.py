"""Who wants no messages, and who cannot be reached: by the mark of a person, never by address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from pymongo.database import Database

from loket_chassis.mongo import Document

OPTED_OUT, UNREACHABLE = "opted-out", "unreachable"


class Unwanted:
    """One document per person and channel, {mark, channel, municipality, why, at}."""

    NAME = "unwanted"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]

    def create_indexes(self) -> None:
        self.collection.create_index([("municipality", 1), ("at", -1)], name="municipality")

    def add(self, municipality: str, mark: str, channel: str, why: str, now: dt.datetime) -> None:
        self.collection.update_one(
            {"_id": f"{mark}/{channel}"},
            {
                "$set": {"why": why},
                "$setOnInsert": {"municipality": municipality, "mark": mark, "channel": channel, "at": now},
            },
            upsert=True,
        )

    def remove(self, mark: str, channel: str) -> bool:
        return self.collection.delete_one({"_id": f"{mark}/{channel}"}).deleted_count == 1

    def of(self, marks: Iterable[str]) -> dict[tuple[str, str], str]:
        """Why these people want no messages or get none, by mark and channel."""
        identifiers = [f"{mark}/{channel}" for mark in marks for channel in ("email", "sms")]
        found = self.collection.find({"_id": {"$in": identifiers}})
        return {(each["mark"], each["channel"]): each["why"] for each in found}

    def listed(self, municipality: str, most: int) -> list[dict[str, Any]]:
        found = self.collection.find({"municipality": municipality}).sort("at", -1).limit(most)
        return [
            {name: each[name] for name in ("mark", "channel", "why")} | {"at": each["at"].isoformat()} for each in found
        ]
