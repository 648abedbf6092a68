"""The weekly report to a team: how last week went beside the week before, and the last 13 weeks as a picture."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from loket_contracts.languages import LOCALES
from loket_contracts.rpc.reporting.answers import Overview

from .charts import stacked
from .phrases import words_of

#: the figures in the report, and the unit of each
FIGURES = {
    "appointments": "", "completed": "", "no_show_share": " %", "late_cancellation_share": " %", "waited_median": "",
    "served_to_planned": " %", "booked_share": " %", "satisfaction": "",
}  # fmt: skip
#: what became of appointments, and its colour in the picture
BECAME = {"completed": "#0b5d57", "booked": "#7fb5ae", "no_show": "#a8201a", "cancelled": "#e0a458"}
PICTURE = "weeks"
UNKNOWN = "–"

_layouts = Environment(
    loader=PackageLoader("loket_notification", "templates"),
    undefined=StrictUndefined,
    autoescape=select_autoescape(["html.j2"]),
    keep_trailing_newline=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Report:
    """A report ready to leave. `pictures`: by the name under which the HTML shows them."""

    subject: str
    text: str
    html: str
    pictures: Mapping[str, bytes]


def compose(team: str, municipality: str, language: str, week: Overview, weeks: Overview, link: str) -> Report:
    """`week`, `weeks`: what reporting says of the week and of the thirteen up to it; `link`: to the dashboard."""
    words = words_of(language)["weekly_report"]
    first, last = (_date(week[end], language) for end in ("from", "to"))
    context = {
        "words": words, "language": language, "team": team, "municipality": municipality, "link": link,
        "first": first, "last": last,
        "rows": [
            (words["figures"][name], _said(week["figures"][name], unit, language),
             _said(week["before"]["figures"][name], unit, language))
            for name, unit in FIGURES.items()
        ],
        "became": [(words["became"][name], colour, _total(weeks, name)) for name, colour in BECAME.items()],
        "picture": PICTURE,
    }  # fmt: skip
    context["subject"] = words["subject"].format(team=team, first=first, last=last)
    labels = [each["part"].partition("-")[2] for each in weeks["course"]]
    series = [(colour, [each["figures"][name] or 0 for each in weeks["course"]]) for name, colour in BECAME.items()]
    return Report(
        context["subject"],
        _layouts.get_template("report.txt.j2").render(context),
        _layouts.get_template("report.html.j2").render(context),
        {PICTURE: stacked(labels, series)},
    )


def _total(weeks: Overview, name: str) -> int:
    return sum(int(each["figures"][name] or 0) for each in weeks["course"])


def _said(value: float | None, unit: str, language: str) -> str:
    if value is None:
        return UNKNOWN
    return str(format_decimal(value, format="#,##0.##", locale=LOCALES[language])) + unit


def _date(text: str, language: str) -> str:
    return str(format_date(dt.date.fromisoformat(text), "long", locale=LOCALES[language]))
