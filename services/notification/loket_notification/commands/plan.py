"""Plan the messages that an event of an appointment asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..context import Context
from ..domain.event import AppointmentEvent
from ..domain.kinds import KINDS, SUPERSEDING
from ..domain.planning import plan
from ..store.messages import Claimed
from ..store.write_batcher import Write

#: kinds of messages about the time of an appointment, which a change of that time makes obsolete
KINDS_ABOUT_TIME = tuple(kind.name for kind in KINDS.values() if kind.condition == "moment")


@dataclass(frozen=True)
class Planned:
    """`count`: of the messages that an event asks for. `claimed`: those of them that the caller is to send now."""

    count: int
    claimed: Sequence[Claimed] = ()


def plan_messages(
    context: Context, event: AppointmentEvent, traceparent: str | None = None, claim: str | None = None
) -> Planned:
    """Plan what the event asks for. A repeated event plans nothing new.

    `claim`: under which new messages that are due now are claimed at once, which saves looking for them.
    """
    now = context.now()
    planned = plan(event, context.plans.of(event.municipality), now)
    writes: list[Write] = []
    claimed = []
    for each in planned:
        if claim is not None and each.due_at <= now:
            own, write = context.messages.planned_and_claimed(each, now, traceparent, claim)
            claimed.append(own)
            writes.append(write)
        else:
            writes.append(context.messages.planned(each, now, traceparent))
    if event.name in SUPERSEDING:
        writes.append(context.messages.superseded(event.appointment, event.sequence, KINDS_ABOUT_TIME, now))
    inserted = context.writes.write(writes).inserted
    return Planned(len(planned), [each for each in claimed if each.message.id in inserted])
