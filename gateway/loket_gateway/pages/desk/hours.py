"""Conversion between the form of weekly hours and opening rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from loket_contracts.fields import WEEKDAYS

#: parts of a rule with a single value
SINGLE = ("from", "to", "valid_from", "valid_until", "every_weeks")
#: empty rows at the end of a form
SPARE = 1
MAX_ROWS = 40

Rule = dict[str, Any]


def rows_of(rules: Sequence[Rule] | None) -> list[Rule]:
    """Return the rows of the form: the rules, and empty ones."""
    return [*(rules or ()), *({} for _ in range(SPARE))]


def sent(form: MultiDict[str, str]) -> list[Rule]:
    """Return the rows of a sent form."""
    rows: list[Rule] = []
    while f"from-{len(rows)}" in form and len(rows) < MAX_ROWS:
        at = len(rows)
        row: Rule = {
            "days": [day for day in WEEKDAYS if day in form.getlist(f"days-{at}")],
            **{name: form.get(f"{name}-{at}", "").strip() for name in SINGLE},
            "appointment_types": form.get(f"appointment_types-{at}", "").split(),
        }
        rows.append(row if any(row.values()) else {})
    return rows


def rules_of(form: MultiDict[str, str]) -> tuple[list[Rule], list[int]]:
    """Return the rules of a form with the row of each. Empty and deleted rows are left out."""
    rules, rows = [], []
    for at, row in enumerate(sent(form)):
        if form.get(f"gone-{at}") or not any(row.get(name) for name in ("days", "from", "to")):
            continue
        rules.append({"days": row["days"], **{name: value for name, value in row.items() if value}})
        rows.append(at)
    return rules, rows


def languages_of(form: MultiDict[str, str]) -> list[str] | None:
    """Return the languages that are ticked; None in the form of a room."""
    return form.getlist("languages") if form.get("with_languages") else None


def places_of(errors: Sequence[Mapping[str, str]], rows: Sequence[int]) -> dict[str, str]:
    """Return errors by field of the form: `/hours/1/to` is `to-3` when the second rule is in row 3."""
    wrong = {}
    for error in errors:
        parts = error["pointer"].strip("/").split("/")
        if parts[0] == "hours" and len(parts) > 1 and parts[1].isdigit() and int(parts[1]) < len(rows):
            field = parts[2] if len(parts) > 2 else "days"
            wrong[f"{field}-{rows[int(parts[1])]}"] = error["detail"]
        else:
            wrong["hours"] = error["detail"]
    return wrong


def week_of(rules: Sequence[Rule]) -> list[tuple[str, list[Rule]]]:
    """Return the rules by weekday, each day in order."""
    return [
        (day, sorted((rule for rule in rules if day in rule["days"]), key=lambda rule: rule["from"]))
        for day in WEEKDAYS
    ]
