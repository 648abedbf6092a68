"""The figures: each with its formula, worked out from counts. docs/reference/figures.md is made from this table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Number = int | float | None


class GroupedCounts:
    """Counts, those of one kind together: `waited:12` is under 12 in the kind `waited`."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._kinds: dict[str, dict[str, int]] = defaultdict(dict)
        for name, number in counts.items():
            kind, is_one, each = name.partition(":")
            if is_one and number:
                self._kinds[kind][each] = number

    def total(self, name: str) -> int:
        return self._counts.get(name, 0)

    def kind(self, name: str) -> Mapping[str, int]:
        """How many there are of each of this kind."""
        return self._kinds.get(name, {})

    def values(self, name: str) -> dict[int, int]:
        """How often each value of a measure was counted, from the smallest."""
        return dict(sorted((int(value), number) for value, number in self.kind(name).items()))


@dataclass(frozen=True)
class Figure:
    """One figure. `unit`: count, percent, days, minutes or score. `work_out` gives None where there is nothing to say.

    `better`: "up" or "down" when one of the two is good news.
    """

    name: str
    unit: str
    formula: str
    work_out: Callable[[GroupedCounts], Number]
    better: str | None = None


def total(*names: str) -> Callable[[GroupedCounts], int]:
    return lambda counts: sum(counts.total(name) for name in names)


def _all_of(kind: str) -> Callable[[GroupedCounts], int]:
    return lambda counts: sum(counts.kind(kind).values())


def _share(
    part: Callable[[GroupedCounts], int], whole: Callable[[GroupedCounts], int]
) -> Callable[[GroupedCounts], Number]:
    def share(counts: GroupedCounts) -> Number:
        return round(100 * part(counts) / whole(counts), 1) if whole(counts) else None

    return share


def percentile(values: Mapping[int, int], share: float) -> int | None:
    """The smallest value that at least `share` of all do not exceed (the nearest rank); None of nothing."""
    needed, seen = share * sum(values.values()), 0
    for value, number in sorted(values.items()):
        seen += number
        if seen >= needed and number:
            return value
    return None


def _percentile(kind: str, share: float, unit: float = 1) -> Callable[[GroupedCounts], Number]:
    def work_out(counts: GroupedCounts) -> Number:
        found = percentile(counts.values(kind), share)
        return None if found is None else found * unit

    return work_out


def _mean(kind: str) -> Callable[[GroupedCounts], Number]:
    def work_out(counts: GroupedCounts) -> Number:
        values = counts.values(kind)
        number = sum(values.values())
        return round(sum(value * times for value, times in values.items()) / number, 2) if number else None

    return work_out


_appointments, _tickets = total("appointments"), total("tickets")
_expected = total("state:completed", "state:no_show")
_visits = total("state:completed", "ticket_state:completed")
_outcomes, _scores = _all_of("outcome"), _all_of("score")
QUARTER_DAY = 0.25


def _more(name: str, formula: str) -> Figure:
    return Figure(name, "count", formula, total(f"state:{name}"))


FIGURES: dict[str, Figure] = {
    figure.name: figure
    for figure in (
        Figure("appointments", "count", "appointments whose visit falls in the period, whatever became of them",
               _appointments),
        _more("booked", "those that are still to come, or of which nobody noted what became"),
        _more("checked_in", "those whose resident is waiting"),
        _more("in_service", "those that are going on"),
        _more("parked", "those that wait for something and go on later"),
        _more("completed", "those that were helped"),
        _more("no_show", "those whose resident did not come"),
        _more("cancelled", "those that were cancelled, by anybody"),
        Figure("lead_days_median", "days", "median of (start of the visit - moment of booking), over appointments that "
               "were not cancelled, in quarters of a day rounded down", _percentile("lead", 0.5, QUARTER_DAY), "down"),
        Figure("lead_days_p90", "days", "the same, ninth decile", _percentile("lead", 0.9, QUARTER_DAY), "down"),
        Figure("first_free_days", "days", "median of the days until the first free slot, looked up once a day for each "
               "type and location", _percentile("first", 0.5), "down"),
        Figure("third_free_days", "days", "the same for the third free slot, which one cancellation does not move",
               _percentile("third", 0.5), "down"),
        Figure("booked_share", "percent", "minutes of appointments not cancelled / minutes that people offered; "
               "each person of an appointment counts, rooms do not", _share(total("booked_minutes"),
               total("offered_minutes"))),
        Figure("served_share", "percent", "minutes in which residents were helped / minutes that people offered",
               _share(total("served_minutes"), total("offered_minutes"))),
        Figure("no_show_share", "percent", "no-shows / (no-shows + completed)",
               _share(total("state:no_show"), _expected), "down"),
        Figure("late_cancellation_share", "percent", "cancelled by the resident less than 24 hours "
               "before / appointments",
               _share(total("cancelled_late"), _appointments), "down"),
        Figure("cancelled_share", "percent", "cancelled / appointments",
               _share(total("state:cancelled"), _appointments), "down"),
        Figure("reschedules", "count", "how often appointments were moved", total("reschedules")),
        Figure("waited_median", "minutes", "median of (helped - checked in), of appointments",
               _percentile("waited", 0.5), "down"),
        Figure("waited_p90", "minutes", "the same, ninth decile", _percentile("waited", 0.9),
               "down"),
        Figure("served_median", "minutes", "median of the time in which a resident was helped, parked time left out",
               _percentile("served", 0.5)),
        Figure("served_to_planned", "percent", "minutes helped / minutes planned, over visits that were both begun and "
               "completed", _share(total("served_sum"), total("planned_of_served"))),
        Figure("walk_ins", "count", "numbers given to people without an appointment, on their day", _tickets),
        Figure("walk_in_share", "percent", "walk-ins helped / all who were helped",
               _share(total("ticket_state:completed"), _visits)),
        Figure("walk_in_waited_median", "minutes", "median of (called - number given)",
               _percentile("ticket_waited", 0.5), "down"),
        Figure("walk_in_left_share", "percent", "walk-ins who went away before they were helped / walk-ins",
               _share(total("ticket_state:left"), _tickets), "down"),
        Figure("first_contact_share", "percent", "completed appointments answered at once that follow no other / "
               "completed appointments", _share(total("first_contact"), _outcomes), "up"),
        Figure("follow_up_share", "percent", "completed appointments that need another / completed appointments",
               _share(total("outcome:follow_up"), _outcomes), "down"),
        Figure("satisfaction", "score", "mean score, from 1 to 5", _mean("score"), "up"),
        Figure("response_share", "percent", "scores given / completed appointments",
               _share(_scores, total("state:completed")), "up"),
        Figure("booked_online_share", "percent", "booked by the resident or by a portal / appointments",
               _share(total("booked_by:resident", "booked_by:portal"), _appointments)),
        Figure("waiting_list", "count", "residents who asked for an earlier moment, by the day that they did",
               total("waiting")),
        Figure("waiting_list_share", "percent", "those who got an earlier moment / those who asked for one",
               _share(total("waiting_outcome:accepted"), total("waiting")), "up"),
        Figure("messages", "count", "messages that left, by the day (UTC) that they did",
               total("message:email_sent", "message:email_delivered", "message:sms_sent", "message:sms_delivered")),
        Figure("messages_failed", "count", "messages that were given up", total("message:email_failed",
               "message:sms_failed"), "down"),
    )
}  # fmt: skip

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


def work_out(counts: Mapping[str, int]) -> dict[str, Number]:
    """Every figure, by name."""
    grouped = GroupedCounts(counts)
    return {name: figure.work_out(grouped) for name, figure in FIGURES.items()}


def break_down(counts: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Every breakdown: how many of each kind."""
    grouped = GroupedCounts(counts)
    return {name: dict(sorted(grouped.kind(kind).items())) for name, kind in BREAKDOWNS.items()}
