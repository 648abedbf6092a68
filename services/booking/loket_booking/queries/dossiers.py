"""The dossier of a visit, for staff. Every read is audited."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from loket_contracts.rpc.booking.agenda_answers import Dossier, EarlierVisit, HistoryItem, QuestionOfStaff
from loket_contracts.rpc.booking.answers import AppointmentView
from loket_contracts.rpc.caller import Caller

from ..commands.attachments import describe_stored_file
from ..commands.ports import Clock
from ..commands.request import Request
from ..domain import booked, intake_form
from ..domain.appointment import Appointment, allowed_commands
from ..domain.catalogue import Municipality
from ..domain.lifecycle import HistoryEntry
from ..store.agendas import Agendas
from ..store.audit import Audit
from ..store.cards import AskedQuestion, Card, Cards
from ..store.configurations import Configurations
from ..store.invitations import Invitations
from ..store.visit_notes import VisitNotes
from .appointments import AppointmentQueries
from .day import appointment_summary


@dataclass(frozen=True)
class DossierQueries:
    agendas: Agendas
    cards: Cards
    configurations: Configurations
    invitations: Invitations
    audit: Audit
    visit_notes: VisitNotes
    appointments: AppointmentQueries
    clock: Clock

    def dossier(self, card: Card, appointment: Appointment, request: Request) -> Dossier:
        """The answers, files, requests and earlier visits of the resident."""
        known, now = self.configurations.calendar(card.municipality).municipality, self.clock()
        self.record_read(card, request)
        invitation = self.invitations.get(card.invitation) if card.invitation else None
        refusal = booked.move_refusal(known, appointment)
        return {
            **appointment_summary(known, appointment, card, now),
            "appointment": card.id,
            "allowed": booked.without_refused(allowed_commands(known, appointment, "staff", now), refusal),
            "move_refusal": refusal,
            "move_to": [each.id for each in booked.other_locations(known, appointment)],
            "contact": card.contact,
            "answers": card.answers,
            "unanswered": self._unanswered(card, appointment),
            "notes": card.notes,
            "files": [describe_stored_file(each) for each in card.files],
            "asked": [_describe_request(each) for each in card.requests],
            "file_reference": invitation.file_reference if invitation else None,
            "outcome": appointment.outcome,
            "follows": appointment.follows,
            "history": [_describe_history_entry(each) for each in appointment.history],
            "staff_notes": [
                {"text": each.text, "at": each.at.isoformat(), "who": each.who} for each in self.visit_notes.of(card.id)
            ],
            "earlier": self._other_appointments(card, known, now, request),
        }

    def describe_for(self, caller: Caller, appointment: Appointment, card: Card) -> AppointmentView:
        """An appointment as its resident sees it, with the commands that the caller may give."""
        described = self.appointments.describe(appointment, card)
        if caller.kind != "staff":
            return described
        known = self.configurations.calendar(appointment.municipality).municipality
        return {**described, "allowed": allowed_commands(known, appointment, "staff", self.clock())}

    def record_read(self, card: Card, request: Request) -> None:
        self.audit.record(card.municipality, request.actor, "read", self.clock(), card.id)

    def record_address_lifted(self, card: Card, channel: str, request: Request) -> None:
        """Record that staff unblock an address of the resident."""
        detail = f"{channel} address lifted"
        self.audit.record(card.municipality, request.actor, "changed", self.clock(), card.id, detail)

    def _other_appointments(
        self, card: Card, known: Municipality, now: dt.datetime, request: Request
    ) -> list[EarlierVisit]:
        """The other appointments of the same person with the caller's teams, the latest first."""
        if not card.contact_mark:
            return []
        others = [
            other for other in self.cards.find_by_contact(card.municipality, card.contact_mark) if other.id != card.id
        ]
        appointments = self.agendas.find_claims(other.id for other in others)
        return [
            {
                **appointment_summary(known, appointment, other, now),
                "appointment": other.id,
                "outcome": appointment.outcome,
            }
            for other in others
            if (appointment := appointments.get(other.id)) is not None and request.may_see(appointment.team)
        ]

    def _unanswered(self, card: Card, appointment: Appointment) -> list[str]:
        """The required questions without an answer, which staff have to ask."""
        spec = booked.booked_spec(self.configurations.including_removed(card.municipality), appointment)
        return [] if card.pseudonymised else intake_form.unanswered(spec, card.answers)


def _describe_request(request: AskedQuestion) -> QuestionOfStaff:
    answered = request["answered_at"]
    return {
        "text": request["text"],
        "at": request["at"].isoformat(),
        "who": request["who"],
        "answer": request["answer"],
        "answered_at": answered.isoformat() if answered else None,
    }


def _describe_history_entry(each: HistoryEntry) -> HistoryItem:
    return {"command": each.command, "at": each.at.isoformat(), "by": each.by, "who": each.who, "reason": each.reason}
