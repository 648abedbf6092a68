"""Plan the messages that an event of an appointment asks for."""

from __future__ import annotations

from ..context import Context
from ..domain.event import AppointmentEvent
from ..domain.kinds import KINDS, OVERTAKING
from ..domain.planning import plan
from ..store.write_batcher import Write

#: kinds of messages about the time of an appointment, which a change of that time makes obsolete
ABOUT_THE_MOMENT = tuple(kind.name for kind in KINDS.values() if kind.condition == "moment")


def plan_messages(context: Context, event: AppointmentEvent, traceparent: str | None = None) -> int:
    """Plan what the event asks for, and return how many messages that is. A repeated event plans nothing new."""
    now = context.now()
    planned = plan(event, context.plans.of(event.municipality), now)
    writes: list[Write] = [context.messages.planned(each, now, traceparent) for each in planned]
    if event.name in OVERTAKING:
        writes.append(context.messages.overtaken(event.appointment, event.sequence, ABOUT_THE_MOMENT, now))
    context.writes.write(writes)
    return len(planned)
