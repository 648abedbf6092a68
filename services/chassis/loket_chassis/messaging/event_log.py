"""Read the event log of a service page by page, to rebuild projections from it."""

from __future__ import annotations

from typing import Any

from loket_contracts.envelope import Event
from loket_contracts.rpc.service import EventPage

from ..storage.connection import MongoDatabase
from .event_documents import EVENT
from .outbox import EVENT_LOG

#: events in one RPC response
MAX_AT_ONCE = 1000


class EventLog(MongoDatabase):
    """Gives a service class its own event log."""

    def get_dependency(self, worker_ctx: Any) -> EventLog:
        return self

    def count(self) -> int:
        """The approximate number of events."""
        return self.database[EVENT_LOG].estimated_document_count()

    def page(self, after: str, most: int) -> EventPage:
        """The next events by id. Events that are added meanwhile reach consumers over the bus."""
        found = self.database[EVENT_LOG].find({"_id": {"$gt": after}}).sort("_id", 1).limit(min(most, MAX_AT_ONCE))
        events = [EVENT.decode(each) for each in found]
        return page_of(events, events[-1].id if events else None)


def page_of(events: list[Event], after: str | None) -> EventPage:
    """{events, after}: events as JSON, and the id to continue after; None at the end."""
    return {"events": [each.to_json().decode() for each in events], "after": after}
