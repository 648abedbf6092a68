"""Events as documents, in outboxes and in the event log."""

from __future__ import annotations

from loket_contracts.envelope import Event

from ..storage.codec import DOCUMENT_ID, Codec
from ..storage.connection import Document

EVENT = Codec(Event, DOCUMENT_ID)


def with_outbox(document: Document, event: Event) -> Document:
    """A new document, with its first event to be published."""
    return {**document, "outbox": [EVENT.encode(event)]}
