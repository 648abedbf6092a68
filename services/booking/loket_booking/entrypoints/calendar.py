"""For staff: closures and busy times, the appointments in conflict with them, and invitations."""

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
from loket_contracts.rpc.caller import StaffCaller

from ..queries.invitations import describe_invitation
from .requests import RpcDependencies, request_of, scope_of


class CalendarRpc(RpcDependencies):
    """Staff of some teams see and change what belongs to those teams."""

    @rpc(version=2)
    def close_time(
        self, municipality: str, command: CloseTime, caller: StaffCaller, idempotency_key: str | None = None
    ) -> NewClosure:
        """Add a closure, and return all appointments in conflict with the calendar."""
        self.use_cases.access.require_resource(municipality, command.resource, caller)

        def close_time() -> ClosureEntry:
            stored = self.use_cases.closures.close_time(municipality, command, request_of(self, caller))
            return self.use_cases.conflicts.describe_closure(stored)

        scope = scope_of("close_time", municipality, caller)
        closure = self.idempotency.once(idempotency_key, scope, command, close_time)
        return {**closure, "clashes": self.use_cases.conflicts.conflicts(municipality, caller.teams)}

    @rpc(version=2)
    def open_time(
        self, municipality: str, closure: str, caller: StaffCaller, idempotency_key: str | None = None
    ) -> ClosureEntry:
        self.use_cases.access.require_closure(municipality, closure, caller)

        def open_time() -> ClosureEntry:
            return self.use_cases.conflicts.describe_closure(self.use_cases.closures.reopen_time(municipality, closure))

        scope = scope_of("open_time", municipality, caller)
        return self.idempotency.once(idempotency_key, scope, closure, open_time)

    @rpc(version=2)
    def closures(self, municipality: str, caller: StaffCaller) -> list[ClosureEntry]:
        return self.use_cases.conflicts.closures(municipality, caller.teams)

    @rpc(version=2)
    def import_busy(self, municipality: str, resource: str, source: str, text: str, caller: StaffCaller) -> BusyTimes:
        """`text`: an iCalendar file, as Outlook or Google exports it."""
        self.use_cases.access.require_resource(municipality, resource, caller)
        busy, before = self.use_cases.closures.import_busy(municipality, resource, source, text)
        conflicts = self.use_cases.conflicts.conflicts(municipality, caller.teams)
        return {"busy_times": busy, "busy_times_before": before, "clashes": conflicts}

    @rpc(version=2)
    def feed_token(self, municipality: str, resource: str, caller: StaffCaller) -> str:
        self.use_cases.access.require_resource(municipality, resource, caller)
        return self.use_cases.calendar_feed.feed_token(municipality, resource)

    @rpc
    def replace_feed(self, municipality: str, resource: str, caller: StaffCaller) -> str:
        self.use_cases.access.require_resource(municipality, resource, caller)
        return self.use_cases.link_replacement.replace_feed(municipality, resource, request_of(self, caller))

    @rpc(version=2)
    def clashes(self, municipality: str, caller: StaffCaller) -> list[ConflictEntry]:
        return self.use_cases.conflicts.conflicts(municipality, caller.teams)

    @rpc(version=2)
    def proposals(self, municipality: str, appointment_ids: list[str], caller: StaffCaller) -> list[ProposalEntry]:
        return self.use_cases.conflicts.proposals(municipality, appointment_ids, caller.teams)

    @rpc(version=2)
    def move_these(self, municipality: str, command: MoveThese, caller: StaffCaller) -> list[MoveResult]:
        for move in command.moves if caller.teams is not None else ():
            self.use_cases.access.find_card(municipality, move.appointment, caller)
        return self.use_cases.closures.move_appointments(municipality, command.moves, request_of(self, caller))

    @rpc(version=2)
    def invite(self, municipality: str, command: Invite, caller: StaffCaller) -> NewInvitation:
        self.use_cases.access.require_types(municipality, [command.appointment_type], caller)
        invitation, token = self.use_cases.invitations.invite(municipality, command, request_of(self, caller))
        return {**describe_invitation(invitation, None), "token": token}

    @rpc(version=2)
    def revoke_invitation(self, municipality: str, identifier: str, caller: StaffCaller) -> None:
        self.use_cases.access.require_invitation(municipality, identifier, caller)
        self.use_cases.invitations.revoke(municipality, identifier)

    @rpc(version=2)
    def invitations(self, municipality: str, caller: StaffCaller) -> list[InvitationEntry]:
        return self.use_cases.invitation_list.latest_invitations(municipality, caller.teams)
