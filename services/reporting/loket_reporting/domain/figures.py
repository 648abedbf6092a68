"""Calculate the figures from counts. `loket_contracts.figures` says what each of them is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from loket_contracts.figures import FIGURES

Number = int | float | None


class GroupedCounts:
    """Counts, those of one kind together: `waited:12` is under 12 in the kind `waited`."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._kinds: dict[str, dict[str, int]] = defaultdict(dict)
        self._values: dict[str, dict[int, int]] = {}
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
        if name not in self._values:
            self._values[name] = dict(sorted((int(value), number) for value, number in self.kind(name).items()))
        return self._values[name]


def total(*names: str) -> Callable[[GroupedCounts], int]:
    if len(names) == 1:
        return lambda counts: counts.total(names[0])
    return lambda counts: sum([counts.total(name) for name in names])


def _all_of(kind: str) -> Callable[[GroupedCounts], int]:
    return lambda counts: sum(counts.kind(kind).values())


def _share(
    part: Callable[[GroupedCounts], int], whole: Callable[[GroupedCounts], int]
) -> Callable[[GroupedCounts], Number]:
    def share(counts: GroupedCounts) -> Number:
        of = whole(counts)
        return round(100 * part(counts) / of, 1) if of else None

    return share


def percentile(values: Mapping[int, int], share: float) -> int | None:
    """The smallest value that at least `share` of all do not exceed (nearest rank); None without values.

    `values`: from the smallest.
    """
    needed, seen = share * sum(values.values()), 0
    for value, number in values.items():
        seen += number
        if seen >= needed and number:
            return value
    return None


def _percentile(kind: str, share: float, unit: float = 1) -> Callable[[GroupedCounts], Number]:
    def figure(counts: GroupedCounts) -> Number:
        found = percentile(counts.values(kind), share)
        return None if found is None else found * unit

    return figure


def _mean(kind: str) -> Callable[[GroupedCounts], Number]:
    def figure(counts: GroupedCounts) -> Number:
        values = counts.values(kind)
        number = sum(values.values())
        return round(sum(value * times for value, times in values.items()) / number, 2) if number else None

    return figure


_appointments, _tickets = total("appointments"), total("tickets")
_expected = total("state:completed", "state:no_show")
_visits = total("state:completed", "ticket_state:completed")
_outcomes, _scores = _all_of("outcome"), _all_of("score")
QUARTER_DAY = 0.25

#: how each figure of `loket_contracts.figures` is calculated; None where there is nothing to calculate it from
CALCULATIONS: dict[str, Callable[[GroupedCounts], Number]] = {
    "appointments": _appointments,
    "booked": total("state:booked"),
    "checked_in": total("state:checked_in"),
    "in_service": total("state:in_service"),
    "parked": total("state:parked"),
    "completed": total("state:completed"),
    "no_show": total("state:no_show"),
    "cancelled": total("state:cancelled"),
    "lead_days_median": _percentile("lead", 0.5, QUARTER_DAY),
    "lead_days_p90": _percentile("lead", 0.9, QUARTER_DAY),
    "first_free_days": _percentile("first", 0.5),
    "third_free_days": _percentile("third", 0.5),
    "booked_share": _share(total("booked_minutes"), total("offered_minutes")),
    "served_share": _share(total("served_minutes"), total("offered_minutes")),
    "no_show_share": _share(total("state:no_show"), _expected),
    "late_cancellation_share": _share(total("cancelled_late"), _appointments),
    "cancelled_share": _share(total("state:cancelled"), _appointments),
    "reschedules": total("reschedules"),
    "waited_median": _percentile("waited", 0.5),
    "waited_p90": _percentile("waited", 0.9),
    "served_median": _percentile("served", 0.5),
    "served_to_planned": _share(total("served_sum"), total("planned_of_served")),
    "walk_ins": _tickets,
    "walk_in_share": _share(total("ticket_state:completed"), _visits),
    "walk_in_waited_median": _percentile("ticket_waited", 0.5),
    "walk_in_left_share": _share(total("ticket_state:left"), _tickets),
    "first_contact_share": _share(total("first_contact"), _outcomes),
    "follow_up_share": _share(total("outcome:follow_up"), _outcomes),
    "satisfaction": _mean("score"),
    "response_share": _share(_scores, total("state:completed")),
    "booked_online_share": _share(total("booked_by:resident", "booked_by:portal"), _appointments),
    "waiting_list": total("waiting"),
    "waiting_list_share": _share(total("waiting_outcome:accepted"), total("waiting")),
    "messages": total("message:email_sent", "message:email_delivered", "message:sms_sent", "message:sms_delivered"),
    "messages_failed": total("message:email_failed", "message:sms_failed"),
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


def break_down(counts: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Every breakdown: how many of each kind."""
    grouped = GroupedCounts(counts)
    return {name: dict(sorted(grouped.kind(kind).items())) for name, kind in BREAKDOWNS.items()}
