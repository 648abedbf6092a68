"""The baseline and the targets beside the figures of an overview."""

from __future__ import annotations

import datetime as dt

from loket_contracts.rpc.reporting.answers import Baseline, References

from ..domain.figures import ratios_only
from ..domain.periods import DAY, Period
from ..domain.reference_values import ReferenceValues
from ..store.projections import Projection
from .counts_since_start import CountsSinceStart
from .report_cache import ReportCache
from .reports import Filters


def references(
    projection: Projection, cache: ReportCache, municipality: str, values: ReferenceValues, filters: Filters
) -> References:
    """The targets, and the baseline of this part of the municipality. Values of a CSV file are of the whole."""
    return {
        "targets": dict(values.targets),
        "baseline": _of_weeks(projection, cache, municipality, values.weeks, filters)
        if values.weeks
        else _of_file(values, filters),
    }


def _of_file(values: ReferenceValues, filters: Filters) -> Baseline | None:
    if not values.baseline or filters != Filters():
        return None
    return {"from": None, "to": None, "figures": dict(values.baseline)}


def _of_weeks(
    projection: Projection, cache: ReportCache, municipality: str, weeks: int, filters: Filters
) -> Baseline | None:
    start = CountsSinceStart(projection, municipality).start
    if start is None:
        return None
    period = Period(start, start + weeks * dt.timedelta(days=7) - DAY)
    found = ratios_only(cache.overview(projection, municipality, period, filters)["figures"])
    figures = {name: value for name, value in found.items() if value is not None}
    return {"from": period.first.isoformat(), "to": period.last.isoformat(), "figures": figures}
