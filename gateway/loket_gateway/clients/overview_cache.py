"""The overviews of figures that were shown in the last second, as reporting gave them and as JSON."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nameko.extensions import DependencyProvider, SharedExtension

from loket_chassis.runtime.ttl_cache import TtlCache
from loket_contracts.rpc.reporting import Reporting
from loket_contracts.rpc.reporting.answers import Overview

#: seconds
FRESH_FOR = 1.0
MAX_OVERVIEWS = 100


@dataclass(frozen=True)
class KnownOverview:
    """`body`: as JSON; `etag`: of that."""

    found: Overview

    @cached_property
    def body(self) -> bytes:
        return json.dumps(self.found, ensure_ascii=False).encode()

    @cached_property
    def etag(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:24]


class OverviewCache(SharedExtension):
    """Overviews by municipality and query. Callers need the permission to read figures; the answer is the same."""

    def setup(self) -> None:
        self._cache: TtlCache[Any, KnownOverview] = TtlCache(FRESH_FOR, MAX_OVERVIEWS)

    def of(self, reporting: Reporting, municipality: str, asked: dict[str, Any]) -> KnownOverview:
        """Raises Refusal, Unavailable."""
        key = (municipality, *sorted(asked.items()))
        return self._cache.get(key, lambda: KnownOverview(reporting.overview(municipality, **asked)))


class OverviewCacheProvider(DependencyProvider):
    """Provides the service class with the cache."""

    overviews = OverviewCache()

    def get_dependency(self, worker_ctx: Any) -> OverviewCache:
        return self.overviews
