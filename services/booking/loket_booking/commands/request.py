"""Who asks for something, and under which key and trace."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from loket_contracts.envelope import Event

from ..domain.lifecycle import Actor

#: how often a decision is taken anew when others change the same thing at the same moment
ATTEMPTS = 5


@dataclass(frozen=True)
class Request:
    """`by` is resident, portal, staff or system; `who` the code of an account or key; `client` who asks
    without being known by an account or key, as the gateway tells clients apart. `idempotency_key`: of one caller.

    `notes`: what a portal passes on to the specialist. `answers_later`: it cannot ask our questions.
    """

    by: str = "resident"
    idempotency_key: str | None = None
    traceparent: str | None = None
    who: str | None = None
    client: str | None = None
    notes: str = ""
    answers_later: bool = False

    @property
    def actor(self) -> Actor:
        return Actor(self.by, self.who)

    @property
    def may_answer_later(self) -> bool:
        """Whether required questions may stay open: staff ask them when they can."""
        return self.answers_later or self.is_staff

    @property
    def is_staff(self) -> bool:
        return self.by == "staff"

    def identifier(self, kind: str, municipality: str) -> str:
        """The id of what is to be made: random, or following from the key so that a repeat makes nothing new."""
        if self.idempotency_key is None:
            return uuid.uuid4().hex
        return uuid.uuid5(uuid.NAMESPACE_URL, f"loket/{kind}/{municipality}/{self.idempotency_key}").hex

    def traced(self, event: Event) -> Event:
        """The event, with the trace of the request that caused it."""
        return replace(event, traceparent=self.traceparent)
