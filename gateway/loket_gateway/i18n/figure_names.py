"""Format figures in the language of the reader: titles, values and changes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from babel.numbers import format_decimal, format_percent

from loket_contracts.figures import FIGURES

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
UNKNOWN = "–"
#: a page has hundreds of numbers, most of them on other pages too; to format one takes longer than all else about it
MAX_FORMATTED = 10_000


def texts() -> set[str]:
    """Return all texts, for the translations."""
    titles = {figure.title for figure in FIGURES.values()}
    return titles.union(PERIODS.values(), *(names.values() for names in PARTS.values()))


def of_figures(lang: str) -> dict[str, str]:
    """Return the title of each figure in a language."""
    return {name: language.translate(figure.title, lang) for name, figure in FIGURES.items()}


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


def change(name: str, now: float | None, before: float | None) -> tuple[float, str] | None:
    """Return the change since the previous period, and whether it is "good", "bad" or "plain"; None if unknown.

    The change is in percent for counts, else in the unit of the figure.
    """
    if now is None or before is None:
        return None
    unit, better = FIGURES[name].unit, FIGURES[name].better
    if unit == "count":
        if not before:
            return None
        moved = round(100 * (now - before) / before, 1)
    else:
        moved = round(now - before, 2)
    if not moved or better is None:
        return moved, "plain"
    return moved, "good" if (moved > 0) == (better == "up") else "bad"
