"""For the people at the desk.

`who` is the code of the account that asks; whether it may is for the gateway to know. `teams` are those that it works
for, None for all: of another team's visit it is told that there is none.
"""

from __future__ import annotations

from typing import Any

from loket_chassis.messaging.rpc import rpc
from loket_contracts.commands import (
    AnswerQuestions,
    AskResident,
    BookFollowUp,
    CallNext,
    CancelAppointment,
    FindSlots,
    Invite,
    MoveThese,
    RescheduleAppointment,
    TakeStep,
)
from loket_contracts.days import asked_day
from loket_contracts.desk_commands import BookForResident
from loket_contracts.errors import Refusal, load

from ..commands import attachments, booking, closures, invitations, lifecycle, preparation, queue
from ..domain.appointment import Appointment, allowed
from ..queries import appointments, day, desk, search, slots, waiting_room
from ..store.cards import Card
from .actors import Desk, by_staff
from .authorisation import Teams, card_of, require_resource, require_ticket, require_types

_book_for_resident, _book_follow_up, _call_next = BookForResident(), BookFollowUp(), CallNext()
_cancel_appointment, _reschedule_appointment = CancelAppointment(), RescheduleAppointment()
_answer_questions, _find_slots, _invite, _take_step, _move_these = (
    AnswerQuestions(),
    FindSlots(),
    Invite(),
    TakeStep(),
    MoveThese(),
)


_ask_resident = AskResident()
#: over which residents are written to
CHANNELS = ("email", "sms")


class ForStaff(Desk):
    """The day, the queue, one visit, and what residents are asked for."""

    @rpc
    def agenda(
        self, municipality: str, who: str, date: str, team: str | None = None, resource: str | None = None,
        teams: Teams = None,
    ) -> dict[str, Any]:  # fmt: skip
        if team is not None:
            teams = [team] if teams is None or team in teams else []
        return day.agenda(self.stores, municipality, asked_day(date, "date"), teams, resource, by_staff(self, who))

    @rpc
    def resources(self, municipality: str, teams: Teams = None) -> list[dict[str, Any]]:
        return desk.resources(self.stores, municipality, teams)

    @rpc
    def find_visits(self, municipality: str, who: str, text: str, teams: Teams = None) -> list[dict[str, Any]]:
        """By reference, or by the beginnings of words of a name."""
        return search.find(self.stores, municipality, text, teams, by_staff(self, who))

    @rpc
    def dossier(self, municipality: str, who: str, identifier: str, teams: Teams = None) -> dict[str, Any]:
        """`identifier`: the id of the appointment, or its reference."""
        card = card_of(self.stores, municipality, identifier, teams)
        return desk.dossier(self.stores, card, appointments.appointment(self.stores, card), by_staff(self, who))

    @rpc
    def staff_appointment(self, municipality: str, who: str, identifier: str, teams: Teams = None) -> dict[str, Any]:
        """As the resident sees it, with what staff can do. The look is recorded."""
        card = card_of(self.stores, municipality, identifier, teams)
        self.stores.audit.note(municipality, by_staff(self, who).actor, "read", self.stores.now(), card.id)
        return self._described(appointments.appointment(self.stores, card), card)

    @rpc
    def staff_answer(
        self, municipality: str, who: str, identifier: str, body: dict[str, Any], teams: Teams = None
    ) -> dict[str, Any]:
        """Answers that a resident gives by telephone."""
        given = load(_answer_questions, body)
        card = card_of(self.stores, municipality, identifier, teams)
        card = preparation.answer(self.stores, card, given, by_staff(self, who))
        return self._described(appointments.appointment(self.stores, card), card)

    @rpc
    def staff_slots(self, municipality: str, wish: dict[str, Any]) -> dict[str, Any]:
        """As free_slots, at any notice."""
        return slots.free_slots(self.stores, municipality, {**load(_find_slots, wish), "staff": True})

    @rpc
    def explain_to_staff(self, municipality: str, wish: dict[str, Any]) -> dict[str, Any]:
        return slots.explain(self.stores, municipality, load(_find_slots, wish), for_staff=True)

    @rpc
    def staff_book(
        self, municipality: str, who: str, body: dict[str, Any], idempotency_key: str | None = None,
        teams: Teams = None,
    ) -> dict[str, Any]:  # fmt: skip
        """For a resident at the desk or at the telephone: any type, at any notice, with or without an address."""
        wish, request = load(_book_for_resident, body), by_staff(self, who, idempotency_key)
        require_types(self.stores, municipality, wish.get("appointment_types") or (), teams)
        booked, card = booking.book(self.stores, self.announce, municipality, wish, request)
        return appointments.describe_with_link(self.stores, booked, card)

    @rpc
    def book_follow_up(
        self, municipality: str, who: str, identifier: str, body: dict[str, Any], idempotency_key: str | None = None,
        teams: Teams = None,
    ) -> dict[str, Any]:  # fmt: skip
        wish, request = load(_book_follow_up, body), by_staff(self, who, idempotency_key)
        card = card_of(self.stores, municipality, identifier, teams)
        booked, made = booking.follow_up(self.stores, self.announce, card, wish, request)
        return appointments.describe_with_link(self.stores, booked, made)

    @rpc
    def step(
        self, municipality: str, who: str, identifier: str, command: str, body: dict[str, Any] | None = None,
        teams: Teams = None, idempotency_key: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """check_in, start, park, resume, complete, no_show, undo_check_in, undo_no_show."""
        wish = load(_take_step, body or {})
        card = card_of(self.stores, municipality, identifier, teams)
        names = {"start": ("desk",), "complete": ("outcome",)}.get(command, ())
        changes = {name: wish[name] for name in names if wish[name] is not None}
        changed = self.idempotency.once_without_result(
            idempotency_key, ("step", municipality, who, card.id, command), body,
            lambda: lifecycle.step(
                self.stores, self.announce, card, command, by_staff(self, who), wish["reason"], changes
            ),
        )  # fmt: skip
        return self._described(changed or appointments.appointment(self.stores, card), card)

    @rpc
    def staff_cancel(
        self, municipality: str, who: str, identifier: str, body: dict[str, Any], teams: Teams = None
    ) -> dict[str, Any]:
        wish = load(_cancel_appointment, {"reason": "by-municipality", **body})
        card = card_of(self.stores, municipality, identifier, teams)
        request = by_staff(self, who)
        changed = lifecycle.cancel(self.stores, self.announce, card, wish["reason"], request, wish["sequence"])
        return self._described(changed, card)

    @rpc
    def staff_reschedule(
        self, municipality: str, who: str, identifier: str, body: dict[str, Any], teams: Teams = None
    ) -> dict[str, Any]:
        wish = load(_reschedule_appointment, body)
        card = card_of(self.stores, municipality, identifier, teams)
        changed = lifecycle.reschedule(self.stores, self.announce, card, wish, by_staff(self, who))
        return self._described(changed, card)

    @rpc
    def ask(
        self, municipality: str, who: str, identifier: str, body: dict[str, Any], teams: Teams = None,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Ask the resident for something beforehand: `text`."""
        text = load(_ask_resident, body)["text"]
        card = card_of(self.stores, municipality, identifier, teams)
        asked = self.idempotency.once_without_result(
            idempotency_key, ("ask", municipality, who, card.id), body,
            lambda: preparation.ask(self.stores, self.announce, card, text, by_staff(self, who)),
        )  # fmt: skip
        card = asked or card_of(self.stores, municipality, card.id, teams)
        return self._described(appointments.appointment(self.stores, card), card)

    @rpc
    def note_address_lifted(
        self, municipality: str, who: str, identifier: str, channel: str, teams: Teams = None
    ) -> str:
        """Record that staff lift what bars an address, before it is done. Returns the appointment's id.

        Raises Refusal: address-not-barred, when there is no such channel.
        """
        if channel not in CHANNELS:
            raise Refusal("address-not-barred")
        card = card_of(self.stores, municipality, identifier, teams)
        actor = by_staff(self, who).actor
        self.stores.audit.note(municipality, actor, "changed", self.stores.now(), card.id, f"{channel} address lifted")
        return card.id

    @rpc
    def staff_read_file(
        self, municipality: str, who: str, identifier: str, file: str, teams: Teams = None
    ) -> dict[str, Any]:
        card = card_of(self.stores, municipality, identifier, teams)
        found = attachments.read_file(self.stores, card, file, by_staff(self, who))
        return {**appointments.describe_file(found), "content": found["content"]}

    @rpc
    def call_next(
        self, municipality: str, who: str, body: dict[str, Any], teams: Teams = None,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        wish = load(_call_next, body)
        require_resource(self.stores, municipality, wish["resource"], teams)

        def call() -> dict[str, Any]:
            called = queue.call_next(self.stores, self.announce, municipality, wish, by_staff(self, who))
            return waiting_room.describe_person(self.stores, called)

        return self.idempotency.once(idempotency_key, ("call_next", municipality, who), body, call)

    @rpc
    def ticket_step(
        self, municipality: str, who: str, identifier: str, command: str, body: dict[str, Any] | None = None,
        teams: Teams = None, idempotency_key: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """call, park, resume, transfer, complete, leave."""
        wish = load(_take_step, body or {})

        def take() -> dict[str, Any]:
            require_ticket(self.stores, municipality, identifier, teams)  # a transfer takes it to another team
            changed = queue.ticket_step(
                self.stores, self.announce, municipality, identifier, command, wish, by_staff(self, who)
            )
            return waiting_room.describe_person(self.stores, changed)

        scope = ("ticket_step", municipality, who, identifier, command)
        return self.idempotency.once(idempotency_key, scope, body, take)

    @rpc
    def transfer(
        self, municipality: str, who: str, identifier: str, body: dict[str, Any], teams: Teams = None,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        card, wish = card_of(self.stores, municipality, identifier, teams), load(_take_step, body)

        def pass_on() -> dict[str, Any]:
            issued = queue.transfer(self.stores, self.announce, card, wish, by_staff(self, who))
            return waiting_room.describe_person(self.stores, issued)

        return self.idempotency.once(idempotency_key, ("transfer", municipality, who, card.id), body, pass_on)

    @rpc
    def invite(self, municipality: str, who: str, body: dict[str, Any], teams: Teams = None) -> dict[str, Any]:
        wish = load(_invite, body)
        require_types(self.stores, municipality, [wish["appointment_type"]], teams)
        made, token = invitations.invite(self.stores, municipality, wish, by_staff(self, who))
        return {**desk.describe_invitation(made, None), "token": token}

    @rpc
    def revoke_invitation(self, municipality: str, identifier: str) -> None:
        invitations.revoke(self.stores, municipality, identifier)

    @rpc
    def invitations(self, municipality: str) -> list[dict[str, Any]]:
        return desk.invitations(self.stores, municipality)

    @rpc
    def clashes(self, municipality: str) -> list[dict[str, Any]]:
        return desk.clashes(self.stores, municipality)

    @rpc
    def proposals(self, municipality: str, appointment_ids: list[str]) -> list[dict[str, Any]]:
        return desk.proposals(self.stores, municipality, appointment_ids)

    @rpc
    def move_these(
        self, municipality: str, who: str, body: dict[str, Any], teams: Teams = None
    ) -> list[dict[str, str]]:
        moves = load(_move_these, body)["moves"]
        for move in moves if teams is not None else ():
            card_of(self.stores, municipality, move["appointment"], teams)
        return closures.move_these(self.stores, self.announce, municipality, moves, by_staff(self, who))

    def _described(self, appointment: Appointment, card: Card) -> dict[str, Any]:
        known = self.stores.configurations.calendar(appointment.municipality).municipality
        return {
            **appointments.describe(self.stores, appointment, card),
            "allowed": allowed(known, appointment, "staff", self.stores.now()),
        }
