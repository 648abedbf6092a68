"""The figures, by aggregation in MongoDB. docs/reference/figures.md gives each one's formula."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pymongo.database import Database

from loket_contracts.errors import Refusal

Document = dict[str, Any]
#: the states in which an appointment is counted; a hold is not yet one
STATES = ("booked", "checked_in", "in_service", "parked", "completed", "no_show", "cancelled")
#: the period when none is given: so many days back and ahead of today
USUAL_DAYS = 90
MOST_DAYS = 3700


def period(first: str | None, last: str | None, today: dt.date) -> tuple[str, str]:
    """The local days of a period, inclusive. Raises Refusal: invalid-request."""
    start = _date(first, "from") or today - dt.timedelta(days=USUAL_DAYS)
    end = _date(last, "to") or max(start, today) + dt.timedelta(days=USUAL_DAYS)
    if end < start:
        raise Refusal("invalid-request", errors=[{"parameter": "to", "detail": "This lies before `from`."}])
    if (end - start).days > MOST_DAYS:
        raise Refusal("invalid-request", errors=[{"parameter": "to", "detail": f"Ask for {MOST_DAYS} days at most."}])
    return start.isoformat(), end.isoformat()


def _date(text: str | None, parameter: str) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        detail = "Give a date as YYYY-MM-DD."
        raise Refusal("invalid-request", errors=[{"parameter": parameter, "detail": detail}]) from error


def overview(database: Database[Document], municipality: str, first: str, last: str) -> Document:
    """Appointments whose visit falls in the period, by state, team and type; lead time; messages of the period."""
    within = {"municipality": municipality, "day": {"$gte": first, "$lte": last}}
    found = next(
        iter(
            database.appointments.aggregate(
                [
                    {"$match": within},
                    {
                        "$facet": {
                            "by_state": [_count("$state")],
                            "by_team": [_count("$team", "$state")],
                            "by_type": [
                                {"$unwind": "$appointment_types"},
                                _count("$appointment_types", "$state"),
                            ],
                            "by_day": [_count("$day", "$state"), {"$sort": {"_id": 1}}],
                            "lead": [
                                {"$match": {"state": {"$ne": "cancelled"}}},
                                {"$group": {"_id": None, "average": {"$avg": "$lead_minutes"}}},
                            ],
                        }
                    },
                ]
            )
        )
    )
    messages = {row["_id"]["key"]: row["count"] for row in database.messages.aggregate(
        [{"$match": within}, _count("$state")]
    )}  # fmt: skip
    states = {row["_id"]["key"]: row["count"] for row in found["by_state"]}
    lead = found["lead"][0]["average"] if found["lead"] else None
    return {
        "municipality": municipality,
        "from": first,
        "to": last,
        "appointments": {"total": sum(states.values()), **{state: states.get(state, 0) for state in STATES}},
        "average_lead_days": round(lead / 1440, 1) if lead is not None else None,
        "by_team": _grouped(found["by_team"]),
        "by_appointment_type": _grouped(found["by_type"]),
        "by_day": _grouped(found["by_day"]),
        # one that is known to be delivered was sent
        "messages": {
            "sent": messages.get("sent", 0) + messages.get("delivered", 0),
            "failed": messages.get("failed", 0),
        },
    }


def _count(key: str, state: str | None = None) -> Document:
    identity = {"key": key, "state": state} if state else {"key": key}
    return {"$group": {"_id": identity, "count": {"$sum": 1}}}


def _grouped(rows: list[Document]) -> list[Document]:
    """Rows per (key, state) as one row per key, by key."""
    table: dict[str, Document] = {}
    for row in rows:
        entry = table.setdefault(row["_id"]["key"], {"id": row["_id"]["key"], **dict.fromkeys(STATES, 0)})
        entry[row["_id"]["state"]] = row["count"]
    return [table[key] for key in sorted(table)]
