"""Figures: an overview of a period, and tables for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Request, Response

from loket_contracts.rpc.reporting import Reporting
from loket_contracts.rpc.reporting.answers import TablePage, TableRow

from ..access.required_permission import needs
from ..clients.catalogue_cache import CatalogueCache
from ..clients.overview_cache import OverviewCache
from ..http.parsing import dates_as_text, query
from ..http.responses import revalidated
from ..http.routing import route
from ..http.tables import table, wanted
from ..i18n import figure_names, language
from ..schemas import ReportQuery, TableQuery
from . import BASE

_report, _table = ReportQuery(), TableQuery()


@dataclass(frozen=True)
class ReportRoutes:
    """Aggregated figures, which identify no person."""

    reporting: Reporting
    catalogue: CatalogueCache
    overviews: OverviewCache

    @route("GET", f"{BASE}/reports/overview", needs("figures.read"))
    def get_overview(self, request: Request, municipality: str) -> Response:
        asked = dates_as_text(query(request, _report))
        self.catalogue.of(municipality)  # refuse an unknown municipality instead of returning zeros
        known = self.overviews.of(self.reporting, municipality, asked)
        return revalidated(known.body, known.etag, request)

    @route("GET", f"{BASE}/reports/table", needs("figures.read"))
    def get_table(self, request: Request, municipality: str) -> Response:
        asked = query(request, _table)
        form = wanted(request, asked.pop("format"))
        names = figure_names.of_parts(language.localised(self.catalogue.of(municipality), language.of(request)))
        pages = _pages(self.reporting, municipality, dates_as_text(asked))
        first = next(pages)  # so that a refusal comes before the first byte
        figures = list(first["figures"])
        said = figure_names.of_figures(language.of(request))

        def objects() -> Iterator[TableRow]:
            yield from first["rows"]
            for page in pages:
                yield from page["rows"]

        response = table(
            request,
            form,
            f"loket-{municipality}",
            ["", "", *(said[name] for name in figures)],
            ([row["part"], names.get(row["id"], row["id"]), *row["figures"].values()] for row in objects()),
            objects,
        )
        response.headers["Cache-Control"] = "no-store"
        return response


def _pages(reporting: Reporting, municipality: str, asked: dict[str, Any]) -> Iterator[TablePage]:
    after: int | None = 0
    while after is not None:
        page = reporting.table(municipality, after=after, **asked)
        yield page
        after = page["after"]
