"""The weekly hours of somebody, between the form that people see and the rules that booking keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from loket_contracts.fields import WEEKDAYS

#: the parts of a rule that have one value each
SINGLE = ("from", "to", "valid_from", "valid_until", "every_weeks")
#: rows that a form has beyond those that are filled in
SPARE = 1
MAX_ROWS = 40

Rule = dict[str, Any]


def rows_of(rules: Sequence[Rule] | None) -> list[Rule]:
    """The rows of the form: the rules, and some to fill in."""
    return [*(rules or ()), *({} for _ in range(SPARE))]


def sent(form: MultiDict[str, str]) -> list[Rule]:
    """The rows as they were sent; one with nothing in it is empty."""
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
    """What was filled in, and the row of each. A row without days and times is none, nor one that is ticked off."""
    rules, rows = [], []
    for at, row in enumerate(sent(form)):
        if form.get(f"gone-{at}") or not any(row.get(name) for name in ("days", "from", "to")):
            continue
        rules.append({"days": row["days"], **{name: value for name, value in row.items() if value}})
        rows.append(at)
    return rules, rows


def places_of(errors: Sequence[Mapping[str, str]], rows: Sequence[int]) -> dict[str, str]:
    """What is wrong by the field of the form: `/hours/1/to` is `to-3` when the second rule stands in the row 3."""
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
    """The rules by weekday, each day's in the order of the clock."""
    return [
        (day, sorted((rule for rule in rules if day in rule["days"]), key=lambda rule: rule["from"]))
        for day in WEEKDAYS
    ]
