"""Who makes a request, with its idempotency key and trace."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from loket_contracts.envelope import Event

from ..domain.lifecycle import Actor

#: how often a use case retries when concurrent requests change the same document
ATTEMPTS = 5


@dataclass(frozen=True)
class Request:
    """`by`: resident, portal, staff or system. `who`: the code of an account or key.

    `client`: of a caller without account or key, as the gateway identifies clients. `idempotency_key`: unique per
    caller. `notes`: what a portal passes on to the specialist. `answers_later`: the portal cannot ask the intake
    questions.
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
        """Whether required questions may stay open."""
        return self.answers_later or self.is_staff

    @property
    def is_staff(self) -> bool:
        return self.by == "staff"

    def identifier(self, kind: str, municipality: str) -> str:
        """The id of a new document: random, or derived from the idempotency key so that a repeat creates nothing."""
        if self.idempotency_key is None:
            return uuid.uuid4().hex
        return uuid.uuid5(uuid.NAMESPACE_URL, f"loket/{kind}/{municipality}/{self.idempotency_key}").hex

    def traced(self, event: Event) -> Event:
        """The event with the trace of this request."""
        return replace(event, traceparent=self.traceparent)
