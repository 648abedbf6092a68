"""Figures and open data."""

from __future__ import annotations

from ... import schemas
from .operation import BASE, Operation

TABLES = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")

OPERATIONS = (
    Operation(
        id="getOverview", cached=True, permission="figures.read", method="get", path=f"{BASE}/reports/overview",
        query=schemas.ReportQuery, summary="Get the figures of a period beside those of the period before",
        status=200, answer=schemas.Overview, refusals=("unknown-municipality", "invalid-request"),
    ),
    Operation(
        id="getTable", also=TABLES, permission="figures.read", method="get", path=f"{BASE}/reports/table",
        query=schemas.TableQuery, summary="Get the figures in rows; also as CSV (RFC 4180) and as a spreadsheet",
        status=200, answer=schemas.Table, refusals=("unknown-municipality", "invalid-request"),
    ),
    Operation(
        id="getOpenData", also=TABLES, method="get", path=f"{BASE}/open-data",
        query=schemas.FormatQuery, summary="Get open data by month and type; small counts are left out",
        status=200, answer=schemas.OpenData, refusals=("unknown-municipality", "invalid-request"),
    ),
    Operation(
        id="describeOpenData", method="get", path=f"{BASE}/open-data/dcat",
        summary="Get the description of the open data (DCAT-AP, as JSON-LD)", status=200, answer={"type": "object"},
        media_type="application/ld+json", refusals=("unknown-municipality",),
    ),
)  # fmt: skip
