"""Delete personal data that is no longer needed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ..commands.ports import Clock
from ..domain.catalogue import Municipality
from ..domain.grid import local_date
from ..store.agendas import Agendas
from ..store.cards import Card, Cards
from ..store.configurations import Configurations
from ..store.feedback import Feedback
from ..store.files import Files
from ..store.invitations import Invitations
from ..store.link_generations import LinkGenerations
from ..store.visit_notes import VisitNotes

#: the age after which a card without a claim belongs to no running request
ORPHANED_AFTER = dt.timedelta(minutes=10)
INVITATION_RETENTION = dt.timedelta(days=30)
BATCH = 1000


@dataclass(frozen=True)
class Retention:
    agendas: Agendas
    cards: Cards
    configurations: Configurations
    invitations: Invitations
    files: Files
    feedback: Feedback
    visit_notes: VisitNotes
    link_generations: LinkGenerations
    clock: Clock

    def delete_orphaned_cards(self) -> int:
        """Delete the cards of bookings that never claimed their time. Returns their number.

        Continues where the last run, in any instance, stopped.
        """
        until = self.clock() - ORPHANED_AFTER
        deleted = 0
        while True:
            since = self.cards.checked_until()
            cards = self.cards.find_created_between(since, until, BATCH)
            claimed = self.agendas.claimed_ids({card.agenda for card in cards})
            for card in cards:
                if card.id not in claimed:
                    self.cards.delete_unclaimed(card)
                    deleted += 1
            if not cards or cards[-1].created_at == since:
                return deleted
            self.cards.save_checked_until(cards[-1].created_at)

    def delete_past_cards(self) -> int:
        """Delete or pseudonymise the cards of visits past their retention. Returns their number.

        The retention of a visit with several types is the shortest of theirs.
        """
        deleted = 0
        for calendar in self.configurations.all():
            # the retention of a type applies to its visits also after the type was removed
            known = self.configurations.including_removed(calendar.municipality.id)
            today = local_date(self.clock(), known.time_zone)
            own = [kind for kind in known.appointment_types.values() if kind.retention_days is not None]
            for kind in own:
                before = today - dt.timedelta(days=kind.retention_days or 0)
                deleted += self._delete_before(known, before, [kind.id], False)
            before = today - dt.timedelta(days=known.retention_days)
            deleted += self._delete_before(known, before, [kind.id for kind in own], True)
            self.configurations.closures.delete_before(known.id, before)
        self.invitations.delete_before(self.clock() - INVITATION_RETENTION)
        return deleted

    def _delete_before(self, known: Municipality, before: dt.date, types: list[str], others: bool) -> int:
        types_to_keep = {name for name, kind in known.appointment_types.items() if kind.pseudonymise}
        deleted = 0
        while cards := self.cards.find_past(known.id, before, types, others, BATCH):
            self.files.delete_all_of(card.id for card in cards)
            self.feedback.delete_comments([card.id for card in cards])
            self.visit_notes.delete_all_of(card.id for card in cards)
            self.link_generations.delete_all_of(card.id for card in cards)
            to_delete = []
            for card in cards:
                if card.types and types_to_keep.issuperset(card.types):
                    self.cards.pseudonymise(card, _choice_answers(known, card))
                else:
                    to_delete.append(card)
            self.cards.delete(to_delete)
            deleted += len(cards)
        return deleted


def _choice_answers(known: Municipality, card: Card) -> dict[str, str]:
    """The answers to choice questions. A text answer may identify a person."""
    choices = {
        question.id
        for name in card.types
        for question in known.appointment_types[name].questions
        if question.kind == "choice"
    }
    return {name: text for name, text in card.answers.items() if name in choices}
