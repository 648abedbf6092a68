"""Residents' feedback on their visit."""

from __future__ import annotations

from dataclasses import dataclass

from loket_contracts import events
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.changes import GiveFeedback

from ..domain.appointment import require_state
from ..store.agendas import Agendas
from ..store.cards import Card
from ..store.feedback import Feedback
from .ports import Clock, Publish
from .request import Request


@dataclass(frozen=True)
class FeedbackCommands:
    agendas: Agendas
    feedback: Feedback
    clock: Clock
    publish: Publish

    def is_given(self, card: Card) -> bool:
        return self.feedback.get(card.id) is not None

    def give_feedback(self, card: Card, command: GiveFeedback, request: Request) -> None:
        """Store a score from 1 to 5 and a comment, once, after the visit.

        Raises Refusal: not-allowed-in-state, feedback-given.
        """
        appointment, _ = self.agendas.get_claim(card.agenda, card.id)
        score, comment = command.score, command.comment.strip()
        require_state(appointment, "completed")
        event = request.traced(
            events.make(
                "feedback.given",
                municipality=card.municipality,
                subject=f"feedback-{card.id}",
                sequence=1,
                time=self.clock(),
                data={
                    "appointment": card.id,
                    "team": appointment.team,
                    "appointment_types": list(appointment.appointment_types),
                    "score": score,
                    "has_comment": bool(comment),
                },
            )
        )
        if not self.feedback.add(card.id, card.municipality, score, comment, event):
            raise Refusal("feedback-given")
        self.publish(Feedback.NAME, card.id, [event])
