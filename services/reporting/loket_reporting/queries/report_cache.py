"""Overviews that are calculated once for each change of the counts."""

from __future__ import annotations

from loket_contracts.rpc.reporting.answers import Overview

from ..domain.periods import Period
from ..store.projections import Projection
from . import reports
from .reports import Filters

MAX_OVERVIEWS = 200
Version = tuple[int, int]


class ReportCache:
    """The overviews that were asked for last, each with the version of the counts that it was calculated from."""

    def __init__(self) -> None:
        self._overviews: dict[tuple[str, Period, Filters], tuple[Version, Overview]] = {}

    def overview(self, projection: Projection, municipality: str, period: Period, filters: Filters) -> Overview:
        """Raises Refusal, as `reports.overview`."""
        if not projection.is_counted:
            return reports.overview(projection, municipality, period, filters)
        asked = municipality, period, filters
        version = projection.number, projection.counts.changes(municipality)  # before the counts are read
        known = self._overviews.pop(asked, None)
        if known is None or known[0] != version:
            known = version, reports.overview(projection, municipality, period, filters)
        self._overviews[asked] = known
        if len(self._overviews) > MAX_OVERVIEWS:
            del self._overviews[next(iter(self._overviews))]
        return known[1]
