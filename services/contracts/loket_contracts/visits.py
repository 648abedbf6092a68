"""The steps of a visit, by appointment or by ticket: the event, the state and the phase of each.

Events and figures are made from these tables. Who may take a step, and when, is decided by booking.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

#: the states of an appointment that still takes place
OPEN_STATES = ("booked", "checked_in", "in_service", "parked")


class Phase(Enum):
    """What a step means for the time that a resident waits and is helped."""

    ARRIVAL = "arrival"
    START = "start"
    PAUSE = "pause"
    END = "end"
    #: all steps before were noted by mistake
    UNDO = "undo"


class VisitStep(NamedTuple):
    """`event`: the name of its event. `state`: that of the appointment or ticket after it."""

    event: str
    state: str
    summary: str
    phase: Phase | None = None


APPOINTMENT_STEPS = (
    VisitStep("appointment.checked_in", "checked_in", "The resident is here.", Phase.ARRIVAL),
    VisitStep("appointment.started", "in_service", "The specialist has begun.", Phase.START),
    VisitStep("appointment.completed", "completed", "The resident was helped.", Phase.END),
    VisitStep("appointment.no_show", "no_show", "The resident did not come."),
    VisitStep(
        "appointment.reinstated", "booked", "A check-in or no-show that was noted by mistake was taken back.",
        Phase.UNDO,
    ),
    VisitStep("appointment.parked", "parked", "The visit waits for something, and goes on later.", Phase.PAUSE),
    VisitStep("appointment.resumed", "checked_in", "A parked visit is back in the line."),
)  # fmt: skip

#: steps before the visit
PREPARATION_STEPS = (
    VisitStep(
        "appointment.preparation_requested", "booked", "The specialist asks the resident for something beforehand."
    ),
    VisitStep("appointment.documents_due", "booked", "Documents that are needed for the visit are not there yet."),
    VisitStep("appointment.documents_missing", "booked", "Documents were not there in time."),
)

TICKET_STEPS = (
    VisitStep("ticket.issued", "waiting", "A visitor walked in and took a number.", Phase.ARRIVAL),
    VisitStep("ticket.called", "in_service", "The number is called to a desk.", Phase.START),
    VisitStep("ticket.parked", "parked", "The number waits for something, and goes on later.", Phase.PAUSE),
    VisitStep("ticket.resumed", "waiting", "A parked number is back in the line."),
    VisitStep("ticket.transferred", "waiting", "The number waits for another team now.", Phase.PAUSE),
    VisitStep("ticket.completed", "completed", "Who had the number was helped.", Phase.END),
    VisitStep("ticket.left", "left", "Who had the number went away."),
)


def events_of(phase: Phase, steps: Iterable[VisitStep] = (*APPOINTMENT_STEPS, *TICKET_STEPS)) -> frozenset[str]:
    """The names of the events of the steps in this phase."""
    return frozenset(step.event for step in steps if step.phase is phase)
