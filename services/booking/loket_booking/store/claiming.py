"""The change that claims time in an agenda, and why it may fail."""

from __future__ import annotations

from collections.abc import Sequence

from bson.int64 import Int64
from pymongo.errors import DuplicateKeyError

from loket_chassis.storage.connection import Document
from loket_contracts.envelope import Event

from ..domain.appointment import Appointment
from ..domain.resource_day import Placement
from .bitmap import words_of
from .documents import placed, to_document


class Taken(Exception):
    """Somebody else's live claim is in the way."""


class AlreadyClaimed(Exception):
    """This very appointment stands in an agenda already: a repeat of its request came first."""


def claiming(
    placement: Placement, all_: Sequence[Placement], appointment: Appointment, event: Event | None
) -> Document:
    """The change that claims a placement for good; the first of an appointment's also holds it and its event."""
    claim: Document = {"id": appointment.id, "s": placement.start, "e": placement.end}
    if placement.purpose != "visit":
        claim["p"] = placement.purpose
    pushed: Document = {"claims": claim}
    if event is not None:
        claim["appointment"] = to_document(appointment)
        claim["placements"] = [placed(each) for each in all_]
        pushed["outbox"] = event.to_document()
        pushed["owners"] = appointment.id
    taken = {name: {"or": Int64(bits)} for name, bits in words_of(placement.cells)}
    return {"$bit": taken, "$push": pushed}


def unless_claimed(error: DuplicateKeyError) -> None:
    """Raises AlreadyClaimed when it was the appointment that exists, not the agenda."""
    if "owners" in (error.details or {}).get("keyPattern", {}):
        raise AlreadyClaimed from error
