"""Calculate the figures from counts. `loket_contracts.figures` says what each of them is."""

from __future__ import annotations

from collections.abc import Mapping

from loket_contracts.figures import FIGURES
from loket_contracts.rpc.reporting.answers import Change

from .calculations import AllOfKind, Calculation, GroupedCounts, Mean, Number, Percentile, Share, Total
from .uncertainty import margin

_appointments, _tickets = Total("appointments"), Total("tickets")
_expected = Total("state:completed", "state:no_show")
_visits = Total("state:completed", "ticket_state:completed")
_noted = Total("outcome:answered", "outcome:follow_up", "outcome:referred", "outcome:not_prepared")
_walk_in_outcomes = AllOfKind("ticket_outcome")
_outcomes, _scores = AllOfKind("outcome"), AllOfKind("score")
_offered = Total("offered_minutes")
QUARTER_DAY = 0.25

#: how each figure of `loket_contracts.figures` is calculated
CALCULATIONS: dict[str, Calculation] = {
    "appointments": _appointments,
    "booked": Total("state:booked"),
    "checked_in": Total("state:checked_in"),
    "in_service": Total("state:in_service"),
    "parked": Total("state:parked"),
    "completed": Total("state:completed"),
    "no_show": Total("state:no_show"),
    "cancelled": Total("state:cancelled"),
    "lead_days_median": Percentile("lead", 0.5, QUARTER_DAY),
    "lead_days_p90": Percentile("lead", 0.9, QUARTER_DAY),
    "first_free_days": Percentile("first", 0.5),
    "third_free_days": Percentile("third", 0.5),
    "booked_share": Share(Total("booked_minutes"), _offered, of_minutes=True),
    "served_share": Share(Total("served_minutes"), _offered, of_minutes=True),
    "no_show_share": Share(Total("state:no_show"), _expected),
    "late_cancellation_share": Share(Total("cancelled_late"), _appointments),
    "cancelled_share": Share(Total("state:cancelled"), _appointments),
    "reschedules": Total("reschedules"),
    "waited_median": Percentile("waited", 0.5),
    "waited_p90": Percentile("waited", 0.9),
    "on_time_share": Share(Total("on_time"), Total("begun")),
    "waited_early_median": Percentile("early", 0.5),
    "waited_late_median": Percentile("late", 0.5),
    "waited_late_p90": Percentile("late", 0.9),
    "served_median": Percentile("served", 0.5),
    "served_to_planned": Share(Total("served_sum"), Total("planned_of_served"), of_minutes=True),
    "walk_ins": _tickets,
    "walk_in_share": Share(Total("ticket_state:completed"), _visits),
    "walk_in_waited_median": Percentile("ticket_waited", 0.5),
    "walk_in_waited_p90": Percentile("ticket_waited", 0.9),
    "walk_in_served_median": Percentile("ticket_served", 0.5),
    "walk_in_first_contact_share": Share(Total("ticket_first_contact"), _walk_in_outcomes),
    "walk_in_follow_up_share": Share(Total("ticket_outcome:follow_up"), _walk_in_outcomes),
    "walk_in_left_share": Share(Total("ticket_state:left"), _tickets),
    "first_contact_share": Share(Total("first_contact"), _outcomes),
    "follow_up_share": Share(Total("outcome:follow_up"), _outcomes),
    "prepared_share": Share(Total("outcome:answered", "outcome:follow_up", "outcome:referred"), _noted),
    "second_visit_share": Share(Total("second_visits"), Total("state:completed")),
    "satisfaction": Mean("score"),
    "response_share": Share(_scores, Total("state:completed")),
    "booked_online_share": Share(Total("booked_by:resident", "booked_by:portal"), _appointments),
    "waiting_list": Total("waiting"),
    "waiting_list_share": Share(Total("waiting_outcome:accepted"), Total("waiting")),
    "messages": Total("message:email_sent", "message:email_delivered", "message:sms_sent", "message:sms_delivered"),
    "messages_failed": Total("message:email_failed", "message:sms_failed"),
}

#: the kinds of counts that are shown as they are, such as how much notice was given
BREAKDOWNS = {
    "booked_by": "booked_by",
    "channels": "channel",
    "cancelled_by": "cancelled_by",
    "notice": "notice",
    "outcomes": "outcome",
    "scores": "score",
    "waiting_list": "waiting_outcome",
    "messages": "message",
}


def calculate(counts: Mapping[str, int]) -> dict[str, Number]:
    """Every figure, by name."""
    grouped = GroupedCounts(counts)
    return {name: CALCULATIONS[name](grouped) for name in FIGURES}


def ratios_only(figures: Mapping[str, Number]) -> dict[str, Number]:
    """The figures without the counts, which cannot be compared between periods of different lengths."""
    return {name: None if FIGURES[name].unit == "count" else value for name, value in figures.items()}


def compare(
    figures: Mapping[str, Number], counts: Mapping[str, int], before: Mapping[str, Number], earlier: Mapping[str, int]
) -> dict[str, Change]:
    """The change of each figure that both periods have, with its margin. `counts`, `earlier`: those of each period."""
    now, then = GroupedCounts(counts), GroupedCounts(earlier)
    changes: dict[str, Change] = {}
    for name, calculation in CALCULATIONS.items():
        new, old = figures[name], before[name]
        if new is not None and old is not None:
            found = margin(calculation.variance(now), calculation.variance(then))
            changes[name] = {"difference": round(new - old, 2), "margin": found}
    return changes


def break_down(counts: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Every breakdown: how many of each kind."""
    grouped = GroupedCounts(counts)
    return {name: dict(sorted(grouped.kind(kind).items())) for name, kind in BREAKDOWNS.items()}
