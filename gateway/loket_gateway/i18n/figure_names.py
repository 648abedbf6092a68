"""Names and units of figures, and the direction that is an improvement. Reporting has their formulas."""

from __future__ import annotations

from typing import Any

from babel.numbers import format_decimal, format_percent

from ..clients.catalogue_cache import including_removed
from . import language

#: title, unit (count, percent, days, minutes, score), and "up" or "down" when that is an improvement
FIGURES: dict[str, tuple[str, str, str | None]] = {
    "appointments": ("Appointments", "count", None),
    "booked": ("Still to come", "count", None),
    "checked_in": ("Waiting now", "count", None),
    "in_service": ("Going on now", "count", None),
    "parked": ("Parked", "count", None),
    "completed": ("Helped", "count", None),
    "no_show": ("Did not come", "count", None),
    "cancelled": ("Cancelled", "count", None),
    "lead_days_median": ("Days from booking to visit (median)", "days", "down"),
    "lead_days_p90": ("Days from booking to visit (9 in 10)", "days", "down"),
    "first_free_days": ("Days to the first free moment", "days", "down"),
    "third_free_days": ("Days to the third free moment", "days", "down"),
    "booked_share": ("Offered time that was booked", "percent", None),
    "served_share": ("Offered time spent on visits", "percent", None),
    "no_show_share": ("Did not come, of those expected", "percent", "down"),
    "late_cancellation_share": ("Cancelled within 24 hours", "percent", "down"),
    "cancelled_share": ("Cancelled, of all", "percent", "down"),
    "reschedules": ("Times moved", "count", None),
    "waited_median": ("Minutes waited (median)", "minutes", "down"),
    "waited_p90": ("Minutes waited (9 in 10)", "minutes", "down"),
    "served_median": ("Minutes helped (median)", "minutes", None),
    "served_to_planned": ("Time helped, of time planned", "percent", None),
    "walk_ins": ("Walk-ins", "count", None),
    "walk_in_share": ("Walk-ins, of all who were helped", "percent", None),
    "walk_in_waited_median": ("Minutes that walk-ins waited (median)", "minutes", "down"),
    "walk_in_left_share": ("Walk-ins who went away", "percent", "down"),
    "first_contact_share": ("Answered at first contact", "percent", "up"),
    "follow_up_share": ("Need another appointment", "percent", "down"),
    "satisfaction": ("Score from 1 to 5", "score", "up"),
    "response_share": ("Gave a score", "percent", "up"),
    "booked_online_share": ("Booked online", "percent", None),
    "waiting_list": ("Asked for an earlier moment", "count", None),
    "waiting_list_share": ("Got an earlier moment", "percent", "up"),
    "messages": ("Messages sent", "count", None),
    "messages_failed": ("Messages that failed", "count", "down"),
}
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


def texts() -> set[str]:
    """Return all texts, for the translations."""
    titles = {title for title, _, _ in FIGURES.values()}
    return titles.union(PERIODS.values(), *(names.values() for names in PARTS.values()))


def of_figures(lang: str) -> dict[str, str]:
    """Return the title of each figure in a language."""
    return {name: language.translate(title, lang) for name, (title, _, _) in FIGURES.items()}


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


def said(name: str, value: float | None, lang: str) -> str:
    """Format a figure in a language, without its unit except for percentages."""
    if value is None:
        return UNKNOWN
    locale, unit = language.LOCALES[lang], FIGURES[name][1]
    if unit == "percent":
        return str(format_percent(value / 100, format="#,##0.#%" if lang == "en" else "#,##0.# %", locale=locale))
    return str(format_decimal(value, format="#,##0.##" if unit == "score" else "#,##0.#", locale=locale))


def change(name: str, now: float | None, before: float | None) -> tuple[float, str] | None:
    """Return the change since the previous period, and whether it is "good", "bad" or "plain"; None if unknown.

    The change is in percent for counts, else in the unit of the figure.
    """
    if now is None or before is None:
        return None
    _, unit, better = FIGURES[name]
    if unit == "count":
        if not before:
            return None
        moved = round(100 * (now - before) / before, 1)
    else:
        moved = round(now - before, 2)
    if not moved or better is None:
        return moved, "plain"
    return moved, "good" if (moved > 0) == (better == "up") else "bad"
