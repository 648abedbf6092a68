"""The message plans of the municipalities, by version."""

from __future__ import annotations

import datetime as dt

import structlog
from pymongo.database import Database

from loket_chassis.runtime.ttl_cache import CachedValue
from loket_chassis.storage.connection import Document
from loket_chassis.storage.versioned_documents import Versions
from loket_contracts.errors import Refusal

from ..configuration import reader
from ..domain.planning import Plan

USUAL = Plan()
log = structlog.get_logger()


class Plans:
    """The plans, cached; newer versions are looked up every few seconds."""

    NAME = "plans"
    TTL = 2.0

    def __init__(self, database: Database[Document], most_segments: int) -> None:
        self.versions = Versions(database[self.NAME])
        self._most_segments = most_segments
        self._plans: dict[str, tuple[int, Plan]] = {}
        self._cache = CachedValue(self._load, self.TTL)

    def create_indexes(self) -> None:
        self.versions.create_indexes()

    def of(self, municipality: str) -> Plan:
        """The plan of a municipality; the default plan when it has none."""
        return self._cache.get().get(municipality, (0, USUAL))[1]

    def proposed(self, text: str) -> Plan:
        """The plan in `text`, which is not stored. Raises Refusal: invalid-configuration."""
        return reader.read(text, self._most_segments)[1]

    def store(self, text: str, by: str, now: dt.datetime, follows: int | None = None) -> tuple[str, int]:
        """Store `text` as the newest version, unless it equals the one in force. Return the municipality and version.

        Raises Refusal: invalid-configuration, and settings-changed when `follows` is not the version in force, which
        then stays.
        """
        municipality, _ = reader.read(text, self._most_segments)
        version, _ = self.versions.store(municipality, text, by, now, follows)
        self.expire_cache()
        return municipality, version

    def expire_cache(self) -> None:
        """Look the versions up again when a plan is next needed."""
        self._cache.expire()

    def _load(self) -> dict[str, tuple[int, Plan]]:
        for municipality, version in self.versions.newest().items():
            before, plan = self._plans.get(municipality, (0, USUAL))
            if before != version:
                self._plans[municipality] = version, self._plan(municipality, version) or plan
        return self._plans

    def _plan(self, municipality: str, version: int) -> Plan | None:
        """None when this version is no longer valid, because Loket or its settings allow less by now."""
        try:
            return self.proposed(self.versions.text(municipality, version))
        except Refusal as refusal:
            wrong = [f"{each['pointer']}: {each['detail']}" for each in refusal.errors]
            log.error("stored message plan is invalid", municipality=municipality, version=version, wrong=wrong)
            return None
