"""Earlier versions of methods of the calendar, for callers of the previous release. They last one release.

`who`: the code of an account or key. `teams`: those that the account works for, None for all. A method without `teams`
answers for all teams, as it did.
"""

from __future__ import annotations

from loket_chassis.messaging.rpc import rpc
from loket_contracts.rpc.booking.closures import CloseTime, MoveThese
from loket_contracts.rpc.booking.invitations import Invite
from loket_contracts.rpc.booking.staff_answers import (
    BusyTimes,
    ClosureEntry,
    ConflictEntry,
    InvitationEntry,
    MoveResult,
    NewClosure,
    NewInvitation,
    ProposalEntry,
)
from loket_contracts.rpc.caller import Caller

from ..domain.teams import Teams
from .calendar import CalendarRpc

ALL_TEAMS = Caller.staff("", None)


class DeprecatedCalendarRpc(CalendarRpc):
    """Each calls the version that replaced it."""

    @rpc(name="close_time")
    def close_time_v1(
        self, municipality: str, who: str, body: CloseTime, teams: Teams = None,
        idempotency_key: str | None = None,
    ) -> NewClosure:  # fmt: skip
        return self.close_time(municipality, body, Caller.staff(who, teams), idempotency_key)

    @rpc(name="open_time")
    def open_time_v1(
        self, municipality: str, who: str, closure: str, teams: Teams = None, idempotency_key: str | None = None
    ) -> ClosureEntry:
        return self.open_time(municipality, closure, Caller.staff(who, teams), idempotency_key)

    @rpc(name="closures")
    def closures_v1(self, municipality: str) -> list[ClosureEntry]:
        return self.closures(municipality, ALL_TEAMS)

    @rpc(name="import_busy")
    def import_busy_v1(
        self, municipality: str, resource: str, source: str, text: str, teams: Teams = None
    ) -> BusyTimes:
        return self.import_busy(municipality, resource, source, text, Caller.staff("", teams))

    @rpc(name="feed_token")
    def feed_token_v1(self, municipality: str, resource: str) -> str:
        return self.feed_token(municipality, resource, ALL_TEAMS)

    @rpc(name="clashes")
    def clashes_v1(self, municipality: str) -> list[ConflictEntry]:
        return self.clashes(municipality, ALL_TEAMS)

    @rpc(name="proposals")
    def proposals_v1(self, municipality: str, appointment_ids: list[str]) -> list[ProposalEntry]:
        return self.proposals(municipality, appointment_ids, ALL_TEAMS)

    @rpc(name="move_these")
    def move_these_v1(self, municipality: str, who: str, body: MoveThese, teams: Teams = None) -> list[MoveResult]:
        return self.move_these(municipality, body, Caller.staff(who, teams))

    @rpc(name="invite")
    def invite_v1(self, municipality: str, who: str, body: Invite, teams: Teams = None) -> NewInvitation:
        return self.invite(municipality, body, Caller.staff(who, teams))

    @rpc(name="revoke_invitation")
    def revoke_invitation_v1(self, municipality: str, identifier: str) -> None:
        self.revoke_invitation(municipality, identifier, ALL_TEAMS)

    @rpc(name="invitations")
    def invitations_v1(self, municipality: str) -> list[InvitationEntry]:
        return self.invitations(municipality, ALL_TEAMS)
