"""The suppression list: persons who opted out or cannot be reached, by mark, never by address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from pymongo.database import Database

from loket_chassis.storage.codec import Codec
from loket_chassis.storage.connection import Document
from loket_contracts.rpc.notification.answers import SuppressedRecipient
from loket_contracts.unknown_fields import PreservesUnknownFields

OPTED_OUT, UNREACHABLE = "opted-out", "unreachable"
CHANNELS = ("email", "sms")
#: an unreachable address is tried again after this time, since mailboxes come back
SUPPRESSED_FOR = dt.timedelta(days=30)


@dataclass(frozen=True)
class Suppression(PreservesUnknownFields):
    """`mark`: of the person. `why`: opted-out or unreachable."""

    municipality: str
    mark: str
    channel: str
    why: str
    at: dt.datetime

    def is_in_force(self, now: dt.datetime) -> bool:
        return self.why != UNREACHABLE or self.at + SUPPRESSED_FOR > now


SUPPRESSION = Codec(Suppression)


class Suppressions:
    """One document per person, channel and reason.

    An opt-out does not expire; an unreachable address is suppressed for SUPPRESSED_FOR from `at` on.
    """

    NAME = "unwanted"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]

    def create_indexes(self) -> None:
        self.collection.create_index([("municipality", 1), ("at", -1)], name="municipality")

    def add(self, municipality: str, mark: str, channel: str, why: str, now: dt.datetime) -> None:
        document = SUPPRESSION.encode(Suppression(municipality, mark, channel, why, now))
        if why == UNREACHABLE:
            change: Document = {"$set": document}
        else:  # a second opt-out keeps the time of the first; an older version stored an unreachable address here
            change = {"$set": {"why": document.pop("why")}, "$setOnInsert": document}
        self.collection.update_one({"_id": _identifier(mark, channel, why)}, change, upsert=True)

    def remove(self, mark: str, channel: str) -> bool:
        """Remove the suppression, for any reason. Return False when there is none."""
        identifiers = [_identifier(mark, channel, why) for why in (OPTED_OUT, UNREACHABLE)]
        return self.collection.delete_many({"_id": {"$in": identifiers}}).deleted_count > 0

    def lift(self, mark: str, channel: str) -> bool:
        """Lift the suppression of an unreachable address. Return False when there is none."""
        query = {"_id": {"$in": _identifiers([mark], [channel])}, "why": UNREACHABLE}
        return self.collection.delete_many(query).deleted_count > 0

    def of(self, marks: Iterable[str], now: dt.datetime) -> dict[tuple[str, str], str]:
        """The reasons for suppressing messages to these persons, by mark and channel."""
        found = map(SUPPRESSION.decode, self.collection.find({"_id": {"$in": _identifiers(marks)}}))
        return {
            (each.mark, each.channel): each.why
            for each in sorted(found, key=lambda each: each.why)  # unreachable comes last and takes precedence
            if each.is_in_force(now)
        }

    def unreachable(self, mark: str, now: dt.datetime) -> list[Document]:
        """The unreachable addresses of this person: {channel, since, until}."""
        query = {"_id": {"$in": _identifiers([mark])}, "why": UNREACHABLE}
        return [
            {"channel": each.channel, "since": each.at, "until": each.at + SUPPRESSED_FOR}
            for each in map(SUPPRESSION.decode, self.collection.find(query).sort("channel", 1))
            if each.is_in_force(now)
        ]

    def listed(self, municipality: str, most: int, now: dt.datetime) -> list[SuppressedRecipient]:
        found = self.collection.find({"municipality": municipality}).sort("at", -1).limit(most)
        return [
            {"mark": each.mark, "channel": each.channel, "why": each.why, "at": each.at.isoformat()}
            for each in map(SUPPRESSION.decode, found)
            if each.is_in_force(now)
        ]


def _identifier(mark: str, channel: str, why: str) -> str:
    return f"{mark}/{channel}/{UNREACHABLE}" if why == UNREACHABLE else f"{mark}/{channel}"


def _identifiers(marks: Iterable[str], channels: Iterable[str] = CHANNELS) -> list[str]:
    """Including the ids under which older versions stored an unreachable address."""
    channels = list(channels)
    return [
        _identifier(mark, channel, why) for mark in marks for channel in channels for why in (OPTED_OUT, UNREACHABLE)
    ]
