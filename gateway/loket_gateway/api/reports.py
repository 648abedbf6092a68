"""Figures."""

from __future__ import annotations

from werkzeug.wrappers import Request, Response

from loket_chassis.rpc import Service

from ..bodies import query
from ..catalogue import Catalogue
from ..schemas import PeriodQuery
from ..web import route
from . import BASE
from .answers import private

_period = PeriodQuery()


class ReportRoutes:
    """Counts, of which no person can be read off."""

    reporting: Service
    catalogue: Catalogue

    @route("GET", f"{BASE}/reports/overview")
    def get_overview(self, request: Request, municipality: str) -> Response:
        asked = query(request, _period)
        self.catalogue.of(municipality)  # an unknown municipality has no figures, not zero
        first, last = (date and date.isoformat() for date in (asked["first"], asked["last"]))
        return private(self.reporting.overview(municipality, first, last), request)
