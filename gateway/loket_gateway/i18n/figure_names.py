"""Format figures in the language of the reader: titles, values and changes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel.numbers import format_decimal, format_percent

from loket_contracts.figures import FIGURES
from loket_contracts.rpc.reporting.answers import Change

from ..clients.catalogue_cache import including_removed
from . import language

#: names of the parts of a breakdown
PARTS = {
    "booked_by": {"resident": "The resident", "staff": "Staff", "portal": "A portal", "system": "The system"},
    "channels": {"on_site": "At the counter", "phone": "By phone", "video": "By video", "visit": "On site visit"},
    "cancelled_by": {"resident": "The resident", "staff": "Staff", "portal": "A portal", "system": "The system"},
    "notice": {
        "day": "Less than a day before", "two_days": "One to two days before", "week": "Two days to a week before",
        "longer": "Longer before",
    },
    "outcomes": {
        "answered": "Answered", "follow_up": "Follow-up needed", "referred": "Referred", "not_prepared": "Not prepared",
        "unknown": "Not noted",
    },
}  # fmt: skip
#: predefined periods
PERIODS = {
    "weeks": "The last 13 weeks", "month": "Last month", "year": "This year", "last_year": "Last year",
    "to_come": "The next 13 weeks",
}  # fmt: skip
#: what figures are compared with
REFERENCES = {"baseline": "Baseline", "target": "Target"}
#: title, figure of visits with an appointment, and of those without one
BESIDE = (
    ("Number of visits", "appointments", "walk_ins"),
    ("Minutes waited, beyond the time or from the number on (median)", "waited_late_median", "walk_in_waited_median"),
    ("Minutes waited, beyond the time or from the number on (9 in 10)", "waited_late_p90", "walk_in_waited_p90"),
    ("Minutes helped (median)", "served_median", "walk_in_served_median"),
    ("Answered at first contact", "first_contact_share", "walk_in_first_contact_share"),
    ("Need another visit", "follow_up_share", "walk_in_follow_up_share"),
    ("Did not come, or went away", "no_show_share", "walk_in_left_share"),
)
UNKNOWN = "–"
#: a change of fewer than these in percent would say more than is known
MIN_FOR_PERCENT = 50
#: a page has hundreds of numbers, most of them on other pages too; to format one takes longer than all else about it
MAX_FORMATTED = 10_000


def texts() -> set[str]:
    """Return all texts, for the translations."""
    titles = {figure.title for figure in FIGURES.values()} | {figure.formula for figure in FIGURES.values()}
    rows = {title for title, _, _ in BESIDE}
    return titles.union(rows, REFERENCES.values(), PERIODS.values(), *(names.values() for names in PARTS.values()))


def of_figures(lang: str) -> dict[str, str]:
    """Return the title of each figure in a language."""
    return {name: language.translate(figure.title, lang) for name, figure in FIGURES.items()}


def beside(lang: str) -> list[tuple[str, str, str]]:
    """Return title, figure of visits with an appointment, and figure of those without."""
    return [(language.translate(title, lang), with_one, without) for title, with_one, without in BESIDE]


def definitions(lang: str) -> dict[str, str]:
    """Return the formula of each figure in a language."""
    return {name: language.translate(figure.formula, lang) for name, figure in FIGURES.items()}


def of_parts(catalogue: dict[str, Any]) -> dict[str, str]:
    """Return the names of teams, types and locations by id. `catalogue`: localised."""
    return {
        each["id"]: str(each["name"])
        for group in ("teams", "appointment_types", "locations")
        for each in including_removed(catalogue, group)
    }


def of_part(breakdown: str, part: str, lang: str) -> str:
    """Return the name of a part of a breakdown."""
    return language.translate(PARTS.get(breakdown, {}).get(part, part), lang)


def format_figure(name: str, value: float | None, lang: str) -> str:
    """Format a figure in a language, without its unit except for percentages."""
    return UNKNOWN if value is None else _format(FIGURES[name].unit, value, lang)


@lru_cache(MAX_FORMATTED)
def _format(unit: str, value: float, lang: str) -> str:
    locale = language.LOCALES[lang]
    if unit == "percent":
        return str(format_percent(value / 100, format="#,##0.#%" if lang == "en" else "#,##0.# %", locale=locale))
    return str(format_decimal(value, format="#,##0.##" if unit == "score" else "#,##0.#", locale=locale))


@dataclass(frozen=True)
class ShownChange:
    """A change as text. `kind`: "good" or "bad" when it is beyond its margin and one of the two, else "plain"."""

    text: str
    kind: str


def change(name: str, change: Change | None, before: float | None, lang: str) -> ShownChange | None:
    """Format the change of a figure with its margin; None without a change.

    A count changes in percent from MIN_FOR_PERCENT on, and below by its number.
    """
    if change is None or before is None:
        return None
    figure, moved, margin = FIGURES[name], change["difference"], change["margin"]
    is_clear = margin is not None and abs(moved) > margin
    kind = (
        "plain"
        if not is_clear or figure.better is None
        else "good"
        if (moved > 0) == (figure.better == "up")
        else "bad"
    )
    unit, suffix = ("score" if figure.unit == "score" else "count"), ""
    if figure.unit == "count" and before >= MIN_FOR_PERCENT:
        moved, margin, suffix = 100 * moved / before, None if margin is None else 100 * margin / before, " %"
    sign = "+" if moved > 0 else "−" if moved < 0 else ""
    text = f"{sign}{_format(unit, abs(moved), lang)}"
    if margin is not None:
        text += f" ± {_format(unit, margin, lang)}"
    return ShownChange(text + suffix, kind)
