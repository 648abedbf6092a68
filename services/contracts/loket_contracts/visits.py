"""The states of a visit, by appointment or by ticket, and its transitions: event, new state and phase.

Events and figures are made from these tables. Booking decides which command leads to which transition, who may give
it, and when.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple


class State(NamedTuple):
    """What a state means. Queries and figures use the groups below, made from these marks, and never list states."""

    name: str
    #: it still takes place: closures and new configurations must respect it
    is_open: bool = False
    #: the kiosk finds it on its day
    is_expected: bool = False
    #: the visitor is in the line and can be called
    is_waiting: bool = False
    #: the visitor was called: the desk lists it
    is_called: bool = False
    #: the visitor is with staff now; always also `is_called`
    is_serving: bool = False
    #: the visit does not take place: the kiosk gives the state as the reason
    is_given_up: bool = False
    #: figures of lead time, busy hours and booked time count it
    is_counted: bool = False


#: in the order in which schemas list them
APPOINTMENT_STATES = (
    State("held"),
    State("provisional"),
    State("booked", is_open=True, is_expected=True, is_counted=True),
    State("checked_in", is_open=True, is_expected=True, is_waiting=True, is_counted=True),
    State("in_service", is_open=True, is_called=True, is_serving=True, is_counted=True),
    State("parked", is_open=True, is_called=True, is_counted=True),
    State("completed", is_counted=True),
    State("cancelled", is_given_up=True),
    State("no_show", is_given_up=True, is_counted=True),
)
#: only marks of the queue: tickets are in no agenda
TICKET_STATES = (
    State("waiting", is_waiting=True),
    State("in_service", is_called=True, is_serving=True),
    State("parked", is_called=True),
    State("completed"),
    State("left"),
)

OPEN_STATES = tuple(state.name for state in APPOINTMENT_STATES if state.is_open)
EXPECTED_STATES = tuple(state.name for state in APPOINTMENT_STATES if state.is_expected)
WAITING_STATES = tuple(state.name for state in APPOINTMENT_STATES if state.is_waiting)
CALLED_STATES = tuple(state.name for state in APPOINTMENT_STATES if state.is_called)
GIVEN_UP_STATES = tuple(state.name for state in APPOINTMENT_STATES if state.is_given_up)
COUNTED_STATES = tuple(state.name for state in APPOINTMENT_STATES if state.is_counted)
WAITING_TICKET_STATES = tuple(state.name for state in TICKET_STATES if state.is_waiting)
CALLED_TICKET_STATES = tuple(state.name for state in TICKET_STATES if state.is_called)
#: of appointments and tickets
SERVING_STATES = frozenset(state.name for state in (*APPOINTMENT_STATES, *TICKET_STATES) if state.is_serving)


class Phase(Enum):
    """What a transition means for the time that a resident waits and is helped."""

    ARRIVAL = "arrival"
    START = "start"
    PAUSE = "pause"
    END = "end"
    #: all earlier transitions were recorded by mistake
    UNDO = "undo"


class VisitTransition(NamedTuple):
    """`event`: the name of its event. `state`: that of the appointment or ticket after it."""

    event: str
    state: str
    summary: str
    phase: Phase | None = None


APPOINTMENT_TRANSITIONS = (
    VisitTransition("appointment.checked_in", "checked_in", "The resident is here.", Phase.ARRIVAL),
    VisitTransition("appointment.started", "in_service", "The specialist has begun.", Phase.START),
    VisitTransition("appointment.completed", "completed", "The resident was helped.", Phase.END),
    VisitTransition("appointment.no_show", "no_show", "The resident did not come."),
    VisitTransition(
        "appointment.reinstated", "booked", "A check-in or no-show that was noted by mistake was taken back.",
        Phase.UNDO,
    ),
    VisitTransition("appointment.parked", "parked", "The visit waits for something, and continues later.", Phase.PAUSE),
    VisitTransition("appointment.resumed", "checked_in", "A parked visit is back in the line."),
)  # fmt: skip

#: transitions before the visit
PREPARATION_TRANSITIONS = (
    VisitTransition(
        "appointment.preparation_requested", "booked", "The specialist asks the resident for something beforehand."
    ),
    VisitTransition(
        "appointment.documents_due", "booked", "Documents that are needed for the visit are not there yet."
    ),
    VisitTransition("appointment.documents_missing", "booked", "Documents were not there in time."),
    VisitTransition(
        "appointment.companion_changed", "booked", "The resident invited or withdrew someone who comes along."
    ),
)

TICKET_TRANSITIONS = (
    VisitTransition("ticket.issued", "waiting", "A visitor walked in and took a number.", Phase.ARRIVAL),
    VisitTransition("ticket.called", "in_service", "The number is called to a counter.", Phase.START),
    VisitTransition("ticket.parked", "parked", "The number waits for something, and continues later.", Phase.PAUSE),
    VisitTransition("ticket.resumed", "waiting", "A parked number is back in the line."),
    VisitTransition("ticket.transferred", "waiting", "The number waits for another team now.", Phase.PAUSE),
    VisitTransition("ticket.completed", "completed", "The visitor with the number was helped.", Phase.END),
    VisitTransition("ticket.left", "left", "The visitor with the number left."),
)


def events_of(
    phase: Phase, transitions: Iterable[VisitTransition] = (*APPOINTMENT_TRANSITIONS, *TICKET_TRANSITIONS)
) -> frozenset[str]:
    """The names of the events of the transitions in this phase."""
    return frozenset(each.event for each in transitions if each.phase is phase)
