"""Export and erase the data of a resident (GDPR, articles 15 and 17)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from loket_contracts import events, telephone
from loket_contracts.rpc.booking.administration_answers import ExportedAppointment, ExportedFeedback, ResidentExport
from loket_contracts.rpc.booking.commands import CancelAppointment

from ..domain.provisional import Provisional
from ..store.agendas import Agendas
from ..store.audit import Audit
from ..store.cards import Card, Cards
from ..store.configurations import Configurations
from ..store.drafts import Drafts
from ..store.erasures import Erasures
from ..store.feedback import Feedback
from ..store.files import Files
from ..store.link_generations import LinkGenerations
from ..store.links import Links
from ..store.provisional_bookings import ProvisionalBookings
from ..store.refused_forms import RefusedForms
from ..store.visit_notes import VisitNotes
from .attachments import describe_stored_file
from .lifecycle import LifecycleCommands
from .ports import Clock, Publish
from .request import Request
from .waiting_list import WaitingListCommands

ERASED = "resident-erased"


@dataclass(frozen=True)
class PrivacyCommands:
    agendas: Agendas
    cards: Cards
    configurations: Configurations
    drafts: Drafts
    refused_forms: RefusedForms
    provisional_bookings: ProvisionalBookings
    files: Files
    feedback: Feedback
    visit_notes: VisitNotes
    link_generations: LinkGenerations
    erasures: Erasures
    audit: Audit
    links: Links
    lifecycle: LifecycleCommands
    waiting_list: WaitingListCommands
    clock: Clock
    publish: Publish

    def export_resident(self, municipality: str, person: str, request: Request) -> ResidentExport:
        """All stored data about a person. `person`: as for `erase_resident`."""
        cards, provisional = self._find(municipality, person)
        found = [self._export_provisional(each) for each in provisional]
        for card in cards:
            claim = self.agendas.find_claim(card.agenda, card.id)
            self.audit.record(municipality, request.actor, "exported", self.clock(), card.id)
            found.append(
                {
                    "appointment": card.id,
                    "reference": card.reference,
                    "contact": card.contact,
                    "answers": card.answers,
                    "notes": card.notes,
                    "companions": [{"name": each["name"], "email": each["email"]} for each in card.companions],
                    "files": [describe_stored_file(each) for each in card.files],
                    "asked": [
                        {"text": each["text"], "at": each["at"].isoformat(), "answer": each["answer"]}
                        for each in card.requests
                    ],
                    "staff_notes": [
                        {"text": each.text, "at": each.at.isoformat()} for each in self.visit_notes.of(card.id)
                    ],
                    "feedback": self._feedback(card),
                    "start": claim[0].local(claim[0].start) if claim else None,
                    "state": claim[0].state if claim else None,
                    "history": [
                        {"what": entry.command, "at": entry.at.isoformat(), "by": entry.by, "reason": entry.reason}
                        for entry in (claim[0].history if claim else ())
                    ],
                }
            )
        return {"email": person if "@" in person else None, "appointments": found}

    def erase_resident(self, municipality: str, person: str, request: Request) -> int:
        """Erase a person's data, and cancel their coming appointments. Returns the number of cards.

        `person`: an e-mail address; the telephone number of a person without one; or the reference of an appointment.
        Agendas, events and figures stay: they hold no personal data.
        """
        cards, provisional = self._find(municipality, person)
        self._erase_provisional(provisional)
        return self._erase_cards(municipality, cards, request)

    def repeat_erasure(self, appointments: Sequence[str], request: Request) -> int:
        """Erase the data of appointments that were erased before, and that a restored backup brought back.

        Returns the number of cards.
        """
        cards = list(self.cards.get_all(appointments).values())
        return sum(
            self._erase_cards(name, [card for card in cards if card.municipality == name], request)
            for name in sorted({card.municipality for card in cards})
        )

    def _erase_cards(self, municipality: str, cards: list[Card], request: Request) -> int:
        if not cards:
            return 0
        event = request.traced(
            events.make(
                "resident.erased",
                municipality=municipality,
                subject=f"erasure-{uuid.uuid4().hex}",
                sequence=1,
                time=self.clock(),
                data={"appointments": [card.id for card in cards]},
            )
        )
        self.erasures.start(event)
        self.publish(Erasures.NAME, event.subject, [event])
        self._erase(cards, request)
        self.erasures.finish(event.subject)
        return len(cards)

    def finish_erasures(self) -> int:
        """Finish the erasures whose process died. Returns their number."""
        unfinished = self.erasures.unfinished(self.clock())
        for erasure in unfinished:
            self._erase(list(self.cards.get_all(erasure.appointments).values()), Request(by="system"))
            self.erasures.finish(erasure.id)
        return len(unfinished)

    def _find(self, municipality: str, person: str) -> tuple[list[Card], list[Provisional]]:
        """The cards and provisional bookings of a person; for a reference, of the person who has that appointment."""
        card = None if "@" in person else self.cards.find_by_reference(municipality, person.strip().upper())
        mark = card.contact_mark if card is not None else self._mark_of(municipality, person)
        if mark is None:
            return ([card] if card is not None else []), []
        return (
            self.cards.find_by_contact(municipality, mark),
            self.provisional_bookings.find_by_contact(municipality, mark),
        )

    def _mark_of(self, municipality: str, person: str) -> str | None:
        """The pseudonym of an e-mail address or a telephone number; None when it is neither."""
        if "@" not in person:
            try:
                person = telephone.read(person, self.configurations.calendar(municipality).municipality.country)
            except ValueError:
                return None
        return self.links.contact(municipality, person)

    def _export_provisional(self, booking: Provisional) -> ExportedAppointment:
        """Its reference, files and history come with its confirmation."""
        held = self.agendas.find_hold(booking.hold)
        appointment = held.appointment if held else None
        return {
            "appointment": booking.id, "reference": "", "contact": booking.contact, "answers": booking.answers,
            "notes": "", "files": [], "asked": [], "feedback": None,
            "start": appointment.local(appointment.start) if appointment else None,
            "state": appointment.state if appointment else None, "history": [],
        }  # fmt: skip

    def _erase_provisional(self, bookings: list[Provisional]) -> None:
        """Free the slots. A booking and its form are deleted, also the files that were sent with it."""
        for booking in bookings:
            self.agendas.drop_hold(booking.hold)
        self.drafts.delete(booking.hold for booking in bookings)
        self.refused_forms.delete(booking.hold for booking in bookings)
        self.files.delete_all_of(booking.id for booking in bookings)
        self.provisional_bookings.delete(booking.id for booking in bookings)

    def _feedback(self, card: Card) -> ExportedFeedback | None:
        found = self.feedback.get(card.id)
        return {"score": found.score, "comment": found.comment, "at": found.at.isoformat()} if found else None

    def _erase(self, cards: list[Card], request: Request) -> None:
        system = Request(by="system", traceparent=request.traceparent)
        for card in cards:
            found = self.agendas.find_claim(card.agenda, card.id)
            if found is not None and found[0].state == "booked" and found[0].start > self.clock():
                self.lifecycle.cancel(card, CancelAppointment(reason=ERASED), system)
            self.waiting_list.remove(card.id)
            self.audit.record(card.municipality, request.actor, "erased", self.clock(), card.id)
        self.files.delete_all_of(card.id for card in cards)
        self.refused_forms.delete(card.id for card in cards)
        self.feedback.delete_comments([card.id for card in cards])
        self.visit_notes.delete_all_of(card.id for card in cards)
        self.link_generations.delete_all_of(card.id for card in cards)
        self.cards.delete(cards)
