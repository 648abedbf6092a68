"""What a visit was worth to the resident."""

from __future__ import annotations

from loket_contracts import events
from loket_contracts.errors import Refusal

from ..context import Announce, Stores
from ..domain.appointment import require
from ..store.cards import Card
from ..store.feedback import Feedback
from .lifecycle import claimed
from .request import Request


def give(stores: Stores, announce: Announce, card: Card, score: int, comment: str, request: Request) -> None:
    """Keep a score from 1 to 5 and a comment, once, after the visit.

    Raises Refusal: not-allowed-in-state, feedback-given.
    """
    appointment, _ = claimed(stores, card)
    require(appointment, "completed")
    event = request.traced(
        events.make(
            "feedback.given",
            municipality=card.municipality,
            subject=f"feedback-{card.id}",
            sequence=1,
            time=stores.now(),
            data={
                "appointment": card.id,
                "team": appointment.team,
                "appointment_types": list(appointment.appointment_types),
                "score": score,
                "has_comment": bool(comment.strip()),
            },
        )
    )
    if not stores.feedback.add(card.id, card.municipality, score, comment.strip(), event):
        raise Refusal("feedback-given")
    announce(Feedback.NAME, card.id, [event])
