"""Every figure calculated a second time, from the raw list of appointments, with only loops and sorting."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from pymongo.database import Database

Raw = dict[str, Any]
BRUSSELS = ZoneInfo("Europe/Brussels")
MINUTE = dt.timedelta(minutes=1)


def appointments(booking: Database[Raw], municipality: str) -> list[Raw]:
    """All of them, as booking keeps them, with the score that was given."""
    scores = {each["_id"]: each["score"] for each in booking.feedback.find({})}
    found = {
        claim["appointment"]["id"]: claim["appointment"]
        for agenda in booking.agendas.find({"municipality": municipality})
        for claim in agenda.get("claims", ())
        if claim.get("appointment") and claim["appointment"]["state"] != "held"
    }
    return [{**each, "score": scores.get(each["id"])} for each in found.values()]


def day(moment: dt.datetime) -> str:
    return moment.astimezone(BRUSSELS).date().isoformat()


def figures(visits: list[Raw], offered: int, tickets: list[Raw], thirds: list[int]) -> dict[str, Any]:
    """Of one period. `offered`: the minutes that people could give in it; `thirds`: days to the third free slot."""
    states = [each["state"] for each in visits]
    coming = [each for each in visits if each["state"] != "cancelled"]
    done = [each for each in visits if each["state"] == "completed"]
    expected = states.count("no_show") + len(done)
    late = [each for each in visits if _when(each, "cancel") and _by(each, "cancel") in ("resident", "portal")
            and each["start"] - _when(each, "cancel") < dt.timedelta(hours=24)]  # fmt: skip
    waits = [(_when(each, "start") - _when(each, "check_in")) / MINUTE for each in visits if _when(each, "start")]
    begun = [each for each in visits if _when(each, "start")]
    lates = [_late(each) for each in begun]
    here = [each for each in begun if _when(each, "check_in")]
    early = [round((_when(each, "start") - _when(each, "check_in")) / MINUTE) - _late(each) for each in here]
    noted = [each["outcome"] for each in done if each["outcome"]]
    served = [(_when(each, "complete") - _when(each, "start")) / MINUTE for each in done]
    planned = [(each["end"] - each["start"]) / MINUTE for each in done]
    scores = [each["score"] for each in visits if each["score"] is not None]
    helped = [each for each in tickets if each["state"] == "completed"]
    walk_in_waits = [
        round((_when(each, "call") - each["arrived_at"]) / MINUTE) for each in tickets if _when(each, "call")
    ]
    walk_in_served = [round((_when(each, "complete") - _when(each, "call")) / MINUTE) for each in helped]
    at_once = [each for each in helped if each["outcome"] == "answered" and each.get("follows") is None]
    return {
        "appointments": len(visits),
        **{name: states.count(name) for name in ("booked", "completed", "no_show", "cancelled")},
        "lead_days_median": _nearest_rank([_quarters(each) for each in coming], 0.5),
        "lead_days_p90": _nearest_rank([_quarters(each) for each in coming], 0.9),
        "third_free_days": _nearest_rank(thirds, 0.5),
        "booked_share": _percent(sum((each["end"] - each["start"]) / MINUTE for each in coming), offered),
        "served_share": _percent(sum(served), offered),
        "no_show_share": _percent(states.count("no_show"), expected),
        "late_cancellation_share": _percent(len(late), len(visits)),
        "reschedules": sum(step["command"] == "reschedule" for each in visits for step in each["history"]),
        "waited_median": _nearest_rank(waits, 0.5),
        "waited_p90": _nearest_rank(waits, 0.9),
        "on_time_share": _percent(sum(late <= 5 for late in lates), len(begun)),
        "waited_late_median": _nearest_rank(lates, 0.5),
        "waited_late_p90": _nearest_rank(lates, 0.9),
        "waited_early_median": _nearest_rank(early, 0.5),
        "prepared_share": _percent(sum(outcome != "not_prepared" for outcome in noted), len(noted)),
        "second_visit_share": _percent(sum(each.get("follows") is not None for each in done), len(done)),
        "served_median": _nearest_rank(served, 0.5),
        "served_to_planned": _percent(sum(served), sum(planned)),
        "first_contact_share": _percent(sum(each["outcome"] == "answered" for each in done), len(done)),
        "satisfaction": round(sum(scores) / len(scores), 2) if scores else None,
        "response_share": _percent(len(scores), len(done)),
        "booked_online_share": _percent(sum(each["booked_by"] != "staff" for each in visits), len(visits)),
        "walk_ins": len(tickets),
        "walk_in_share": _percent(len(helped), len(helped) + len(done)),
        "walk_in_waited_p90": _nearest_rank(walk_in_waits, 0.9),
        "walk_in_served_median": _nearest_rank(walk_in_served, 0.5),
        "walk_in_first_contact_share": _percent(len(at_once), len(helped)),
        "walk_in_follow_up_share": _percent(sum(each["outcome"] == "follow_up" for each in helped), len(helped)),
        "walk_in_left_share": _percent(sum(each["state"] == "left" for each in tickets), len(tickets)),
    }


def _when(visit: Raw, command: str) -> dt.datetime | None:
    return next((step["at"] for step in reversed(visit["history"]) if step["command"] == command), None)


def _by(visit: Raw, command: str) -> str | None:
    return next((step["by"] for step in reversed(visit["history"]) if step["command"] == command), None)


def _late(visit: Raw) -> int:
    """Minutes from the time of the appointment, or of a later arrival, to the beginning of the visit."""
    since = max(visit["start"], _when(visit, "check_in") or visit["start"])
    return max(0, round((_when(visit, "start") - since) / MINUTE))


def _quarters(visit: Raw) -> float:
    """Days in quarters; from eight days on in halves, from sixteen in whole days, and so on."""
    quarters, step = math.floor((visit["start"] - visit["booked_at"]) / dt.timedelta(hours=6)), 1
    while quarters >= 32 * step:
        step *= 2
    return quarters // step * step / 4


def _nearest_rank(values: Iterable[float], share: float) -> float | None:
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None


def _percent(part: float, whole: float) -> float | None:
    return round(100 * part / whole, 1) if whole else None
