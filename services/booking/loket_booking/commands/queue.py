"""The queue of a location: tickets for visitors without an appointment, and calling the next person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loket_contracts.errors import Refusal
from loket_contracts.languages import spoken
from loket_contracts.rpc.booking.steps import CallNext, TakeStep
from loket_contracts.rpc.booking.tickets import IssueTicket
from loket_contracts.visits import SERVING_STATES, WAITING_STATES, WAITING_TICKET_STATES

from ..domain import queue, ticket, walk_in
from ..domain.appointment import Appointment
from ..domain.appointment_spec import spec_for
from ..domain.catalogue import Municipality, Resource
from ..domain.grid import day, local_date
from ..domain.queue import Waiting
from ..domain.ticket import Ticket
from ..store.agendas import Agendas
from ..store.cards import Card, Cards
from ..store.configurations import Configurations
from ..store.day_view import DayView
from ..store.tickets import Tickets
from .lifecycle import LifecycleCommands
from .ports import Clock, Publish
from .request import ATTEMPTS, Request


@dataclass(frozen=True)
class QueueCommands:
    agendas: Agendas
    cards: Cards
    configurations: Configurations
    days: DayView
    tickets: Tickets
    lifecycle: LifecycleCommands
    clock: Clock
    publish: Publish

    def issue_ticket(
        self, municipality: str, command: IssueTicket, request: Request, follows: str | None = None,
        arrived_at: dt.datetime | None = None,
    ) -> Ticket:  # fmt: skip
        """Issue the next number of the location and day.

        `follows`: the appointment that the ticket continues. `arrived_at`: when its resident arrived. Raises Refusal:
        unknown names, location-needed.
        """
        now = self.clock()
        known = self.configurations.calendar(municipality).municipality
        spec = spec_for(known, command.appointment_types, command.persons, command.location)
        if spec.location.channel != "on_site":
            raise Refusal("unknown-location", {"location": spec.location.id})
        place = f"{municipality}/{spec.location.id}/{local_date(now, spec.location.time_zone)}"
        number = self.tickets.next_number(place)
        new = Ticket(
            id=f"{place}/{number}",
            municipality=municipality,
            location=spec.location.id,
            number=number,
            team=spec.team,
            appointment_types=spec.type_ids,
            persons=spec.persons,
            language=spoken(command.language, known.languages),
            time_zone=spec.location.time_zone,
            arrived_at=arrived_at or now,
            follows=follows,
        )
        return self._apply_ticket_command(new, "issue", request)

    def call_next(self, municipality: str, command: CallNext, request: Request) -> Appointment | Ticket:
        """Call the next person to a counter: an appointment of this specialist, or a ticket that they can serve.

        Raises Refusal: unknown-resource, unknown-location, nobody-waiting.
        """
        known = self.configurations.calendar(municipality).municipality
        resource = known.resources.get(command.resource)
        if resource is None or resource.kind != "person":
            raise Refusal("unknown-resource", {"resource": command.resource})
        known.require_location(command.location)
        for _ in range(ATTEMPTS):
            appointments, tickets = self._servable(known, command.location, resource)
            waiting = [*map(waiting_of, appointments.values()), *map(waiting_of, tickets.values())]
            line = queue.waiting_line(waiting, known.queue, self.clock())
            if not line:
                raise Refusal("nobody-waiting")
            try:
                return self._call(line[0].id, tickets, resource, command.desk, request)
            except Refusal as refusal:  # these two: a colleague called them at the same time
                if refusal.code not in ("changed-meanwhile", "not-allowed-in-state"):
                    raise
        raise Refusal("changed-meanwhile")

    def apply_ticket_command(
        self, municipality: str, identifier: str, step: str, command: TakeStep, request: Request
    ) -> Ticket:
        """Take a step of a ticket: park, resume, complete, leave, call, recall or transfer.

        Raises Refusal: ticket-not-found, not-allowed-in-state, invalid-request.
        """
        found = self.tickets.get(identifier)
        if found is None or found.municipality != municipality:
            raise Refusal("ticket-not-found", {"ticket": identifier})
        if step not in ticket.TRANSITIONS:
            raise Refusal("invalid-request", errors=[{"pointer": "/command", "detail": "There is no such command."}])
        changes = ticket.TicketChanges()
        if step == "call":
            known = self.configurations.calendar(municipality).municipality
            if command.resource is not None and command.resource not in known.resources:
                raise Refusal("unknown-resource", {"resource": command.resource})
            changes = {"resource": command.resource, "desk": command.desk}
        if step == "complete":
            changes["outcome"] = command.outcome
        if step == "transfer":
            known = self.configurations.calendar(municipality).municipality
            team, kinds = _transfer_target(known, found.appointment_types, command)
            changes = {"team": team, "appointment_types": kinds, "resource": None, "desk": None}
        return self._apply_ticket_command(found, step, request, command.reason, changes)

    def transfer(self, card: Card, command: TakeStep, request: Request) -> Ticket:
        """Transfer a resident who is being served to another team: with a ticket that keeps their place in the line.

        Raises Refusal: not-allowed-in-state, unknown names.
        """
        appointment, _ = self.agendas.get_claim(card.agenda, card.id)
        if appointment.state not in SERVING_STATES:
            raise Refusal("not-allowed-in-state", {"state": appointment.state, "allowed": "start"})
        known = self.configurations.calendar(card.municipality).municipality
        _, kinds = _transfer_target(known, appointment.appointment_types, command)
        new = IssueTicket(
            appointment_types=kinds, persons=appointment.persons,
            location=appointment.location, language=appointment.language,
        )  # fmt: skip
        arrived_at = waiting_of(appointment).arrived_at
        issued = self.issue_ticket(card.municipality, new, request, card.id, arrived_at)
        self.lifecycle.apply_command(card, "complete", request, changes={"outcome": "referred"})
        return issued

    def people_at(
        self, known: Municipality, location: str, states: Sequence[str], ticket_states: Sequence[str]
    ) -> tuple[list[Appointment], list[Ticket]]:
        """Today's appointments and tickets at this location that are in one of these states."""
        zone = known.locations[location].time_zone
        today = local_date(self.clock(), zone)
        on = day(today, zone)
        appointments = self.days.appointments(known.id, today, today, states)
        tickets = self.tickets.of_day(known.id, location, on.midnight, on.moment(on.cells))
        return (
            [each for each in appointments if each.location == location],
            [each for each in tickets if each.state in ticket_states],
        )

    def _servable(
        self, known: Municipality, location: str, resource: Resource
    ) -> tuple[dict[str, Appointment], dict[str, Ticket]]:
        """By id: the waiting appointments of this specialist, and the tickets that they can serve."""
        including_removed = self.configurations.including_removed(known.id)
        appointments, tickets = self.people_at(known, location, WAITING_STATES, WAITING_TICKET_STATES)
        return (
            {each.id: each for each in appointments if resource.id in each.resources},
            {
                each.id: each
                for each in tickets
                if walk_in.can_serve(including_removed, resource, each.team, each.appointment_types)
            },
        )

    def _call(
        self, identifier: str, tickets: Mapping[str, Ticket], resource: Resource, desk: str | None, request: Request
    ) -> Appointment | Ticket:
        if identifier in tickets:
            changes = ticket.TicketChanges(resource=resource.id, desk=desk)
            return self._apply_ticket_command(tickets[identifier], "call", request, changes=changes)
        card = self.cards.get(identifier)
        if card is None:
            raise Refusal("appointment-not-found")
        return self.lifecycle.apply_command(card, "start", request, changes={"desk": desk})

    def _apply_ticket_command(
        self, before: Ticket, command: str, request: Request, reason: str | None = None,
        changes: ticket.TicketChanges | None = None,
    ) -> Ticket:  # fmt: skip
        changed, event = ticket.apply_command(
            before, command, now=self.clock(), by=request.actor, reason=reason, changes=changes
        )
        event = request.traced(event)
        if not self.tickets.save(changed, event):
            raise Refusal("changed-meanwhile")
        self.publish(Tickets.NAME, changed.id, [event])
        return changed


def waiting_of(person: Appointment | Ticket) -> Waiting:
    """Their place in the queue, by arrival. An arrival that was undone does not count."""
    if isinstance(person, Ticket):
        return Waiting(person.id, person.arrived_at)
    arrived = None
    for each in person.history:
        if each.command == "undo_check_in":
            arrived = None
        elif arrived is None and each.command in ("check_in", "start"):
            arrived = each.at
    return Waiting(person.id, arrived or person.start, person.start)


def _transfer_target(known: Municipality, types: tuple[str, ...], command: TakeStep) -> tuple[str, tuple[str, ...]]:
    """The team and appointment types after a transfer. Without types, those of before stay."""
    topics = command.appointment_types or ()
    for name in topics:
        if name not in known.appointment_types:
            raise Refusal("unknown-appointment-type", {"appointment_type": name})
    team = command.team or (known.appointment_types[topics[0]].team if topics else None)
    if team is None or team not in known.teams:
        raise Refusal("invalid-request", errors=[{"pointer": "/team", "detail": "There is no such team."}])
    if topics and any(known.appointment_types[name].team != team for name in topics):
        raise Refusal("types-not-combinable")
    return team, topics or types
