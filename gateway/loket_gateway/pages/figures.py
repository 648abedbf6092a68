"""The dashboard of figures, for a period and a part of the municipality."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date, format_skeleton
from werkzeug.wrappers import Response

from loket_contracts.figures import FIGURES
from loket_contracts.rpc.reporting import Reporting
from loket_contracts.rpc.reporting.answers import NamedFigures, Overview

from ..access.required_permission import needs
from ..clients.catalogue_cache import CatalogueCache
from ..clients.overview_cache import OverviewCache
from ..http.parsing import dates_as_text, query
from ..http.request import GatewayRequest
from ..i18n import figure_names, language
from ..schemas import ReportQuery
from . import charts
from .desk.frame import desk_page
from .desk.refusals import desk_route
from .figure_changes import change_of, references_of, trend
from .render import localise

_report = ReportQuery()
#: key figures, shown with their trend
KEY_FIGURES = (
    "appointments", "on_time_share", "waited_late_median", "third_free_days", "first_contact_share",
    "second_visit_share", "no_show_share", "satisfaction",
)  # fmt: skip
#: columns of the tables by team, type and location; one that is empty in every row is left out
COLUMNS = (
    "appointments", "completed", "on_time_share", "waited_late_median", "first_contact_share", "no_show_share",
    "late_cancellation_share", "booked_share", "served_to_planned", "satisfaction",
)  # fmt: skip
#: rows of such a table before the rest is asked for
MOST_ROWS = 10
STACK = ("completed", "booked", "no_show", "cancelled")
TRENDS = (
    "on_time_share", "waited_late_median", "lead_days_median", "first_contact_share", "prepared_share",
    "second_visit_share", "no_show_share", "booked_share", "satisfaction",
)  # fmt: skip
DIMENSIONS = ("team", "appointment_type", "location")
HOURS_SHOWN = range(7, 20)


@dataclass(frozen=True)
class FigurePages:
    """The address holds the whole state, so that a view can be bookmarked and shared."""

    reporting: Reporting
    catalogue: CatalogueCache
    overviews: OverviewCache

    @desk_route("GET", "/<municipality>/cijfers", needs("figures.read"))
    def figures(self, request: GatewayRequest, municipality: str) -> Response:
        asked = query(_without_empty(request), _report)
        catalogue = localise(request, self.catalogue.of(municipality))
        found = self.overviews.of(self.reporting, municipality, dates_as_text(asked)).found
        lang = language.of(request)
        names, titles = figure_names.of_parts(catalogue), figure_names.of_figures(lang)
        labels = [_label(each["part"], found["every"], lang) for each in found["course"]]
        return desk_page(
            "figures.html",
            request,
            self.catalogue,
            municipality,
            at="figures",
            asked=dates_as_text(asked),
            found=found,
            figure_titles=titles,
            definitions=figure_names.definitions(lang),
            names=names,
            tiles=[_tile(name, found, lang) for name in KEY_FIGURES],
            stack=charts.stacked(labels, [(name, titles[name], trend(found, name, 0)) for name in STACK]),
            stack_names=STACK,
            lines=[(name, *_line(name, labels, found, lang)) for name in TRENDS],
            may_set=request.caller.may("setup.change", municipality) and request.caller.teams("setup.change") is None,
            labels=labels,
            format_figure=lambda name, value: figure_names.format_figure(name, value, lang),
            change=lambda name: change_of(name, found, lang),
            all_figures=FIGURES,
            beside=figure_names.beside(lang),
            columns_of=_columns,
            most_rows=MOST_ROWS,
            divisions=[
                ("team", _by_size(found["by_team"])),
                ("appointment_type", _by_size(found["by_appointment_type"])),
                ("location", _by_size(found["by_location"])),
            ],
            part_name=lambda breakdown, part: figure_names.of_part(breakdown, part, lang),
            heat=_heat(found["hours"], lang),
            hours=_hours(found["hours"]),
            choices={
                "team": catalogue["teams"],
                "appointment_type": catalogue["appointment_types"],
                "location": catalogue["locations"],
            },
            periods=_periods(dt.datetime.now(dt.UTC).date(), asked, lang),
            download=urlencode([(name, each) for name, each in dates_as_text(asked, ends=True).items() if each]),
        )  # fmt: skip


def _without_empty(request: GatewayRequest) -> GatewayRequest:
    """Return the query without the empty fields of a form."""
    query = [(name, value) for name, value in request.args.items(multi=True) if value]
    request.args = type(request.args)(query)
    return request


def _by_size(rows: list[NamedFigures]) -> list[NamedFigures]:
    """Return the rows, those of most appointments first."""
    return sorted(rows, key=lambda row: -(row["figures"]["appointments"] or 0))


def _columns(rows: list[NamedFigures]) -> list[str]:
    """Return the columns that have a value in some row."""
    return [name for name in COLUMNS if any(row["figures"].get(name) is not None for row in rows)]


def _tile(name: str, found: Overview, lang: str) -> dict[str, Any]:
    return {
        "name": name,
        "value": figure_names.format_figure(name, found["figures"][name], lang),
        "line": charts.line([""] * len(found["course"]), trend(found, name)),
    }


def _line(
    name: str, labels: list[str], found: Overview, lang: str
) -> tuple[charts.Chart, list[tuple[str, str, float]]]:
    """Return the chart of a figure, and what it is compared with."""
    references = references_of(name, found, lang)
    return charts.line(labels, trend(found, name), references), references


def _label(part: str, every: str, lang: str) -> str:
    locale = language.LOCALES[lang]
    if every == "day":
        return str(format_skeleton("Md", dt.datetime.fromisoformat(part), locale=locale))
    if every == "month":
        return str(format_date(dt.date.fromisoformat(f"{part}-01"), "MMM yy", locale=locale))
    return part[5:] + (f" {part[:4]}" if every == "quarter" else "")


def _heat(hours: list[list[int]], lang: str) -> list[tuple[str, list[tuple[int, int]]]]:
    """Return for each weekday the count and shade of each hour."""
    names = language.weekdays(lang)
    most = max(map(max, hours))
    return [
        (names[day], [(own[hour], charts.shade(own[hour], most)) for hour in _hours(hours)])
        for day, own in enumerate(hours)
        if any(own) or day < 5
    ]


def _hours(hours: list[list[int]]) -> list[int]:
    return [hour for hour in range(24) if hour in HOURS_SHOWN or any(day[hour] for day in hours)]


def _periods(today: dt.date, asked: dict[str, Any], lang: str) -> list[tuple[str, str, bool]]:
    """Return the predefined periods: name, query, and whether it is shown now."""
    month = today.replace(day=1)
    last_month = (month - dt.timedelta(days=1)).replace(day=1)
    ends = {
        "weeks": (today - dt.timedelta(days=90), today),
        "month": (last_month, month - dt.timedelta(days=1)),
        "year": (today.replace(month=1, day=1), today),
        "last_year": (dt.date(today.year - 1, 1, 1), dt.date(today.year - 1, 12, 31)),
        "to_come": (today, today + dt.timedelta(days=90)),
    }
    query = {name: asked[name] for name in DIMENSIONS if asked[name]}
    return [
        (
            language.translate(figure_names.PERIODS[name], lang),
            urlencode({"from": first, "to": last, **query, **({"lang": lang})}),
            (asked["first"], asked["last"]) == (first, last) or (name == "weeks" and not asked["first"]),
        )
        for name, (first, last) in ends.items()
    ]
