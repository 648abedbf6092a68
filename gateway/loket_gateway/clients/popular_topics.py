"""The topics that most residents come for, from the open data of reporting."""

from __future__ import annotations

from collections import Counter
from typing import Any

import structlog
from nameko.extensions import DependencyProvider, SharedExtension

from loket_chassis.messaging.rpc import RpcCaller, Unavailable
from loket_chassis.runtime.ttl_cache import TtlCache
from loket_contracts.rpc.reporting import Reporting

log = structlog.get_logger()
#: seconds for which the topics are cached, also when reporting did not respond, as a page would wait for it
FRESH_FOR = 600.0


class PopularTopics(SharedExtension):
    """Ids of appointment types, most appointments first. Without reporting there are none, and pages do without."""

    reporting = RpcCaller(Reporting, deadline=1.0)

    def setup(self) -> None:
        self._cache: TtlCache[str, tuple[str, ...]] = TtlCache(FRESH_FOR)

    def of(self, municipality: str) -> tuple[str, ...]:
        return self._cache.get(municipality, lambda: self._load(municipality))

    def _load(self, municipality: str) -> tuple[str, ...]:
        try:
            rows = self.reporting.outside_work().open_data(municipality)
        except Unavailable:
            log.debug("reporting is unavailable; the first page has no popular topics", municipality=municipality)
            return self._cache.stale(municipality) or ()
        counts: Counter[str] = Counter()
        for row in rows:
            known = (row["completed"], row["no_show"], row["cancelled"], row["other"])
            counts[row["appointment_type"]] += sum(count or 0 for count in known)
        return tuple(topic for topic, count in counts.most_common() if count)


class PopularTopicsProvider(DependencyProvider):
    """Provides the service class with the popular topics."""

    popular = PopularTopics()

    def get_dependency(self, worker_ctx: Any) -> PopularTopics:
        return self.popular
