"""What notification does when it hears of an appointment: it plans the messages that the event asks for."""

from __future__ import annotations

import datetime as dt

from ..domain.event import AppointmentEvent
from ..domain.kinds import KINDS, OVERTAKING
from ..domain.planning import plan
from ..store.messages import Messages
from ..store.plans import Plans
from ..store.write_batcher import Together, Write

#: what was said, or was going to be said, about an earlier moment
ABOUT_THE_MOMENT = tuple(kind.name for kind in KINDS.values() if kind.concerns == "moment")


def hear(
    messages: Messages, plans: Plans, together: Together, event: AppointmentEvent, now: dt.datetime,
    traceparent: str | None = None,
) -> int:  # fmt: skip
    """Plan what the event asks for. A repeated event plans nothing new. Returns how many messages it asks for."""
    asked = plan(event, plans.of(event.municipality), now)
    writes: list[Write] = [messages.planned(each, now, traceparent) for each in asked]
    if event.name in OVERTAKING:
        writes.append(messages.overtaken(event.appointment, event.sequence, ABOUT_THE_MOMENT, now))
    together.write(writes)
    return len(asked)
