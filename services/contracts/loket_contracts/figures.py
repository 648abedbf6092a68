"""Every figure: its title, unit, formula, and whether higher or lower is better.

Reporting calculates them, the gateway shows them, and docs/reference/figures.md lists them. Adding a figure takes an
entry here, its calculation in `loket_reporting.domain.figures`, and the translations of its title.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One figure.

    `title`: in English, the key of its translations. `unit`: count, percent, days, minutes or score. `better`: "up" or
    "down" when one of the two is good news.
    """

    name: str
    title: str
    unit: str
    formula: str
    better: str | None = None


FIGURES: dict[str, Figure] = {
    figure.name: figure
    for figure in (
        Figure(
            "appointments",
            "Appointments",
            "count",
            "appointments whose visit falls in the period, whatever became of them",
        ),
        Figure(
            "booked",
            "Still to come",
            "count",
            "appointments that are still to come, or have no recorded outcome",
        ),
        Figure("checked_in", "Waiting now", "count", "appointments whose resident is waiting"),
        Figure("in_service", "Going on now", "count", "appointments that are going on"),
        Figure("parked", "Parked", "count", "appointments that wait for something and go on later"),
        Figure("completed", "Helped", "count", "appointments whose resident was helped"),
        Figure("no_show", "Did not come", "count", "appointments whose resident did not come"),
        Figure("cancelled", "Cancelled", "count", "appointments that the resident or the municipality cancelled"),
        Figure(
            "lead_days_median",
            "Days from booking to visit (median)",
            "days",
            "median of (start of the visit - moment of booking), over appointments that were not cancelled, "
            "in quarters of a day rounded down; from eight days on, less than a sixteenth too small",
            "down",
        ),
        Figure(
            "lead_days_p90",
            "Days from booking to visit (9 in 10)",
            "days",
            "ninth decile of (start of the visit - moment of booking), over appointments that were not cancelled",
            "down",
        ),
        Figure(
            "first_free_days",
            "Days to the first free moment",
            "days",
            "median of the days until the first free slot, looked up once a day for each type and location",
            "down",
        ),
        Figure(
            "third_free_days",
            "Days to the third free moment",
            "days",
            "median of the days until the third free slot, which one cancellation does not move",
            "down",
        ),
        Figure(
            "booked_share",
            "Offered time that was booked",
            "percent",
            "minutes of appointments not cancelled / minutes that people offered; each person of an "
            "appointment counts, rooms do not",
        ),
        Figure(
            "served_share",
            "Offered time spent on visits",
            "percent",
            "minutes in which residents were helped / minutes that people offered",
        ),
        Figure(
            "no_show_share",
            "Did not come, of those expected",
            "percent",
            "no-shows / (no-shows + completed)",
            "down",
        ),
        Figure(
            "late_cancellation_share",
            "Cancelled within 24 hours",
            "percent",
            "cancelled by the resident less than 24 hours before the start / appointments",
            "down",
        ),
        Figure("cancelled_share", "Cancelled, of all", "percent", "cancelled / appointments", "down"),
        Figure("reschedules", "Times moved", "count", "how often appointments were moved"),
        Figure(
            "waited_median",
            "Minutes waited (median)",
            "minutes",
            "median of (helped - checked in), of appointments",
            "down",
        ),
        Figure(
            "waited_p90",
            "Minutes waited (9 in 10)",
            "minutes",
            "ninth decile of (helped - checked in), of appointments",
            "down",
        ),
        Figure(
            "on_time_share",
            "Began on time",
            "percent",
            "appointments begun at most 5 minutes after their time, or after a later check-in / appointments begun",
            "up",
        ),
        Figure(
            "waited_early_median",
            "Minutes here before the time (median)",
            "minutes",
            "median of the part of the waiting before the time of the appointment, over those who checked in",
        ),
        Figure(
            "waited_late_median",
            "Minutes waited beyond the time (median)",
            "minutes",
            "median of (helped - time of the appointment, or check-in when that was later), 0 when helped earlier",
            "down",
        ),
        Figure(
            "waited_late_p90",
            "Minutes waited beyond the time (9 in 10)",
            "minutes",
            "ninth decile of (helped - time of the appointment, or check-in when that was later), 0 when helped "
            "earlier",
            "down",
        ),
        Figure(
            "served_median",
            "Minutes helped (median)",
            "minutes",
            "median of the time in which a resident was helped, parked time left out",
        ),
        Figure(
            "served_to_planned",
            "Time helped, of time planned",
            "percent",
            "minutes helped / minutes planned, over visits that were both begun and completed",
        ),
        Figure("walk_ins", "Walk-ins", "count", "numbers given to people without an appointment, on their day"),
        Figure("walk_in_share", "Walk-ins, of all who were helped", "percent", "walk-ins helped / all who were helped"),
        Figure(
            "walk_in_waited_median",
            "Minutes that walk-ins waited (median)",
            "minutes",
            "median of (called - number given)",
            "down",
        ),
        Figure(
            "walk_in_waited_p90",
            "Minutes that walk-ins waited (9 in 10)",
            "minutes",
            "ninth decile of (called - number given)",
            "down",
        ),
        Figure(
            "walk_in_served_median",
            "Minutes that walk-ins were helped (median)",
            "minutes",
            "median of the time in which a walk-in was helped, parked time left out",
        ),
        Figure(
            "walk_in_first_contact_share",
            "Walk-ins answered at first contact",
            "percent",
            "walk-ins answered at once that follow no other visit / walk-ins helped",
            "up",
        ),
        Figure(
            "walk_in_follow_up_share",
            "Walk-ins who need an appointment",
            "percent",
            "walk-ins helped who need another visit / walk-ins helped",
            "down",
        ),
        Figure(
            "walk_in_left_share",
            "Walk-ins who went away",
            "percent",
            "walk-ins who went away before they were helped / walk-ins",
            "down",
        ),
        Figure(
            "first_contact_share",
            "Answered at first contact",
            "percent",
            "completed appointments answered at once that follow no other / completed appointments",
            "up",
        ),
        Figure(
            "follow_up_share",
            "Need another appointment",
            "percent",
            "completed appointments that need another / completed appointments",
            "down",
        ),
        Figure(
            "prepared_share",
            "Came prepared",
            "percent",
            "completed appointments whose outcome is noted and not that the resident was not prepared / completed "
            "appointments whose outcome is noted",
            "up",
        ),
        Figure(
            "second_visit_share",
            "Second visits",
            "percent",
            "completed appointments that follow another visit / completed appointments",
            "down",
        ),
        Figure("satisfaction", "Score from 1 to 5", "score", "mean score, from 1 to 5", "up"),
        Figure("response_share", "Gave a score", "percent", "scores given / completed appointments", "up"),
        Figure(
            "booked_online_share",
            "Booked online",
            "percent",
            "booked by the resident or by a portal / appointments",
        ),
        Figure(
            "waiting_list",
            "Asked for an earlier moment",
            "count",
            "residents who asked for an earlier moment, by the day that they did",
        ),
        Figure(
            "waiting_list_share",
            "Got an earlier moment",
            "percent",
            "those who got an earlier moment / those who asked for one",
            "up",
        ),
        Figure("messages", "Messages sent", "count", "messages that left, by the day (UTC) that they did"),
        Figure("messages_failed", "Messages that failed", "count", "messages that were given up", "down"),
    )
}
