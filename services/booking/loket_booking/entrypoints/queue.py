"""For staff: the queue of a location. Another team's ticket is refused as ticket-not-found."""

from __future__ import annotations

from loket_chassis.messaging.rpc import rpc
from loket_contracts.rpc.booking.queue_answers import PersonEntry
from loket_contracts.rpc.booking.steps import CallNext, TakeStep
from loket_contracts.rpc.caller import StaffCaller

from .requests import RpcDependencies, request_of, scope_of


class QueueRpc(RpcDependencies):
    """Call the next person, and take the steps of a ticket."""

    @rpc(version=2)
    def call_next(
        self, municipality: str, command: CallNext, caller: StaffCaller, idempotency_key: str | None = None
    ) -> PersonEntry:
        self.use_cases.access.require_resource(municipality, command.resource, caller)

        def call_next() -> PersonEntry:
            called = self.use_cases.queue.call_next(municipality, command, request_of(self, caller))
            return self.use_cases.waiting_room.describe_person(called)

        scope = scope_of("call_next", municipality, caller)
        return self.idempotency.once(idempotency_key, scope, command, call_next)

    @rpc(version=2)
    def ticket_step(
        self, municipality: str, identifier: str, step: str, command: TakeStep, caller: StaffCaller,
        idempotency_key: str | None = None,
    ) -> PersonEntry:  # fmt: skip
        """call, park, resume, transfer, complete, leave."""

        def take_step() -> PersonEntry:
            # not before: after a transfer the ticket is another team's, and a repeat must not be refused
            self.use_cases.access.require_ticket(municipality, identifier, caller)
            changed = self.use_cases.queue.apply_ticket_command(
                municipality, identifier, step, command, request_of(self, caller)
            )
            return self.use_cases.waiting_room.describe_person(changed)

        scope = scope_of("ticket_step", municipality, caller, identifier, step)
        return self.idempotency.once(idempotency_key, scope, command, take_step)

    @rpc(version=2)
    def transfer(
        self, municipality: str, identifier: str, command: TakeStep, caller: StaffCaller,
        idempotency_key: str | None = None,
    ) -> PersonEntry:  # fmt: skip
        """Transfer a resident who is being served, with a ticket of the other team."""
        card = self.use_cases.access.find_card(municipality, identifier, caller)

        def transfer() -> PersonEntry:
            issued = self.use_cases.queue.transfer(card, command, request_of(self, caller))
            return self.use_cases.waiting_room.describe_person(issued)

        scope = scope_of("transfer", municipality, caller, card.id)
        return self.idempotency.once(idempotency_key, scope, command, transfer)
