"""Cancel and reschedule an appointment, and apply the commands that change its state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.changes import RescheduleAppointment
from loket_contracts.rpc.booking.commands import CancelAppointment
from loket_contracts.rpc.booking.steps import TakeStep

from ..domain import appointment as appointment_lifecycle
from ..domain import booked, intake_form
from ..domain.appointment import Appointment, StepChanges
from ..domain.appointment_spec import AppointmentSpec, for_speakers_of, without_lead_time
from ..domain.grid import local_date
from ..domain.opening_hours import Calendar
from ..store.agendas import Agendas, Taken
from ..store.arrival_numbers import ArrivalNumbers
from ..store.cards import Card, Cards
from ..store.configurations import Configurations
from .allocation import Allocator
from .ports import Clock, Publish
from .request import ATTEMPTS, Request


@dataclass(frozen=True)
class LifecycleCommands:
    agendas: Agendas
    cards: Cards
    configurations: Configurations
    arrival_numbers: ArrivalNumbers
    allocator: Allocator
    clock: Clock
    publish: Publish

    def cancel(self, card: Card, command: CancelAppointment, request: Request) -> Appointment:
        """Cancel the appointment and free its time. Idempotent: a repeat publishes nothing.

        Raises Refusal: as `check_command`, changed-meanwhile, invalid-request for the reason.
        """
        municipality = self.configurations.calendar(card.municipality).municipality
        _check_reason(municipality.reasons, "cancel", command.reason, request)
        for _ in range(ATTEMPTS):
            appointment, placements = self.agendas.get_claim(card.agenda, card.id)
            if appointment.state == "cancelled":
                if self.agendas.is_durable(appointment, placements):
                    return appointment
                continue
            _check_sequence(appointment, command.sequence)
            now = self.clock()
            cancelled, event = appointment_lifecycle.cancel(
                municipality, appointment, now=now, by=request.actor, reason=command.reason, notify=command.notify
            )
            event = request.traced(event)
            wait = municipality.release_minutes if request.by in ("resident", "portal") else 0
            release = now + dt.timedelta(minutes=wait) if wait else None
            if self.agendas.cancel(placements, cancelled, event, release):
                self.publish(Agendas.NAME, card.agenda, [event])
                return cancelled
        raise Refusal("changed-meanwhile")

    def restore(self, card: Card, request: Request) -> Appointment:
        """Take a cancellation back while its time is still free. Idempotent.

        Raises Refusal: not-allowed-in-state, slot-taken, changed-meanwhile.
        """
        appointment, placements = self.agendas.get_claim(card.agenda, card.id)
        if appointment.state == "booked":
            if not self.agendas.is_durable(appointment, placements):
                raise Refusal("changed-meanwhile")
            return appointment
        now = self.clock()
        restored, event = appointment_lifecycle.restore(appointment, now=now, by=request.actor)
        event = request.traced(event)
        try:
            self.agendas.restore(placements, restored, event, now)
        except Taken as error:
            raise Refusal("slot-taken", {"start": appointment.local(appointment.start)}) from error
        self.publish(Agendas.NAME, card.agenda, [event])
        calendar = self.configurations.calendar(card.municipality)
        known = self.configurations.including_removed(card.municipality)
        self._update_duty(calendar, booked.booked_spec(known, restored), card, restored)
        return restored

    def reschedule(
        self, card: Card, command: RescheduleAppointment, request: Request, hold: str | None = None
    ) -> Appointment:
        """Move the appointment: claim the new time and free the old one, both or neither. Idempotent.

        `hold`: of an offer from the waiting list, which may be taken without lead time. Raises Refusal: as
        `check_command`, changed-meanwhile, slot-*, invalid-request for the reason, appointment-type-removed,
        location-removed, unknown-location.
        """
        now = self.clock()
        calendar = self.configurations.calendar(card.municipality)
        municipality = calendar.municipality
        if hold is None:
            _check_reason(municipality.reasons, "reschedule", command.reason, request)
        for attempt in range(ATTEMPTS):
            appointment, old = self.agendas.get_claim(card.agenda, card.id)
            if _is_there_already(calendar, appointment, command):
                if self.agendas.is_durable(appointment, old):
                    return appointment
                continue
            _check_sequence(appointment, command.sequence)
            appointment_lifecycle.check_command(municipality, appointment, "reschedule", request.by, now)
            spec = _spec_to_move(calendar, appointment, card, command, request, hold)
            new = self.allocator.allocate(
                calendar, spec, command.resource, command.start, now, hold, old, use_cache=attempt == 0
            )
            moved, event = appointment_lifecycle.reschedule(
                municipality, appointment, spec, new, command.start, now=now, by=request.actor,
                reason=command.reason, notify=command.notify,
            )  # fmt: skip
            event = request.traced(event)
            agenda = new[0].agenda
            try:
                done = self.agendas.move(old, new, moved, event, now, partial(self.cards.move, card, agenda), hold)
            except Taken:
                continue
            if done:
                self.publish(Agendas.NAME, str(agenda), [event])
                self._update_duty(calendar, spec, card, moved)
                return moved
            card = self.cards.get(card.id) or card
        raise Refusal("changed-meanwhile")

    def take_step(self, card: Card, step: str, command: TakeStep, request: Request) -> Appointment:
        """Apply a command that staff give at the desk, with the details that belong to it.

        Raises Refusal: as `apply_command`.
        """
        changes = StepChanges()
        if step == "start" and command.desk is not None:
            changes["desk"] = command.desk
        if step == "complete" and command.outcome is not None:
            changes["outcome"] = command.outcome
        return self.apply_command(card, step, request, command.reason, changes)

    def apply_command(
        self, card: Card, command: str, request: Request, reason: str | None = None,
        changes: StepChanges | None = None,
    ) -> Appointment:  # fmt: skip
        """Apply one of `appointment.STATE_COMMANDS`.

        Raises Refusal: as `check_command`, invalid-request for an unknown command or reason.
        """
        if command not in appointment_lifecycle.STATE_COMMANDS:
            raise Refusal("invalid-request", errors=[{"pointer": "/command", "detail": "There is no such command."}])
        known = self.configurations.calendar(card.municipality).municipality
        if command == "no_show":
            _check_reason(known.reasons, command, reason, request)
        for _ in range(ATTEMPTS):
            appointment, placements = self.agendas.get_claim(card.agenda, card.id)
            changed, event = appointment_lifecycle.apply_command(
                known, appointment, command, now=self.clock(), by=request.actor, reason=reason, changes=changes
            )
            event = request.traced(event)
            if self.agendas.save_transition(placements, changed, event):
                self.publish(Agendas.NAME, card.agenda, [event])
                if command == "check_in":
                    now = self.clock()
                    day = f"{changed.municipality}/{changed.location}/{local_date(now, changed.time_zone)}"
                    self.arrival_numbers.assign(changed.id, day, now)
                return changed
        raise Refusal("changed-meanwhile")

    def _update_duty(self, calendar: Calendar, spec: AppointmentSpec, card: Card, moved: Appointment) -> None:
        due = intake_form.duties(calendar, spec, moved.start, moved.booked_at, card.answers, card.uploaded)
        duty_at = intake_form.next_duty_at(due, self.clock())
        if duty_at != card.duty_at:
            self.cards.change(card, duty_at=duty_at)


def _spec_to_move(
    calendar: Calendar, appointment: Appointment, card: Card, command: RescheduleAppointment, request: Request,
    hold: str | None,
) -> AppointmentSpec:  # fmt: skip
    """The spec at the requested location. Raises Refusal."""
    spec = booked.spec_to_move(calendar.municipality, appointment, command.location, command.persons)
    errors = intake_form.contact_errors(spec, card.contact.get("phone"))
    if spec.location.id != appointment.location and errors:
        raise Refusal("invalid-request", errors=errors)
    if command.resource is not None:  # the caller chose the specialist, whatever they speak
        spec = for_speakers_of(spec, None)
    return without_lead_time(spec) if request.is_staff or hold is not None else spec


def _is_there_already(calendar: Calendar, appointment: Appointment, command: RescheduleAppointment) -> bool:
    """Whether nothing would change. It does change when a resource of the appointment was removed."""
    return (
        appointment.start == command.start
        and command.resource in (None, *appointment.resources)
        and command.location in (None, appointment.location)
        and command.persons in (None, appointment.persons)
        and calendar.municipality.resources.keys() >= set(appointment.resources)
    )


def _check_reason(reasons: Mapping[str, frozenset[str]], command: str, reason: str | None, request: Request) -> None:
    """Callers choose a reason from the municipality's list; the system has its own. Raises Refusal: invalid-request."""
    if reason is None or request.by == "system" or reason in reasons[command]:
        return
    choices = ", ".join(sorted(reasons[command]))
    raise Refusal("invalid-request", errors=[{"pointer": "/reason", "detail": f"Must be one of: {choices}."}])


def _check_sequence(appointment: Appointment, seen: int | None) -> None:
    if seen is not None and seen != appointment.sequence:
        raise Refusal("changed-meanwhile")
