"""Who makes a request, with its idempotency key and trace."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal

from ..domain.lifecycle import Actor
from ..domain.teams import Teams, includes

#: how often a use case retries when concurrent requests change the same document
ATTEMPTS = 5


@dataclass(frozen=True)
class Request:
    """`by`: resident, portal, staff or system. `who`: the code of an account or key.

    `client`: of a caller without account or key, as the gateway identifies clients. `idempotency_key`: unique per
    caller. `notes`: what a portal passes on to the specialist. `answers_later`: the portal cannot ask the intake
    questions. `teams`: of staff, those for which they act, None for all. Staff without it act for no team.
    """

    by: str = "resident"
    idempotency_key: str | None = None
    traceparent: str | None = None
    who: str | None = None
    client: str | None = None
    notes: str = ""
    answers_later: bool = False
    teams: Teams = ()

    @property
    def actor(self) -> Actor:
        return Actor(self.by, f"portal:{self.who}" if self.by == "portal" and self.who else self.who)

    @property
    def may_answer_later(self) -> bool:
        """Whether required questions may stay open."""
        return self.answers_later or self.is_staff

    @property
    def is_staff(self) -> bool:
        return self.by == "staff"

    def may_see(self, team: str | None) -> bool:
        """Whether this caller may see what belongs to the team. Only staff are limited by it."""
        return not self.is_staff or includes(self.teams, team)

    def require_team(self, team: str) -> None:
        """Raise Refusal: forbidden for another team than those of the caller."""
        if not self.may_see(team):
            raise Refusal("forbidden", {"permission": "for another team"})

    def identifier(self, kind: str, municipality: str) -> str:
        """The id of a new document: random, or derived from the idempotency key so that a repeat creates nothing."""
        if self.idempotency_key is None:
            return uuid.uuid4().hex
        return uuid.uuid5(uuid.NAMESPACE_URL, f"loket/{kind}/{municipality}/{self.idempotency_key}").hex

    def traced(self, event: Event) -> Event:
        """The event with the trace of this request."""
        return replace(event, traceparent=self.traceparent)
