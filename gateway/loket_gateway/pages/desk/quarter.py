"""The report of a quarter for the council: one page A4, to print or to save as PDF with the browser."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from werkzeug.wrappers import Response

from loket_contracts.rpc.reporting import Reporting

from ...access.required_permission import needs
from ...clients.catalogue_cache import CatalogueCache
from ...clients.overview_cache import OverviewCache
from ...http.request import GatewayRequest
from ...i18n import figure_names, language
from .. import charts
from ..figure_changes import change_of, references_of, trend
from .frame import desk_page, today
from .refusals import desk_route

#: the figures of the report, in the order in which a council asks
QUARTER_FIGURES = (
    "appointments", "walk_ins", "on_time_share", "waited_late_median", "third_free_days", "first_contact_share",
    "prepared_share", "second_visit_share", "no_show_share", "satisfaction",
)  # fmt: skip
#: those with a chart by week
QUARTER_TRENDS = ("on_time_share", "first_contact_share")
#: quarters to choose from
CHOICES = 8
QUARTER = re.compile(r"(20\d\d)-Q([1-4])")


@dataclass(frozen=True)
class QuarterPage:
    reporting: Reporting
    catalogue: CatalogueCache
    overviews: OverviewCache

    @desk_route("GET", "/<municipality>/cijfers/kwartaal", needs("figures.read"))
    def quarter(self, request: GatewayRequest, municipality: str) -> Response:
        """`?quarter=2026-Q3`, and by default the last one that is over."""
        latest = _before(_quarter_of(today(self.catalogue, municipality)))
        asked = request.args.get("quarter", "")
        chosen = asked if QUARTER.fullmatch(asked) else latest
        first, last = days_of(chosen)
        period = {"first": str(first), "last": str(last), "team": None, "appointment_type": None, "location": None}
        found, lang = self.overviews.of(self.reporting, municipality, period).found, language.of(request)
        weeks = [each["part"][5:] for each in found["course"]]
        choices = [latest]
        while len(choices) < CHOICES:
            choices.append(_before(choices[-1]))
        return desk_page(
            "quarter.html", request, self.catalogue, municipality, at="figures",
            quarter=chosen, choices=choices, found=found, figures=QUARTER_FIGURES, beside=figure_names.beside(lang),
            figure_titles=figure_names.of_figures(lang), definitions=figure_names.definitions(lang),
            format_figure=lambda name, value: figure_names.format_figure(name, value, lang),
            change=lambda name: change_of(name, found, lang),
            references=lambda name: [text for _, text, _ in references_of(name, found, lang)],
            lines=[
                (name, charts.line(weeks, trend(found, name), references_of(name, found, lang)))
                for name in QUARTER_TRENDS
            ],
        )  # fmt: skip


def days_of(quarter: str) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of a quarter such as 2026-Q3."""
    year, number = int(quarter[:4]), int(quarter[-1])
    first = dt.date(year, 3 * number - 2, 1)
    after = dt.date(year + number // 4, 3 * number % 12 + 1, 1)
    return first, after - dt.timedelta(days=1)


def _quarter_of(day: dt.date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


def _before(quarter: str) -> str:
    return _quarter_of(days_of(quarter)[0] - dt.timedelta(days=1))
