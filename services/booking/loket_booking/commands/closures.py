"""Close time, reopen it, import busy times, and move the appointments in conflict."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from loket_chassis.runtime.worker_process import LimitExceeded, Run, run_here
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.changes import RescheduleAppointment
from loket_contracts.rpc.booking.closures import CloseTime, Move
from loket_contracts.rpc.booking.staff_answers import MoveResult

from ..domain.catalogue import Municipality
from ..domain.grid import local_date
from ..feeds.busy import busy_times, refused
from ..store.cards import Cards
from ..store.closures import StoredClosure
from ..store.configurations import Configurations
from .lifecycle import LifecycleCommands
from .ports import Clock
from .request import Request


@dataclass(frozen=True)
class ClosureCommands:
    configurations: Configurations
    cards: Cards
    lifecycle: LifecycleCommands
    clock: Clock
    run: Run = run_here

    def close_time(self, municipality: str, command: CloseTime, request: Request) -> StoredClosure:
        """Close time. Its appointments stay until staff decide: `ConflictQueries.conflicts` lists them.

        Raises Refusal: unknown-resource, unknown-location.
        """
        known = self.configurations.calendar(municipality).municipality
        if command.resource is not None:
            known.require_resource(command.resource)
        if command.location is not None:
            known.require_location(command.location)
        stored = StoredClosure(
            id=uuid.uuid4().hex,
            municipality=municipality,
            first=command.first,
            last=command.last or command.first,
            reason={known.languages[0]: command.reason},
            start=command.start,
            end=command.end,
            resource=command.resource,
            location=command.location,
            source="staff",
            made_by=request.who,
            made_at=self.clock(),
        )
        self.configurations.closures.add(stored)
        self.configurations.invalidate()
        return stored

    def reopen_time(self, municipality: str, identifier: str) -> StoredClosure:
        """Delete a closure. Raises Refusal: closure-not-found."""
        removed = self.configurations.closures.remove(municipality, identifier)
        if removed is None:
            raise Refusal("closure-not-found", {"closure": identifier})
        self.configurations.invalidate()
        return removed

    def import_busy(self, municipality: str, resource: str, source: str, text: str) -> tuple[int, int]:
        """Import the busy times of a specialist from an iCalendar file. They replace those of the same `source`.

        Returns the number of busy times, and the number before that lasted until today or later. Raises Refusal:
        unknown-resource, invalid-request.
        """
        known = self.configurations.calendar(municipality).municipality
        known.require_resource(resource)
        now, closures = self.clock(), self.configurations.closures
        try:
            found = [each for zone in sorted(_zones(known, resource)) for each in self.run(busy_times, text, now, zone)]
        except LimitExceeded as error:
            raise refused("This calendar takes too long to read.") from error
        busy = list({(each.first, each.last, each.start, each.end): each for each in found}.values())
        today = local_date(now, known.time_zone)
        before = closures.replace(municipality, resource, f"feed:{source}", busy, now, since=today)
        self.configurations.invalidate()
        return len(busy), before

    def move_appointments(self, municipality: str, moves: Sequence[Move], request: Request) -> list[MoveResult]:
        """Move many appointments, each independently of the others."""
        results: list[MoveResult] = []
        for move in moves:
            card = self.cards.get(move.appointment)
            result = "appointment-not-found"
            if card is not None and card.municipality == municipality:
                try:
                    command = RescheduleAppointment(start=move.start, resource=move.resource, reason=move.reason)
                    self.lifecycle.reschedule(card, command, request)
                    result = "moved"
                except Refusal as refusal:
                    result = refusal.code
            results.append({"appointment": move.appointment, "result": result})
        return results


def _zones(known: Municipality, resource: str) -> set[str]:
    """The time zones in which the resource works. A closure is in the local time of each location."""
    return {known.locations[place].time_zone for place in known.resources[resource].locations}
